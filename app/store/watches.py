"""How far the mailboxes of people were looked through for new mail: one row for each account."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.domain.types import AccountId, PersonId
from app.store.database import Database
from app.store.tables import watches


class PostgresWatches:
    """Serves `app.domain.rhythms.Watches`. Every method may raise StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cursors(self, person: PersonId) -> Mapping[AccountId, str]:
        """The provider's cursor of every account that was looked through."""
        mine = select(watches.c.account, watches.c.cursor).where(watches.c.person == person)
        async with self._database.transaction(person) as connection:
            return {row.account: row.cursor for row in await connection.execute(mine)}

    async def advance(self, person: PersonId, account: AccountId, cursor: str) -> None:
        """Go on from this cursor the next time; nothing is kept for an account that isn't the person's."""
        new = insert(watches).values(person=person, account=account, cursor=cursor)
        same = (watches.c.person, watches.c.account)
        async with self._database.transaction(person) as connection:
            await connection.execute(
                new.on_conflict_do_update(
                    index_elements=same, set_={"cursor": cursor}, where=watches.c.person == person
                )
            )
