"""People: who they are and where they are talked to."""

from sqlalchemy import RowMapping, and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.domain.preferences import clock
from app.domain.types import Person, PersonId
from app.store.database import Database, storable
from app.store.tables import people, preferences

FIELDS = ("name", "email", "zone", "dm", "member")


class PostgresPeople:
    """Serves `app.domain.ports.People`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, person: PersonId) -> Person | None:
        """Who somebody is, in the zone by whose clocks they go; None for a stranger."""
        said = and_(preferences.c.person == people.c.id, preferences.c.name == "zone")
        zone = select(preferences.c.value).where(said).scalar_subquery().label("stated")
        async with self._database.transaction(person) as connection:
            found = await connection.execute(select(people, zone).where(people.c.id == person))
            row = found.mappings().one_or_none()
        return _person(row) if row else None

    async def meet(self, person: Person) -> bool:
        """Keep or renew a person; True when they are new."""
        fields = {name: getattr(person, name) for name in FIELDS}
        fields["name"] = storable(person.name)
        new = insert(people).values(id=person.id, team=person.team, slack_user=person.user, **fields)
        renew = {name: value for name, value in fields.items() if name != "dm" or value}
        async with self._database.transaction(person.id) as connection:
            inserted = await connection.execute(new.on_conflict_do_nothing().returning(people.c.id))
            if inserted.first():
                return True
            changed = or_(*(people.c[name] != value for name, value in renew.items()))
            await connection.execute(people.update().where(people.c.id == person.id, changed).values(renew))
        return False


def _person(row: RowMapping) -> Person:
    fields = {name: row[name] for name in ("id", "team", *FIELDS)}
    return Person(user=row["slack_user"], **fields | {"zone": clock(row["stated"] or "", row["zone"])})
