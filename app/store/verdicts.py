"""What a model said of mails."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app.domain.ports import Clock
from app.domain.sorting import Key, Opinion
from app.domain.types import PersonId
from app.store.database import Database, storable
from app.store.tables import verdicts

FIELDS = tuple(Opinion.model_fields)


class PostgresVerdicts:
    """Serves `app.domain.sorting.Verdicts`. Every method may raise StoreUnavailable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def known(self, person: PersonId, mails: Collection[Key], *, version: str) -> Mapping[Key, Opinion]:
        """What a model said of these mails by the instructions of this version."""
        these = tuple_(verdicts.c.account, verdicts.c.mail).in_([tuple(key) for key in mails])
        mine = (verdicts.c.person == person) & (verdicts.c.version == version) & these
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(select(verdicts).where(mine))).mappings().all()
        found = [Opinion(**{name: row[name] for name in FIELDS}) for row in rows]
        return {each.key: each for each in found}

    async def keep(self, person: PersonId, found: Sequence[Opinion], *, version: str) -> None:
        """Keep judgements, instead of what there was before for the same mails."""
        if not found:
            return
        now = self._clock.now()
        rows = [
            each.model_dump() | {"person": person, "version": version, "at": now, "why": storable(each.why)}
            for each in {each.key: each for each in found}.values()
        ]
        new = insert(verdicts).values(rows)
        changed = {c.name: c for c in new.excluded if c.name not in ("person", "account", "mail")}
        same = (verdicts.c.person, verdicts.c.account, verdicts.c.mail)
        async with self._database.transaction(person) as connection:
            await connection.execute(
                new.on_conflict_do_update(index_elements=same, set_=changed, where=verdicts.c.person == person)
            )
