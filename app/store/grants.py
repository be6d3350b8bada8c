"""Connected accounts and their tokens, sealed; and the single-use states of links that were shown."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import GrantDead, SealedElsewhere
from app.domain.grants import Asked, Renew, Stale, Tokens
from app.domain.types import Account, AccountId, PersonId, Place
from app.store.database import Database, storable
from app.store.sealing import BrokenSeal, Sealed, Sealer
from app.store.tables import accounts, consents

TOKENS, VERIFIER = "tokens", "verifier"
"""What is sealed: part of each seal, so that one can't be passed off as the other."""
NOTICE_AGAIN = timedelta(seconds=10)
"""When a notice that doesn't stand in Slack is tried again: its post may still be under way."""
DEAD = {"alive": False, "sealed": None, "key_version": None}
LIVING = {"alive": True, "ended_at": None, "notice_ts": "", "notice_at": None}
_PLAIN = ("id", "person", "provider", "subject", "email", "name", "scopes", "alive", "chosen", "ended_at")


class PostgresGrants:
    """Serves `app.domain.grants.Grants`. Every method may raise StoreUnavailable; times are aware."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def accounts(self, person: PersonId) -> tuple[Account, ...]:
        """Everything a person has connected, living or not, in the order of connecting."""
        found = select(accounts).where(accounts.c.person == person).order_by(accounts.c.connected_at, accounts.c.id)
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(found)).mappings().all()
        return tuple(map(_account, rows))

    # Keeping them.

    async def keep(self, account: Account, tokens: Tokens) -> Account:
        """Keep or renew an account, by provider and subject; its id and name stay once given."""
        async with self._database.transaction(account.person, alone=True) as connection:
            name = await self._free_name(connection, account)
            chosen = ~exists().where(accounts.c.person == account.person, accounts.c.chosen)
            plain = account.model_dump(include={"id", "person", "provider", "subject", "email"})
            renewed = {"email": account.email, "scopes": list(account.scopes), **LIVING}
            kept = (
                upsert(accounts)
                .values(plain | renewed | {"name": name, "chosen": chosen})
                .on_conflict_do_update(index_elements=["person", "provider", "subject"], set_=renewed)
                .returning(accounts)
            )
            row = (await connection.execute(kept)).mappings().one()
            await self._seal(connection, _account(row), tokens)
        return _account(row)

    async def _free_name(self, connection: AsyncConnection, account: Account) -> str:
        """The wanted name, numbered if another of the person's accounts has it."""
        others = and_(
            accounts.c.person == account.person,
            ~and_(accounts.c.provider == account.provider, accounts.c.subject == account.subject),
        )
        taken = set((await connection.scalars(select(func.lower(accounts.c.name)).where(others))).all())
        names = (account.name, *(f"{account.name} {n}" for n in range(2, len(taken) + 2)))
        return next(name for name in names if name.lower() not in taken)

    async def rename(self, account: AccountId, person: PersonId, name: str) -> bool:
        """False when another account of the person has that name, in whatever case."""
        same = and_(accounts.c.person == person, func.lower(accounts.c.name) == name.lower())
        async with self._database.transaction(person, alone=True) as connection:
            if await connection.scalar(select(exists().where(same, accounts.c.id != account))):
                return False
            await connection.execute(update(accounts).where(_own(account, person)).values(name=storable(name)))
        return True

    async def choose(self, account: AccountId, person: PersonId) -> None:
        """Make it the one that is written with when none is named."""
        async with self._database.transaction(person, alone=True) as connection:
            if await connection.scalar(select(exists().where(_own(account, person)))):
                await self._choose(connection, person, accounts.c.id == account)

    async def _choose(self, connection: AsyncConnection, person: PersonId, which: ColumnElement[bool]) -> None:
        mine = accounts.c.person == person
        await connection.execute(update(accounts).where(mine, accounts.c.chosen).values(chosen=False))
        await connection.execute(update(accounts).where(mine, which).values(chosen=True))

    async def forget(self, account: AccountId, person: PersonId) -> None:
        """Delete it with its tokens and what waits for it; the oldest one left becomes the default if it was."""
        oldest = select(accounts.c.id).where(accounts.c.person == person)
        oldest = oldest.order_by(accounts.c.connected_at, accounts.c.id).limit(1)
        async with self._database.transaction(person, alone=True) as connection:
            gone = delete(accounts).where(_own(account, person)).returning(accounts.c.chosen)
            if await connection.scalar(gone):
                await self._choose(connection, person, accounts.c.id == oldest.scalar_subquery())

    # Their tokens.

    async def tokens(self, account: Account) -> Tokens:
        """Raises GrantDead when there are none, SealedElsewhere when this process can't open them."""
        async with self._database.transaction(account.person) as connection:
            return await self._open(connection, account)

    async def _open(self, connection: AsyncConnection, account: Account, *, hold: bool = False) -> Tokens:
        found = select(accounts.c.sealed, accounts.c.key_version).where(_same(account), accounts.c.alive)
        row = (await connection.execute(found.with_for_update() if hold else found)).one_or_none()
        if row is None or row.sealed is None:
            raise GrantDead(provider=account.provider.capitalize(), account=account.email)
        try:
            opened = self._sealer.open(Sealed(row.sealed, row.key_version), account.id, account.person, TOKENS)
        except BrokenSeal as broken:
            raise SealedElsewhere(account=account.email) from broken
        return Tokens.model_validate_json(opened)

    async def fresh(self, account: Account, *, stale: Stale, renew: Renew) -> Tokens:
        """The tokens, renewed if they are stale. The row is held meanwhile, so that one process at a time renews, and
        nobody who connects the account anew has that grant buried for the old one's death."""
        dead: GrantDead | None = None
        async with self._database.transaction(account.person) as connection:
            tokens = await self._open(connection, account, hold=True)
            if stale(tokens):
                try:
                    tokens = await renew(tokens)
                    await self._seal(connection, account, tokens)
                except GrantDead as died:
                    dead = died
                    await connection.execute(
                        update(accounts).where(_same(account)).values(DEAD | {"ended_at": _ended()})
                    )
        if dead is not None:
            raise dead
        return tokens

    async def _seal(self, connection: AsyncConnection, account: Account, tokens: Tokens) -> None:
        sealed = self._sealer.seal(tokens.model_dump_json().encode(), account.id, account.person, TOKENS)
        change = update(accounts).where(_same(account), accounts.c.alive)
        await connection.execute(change.values(sealed=sealed.content, key_version=sealed.key))

    async def reseal(self, account: AccountId, person: PersonId) -> bool:
        """Seal its tokens with the newest key; False when this process can't open them. Safe to repeat."""
        found = select(accounts.c.sealed, accounts.c.key_version).where(_own(account, person)).with_for_update()
        async with self._database.transaction(person) as connection:
            row = (await connection.execute(found)).one_or_none()
            if row is None or row.sealed is None:
                return True
            try:
                opened = self._sealer.open(Sealed(row.sealed, row.key_version), account, person, TOKENS)
            except BrokenSeal:
                return False
            sealed = self._sealer.seal(opened, account, person, TOKENS)
            change = update(accounts).where(_own(account, person))
            await connection.execute(change.values(sealed=sealed.content, key_version=sealed.key))
        return True

    async def bury(self, account: AccountId, person: PersonId) -> None:
        """Mark a grant as dead and forget its tokens; the account stays listed."""
        async with self._database.transaction(person) as connection:
            await connection.execute(
                update(accounts).where(_own(account, person)).values(DEAD | {"ended_at": _ended()})
            )

    # The notice of a dead one.

    async def unnoticed(self, account: AccountId, person: PersonId, now: datetime) -> Account | None:
        """A dead account whose owner hasn't been shown the way to renew it, for one who asks at a time."""
        due = or_(accounts.c.notice_at.is_(None), accounts.c.notice_at <= now)
        silent = and_(_own(account, person), ~accounts.c.alive, accounts.c.notice_ts == "", due)
        taken = update(accounts).where(silent).values(notice_at=now + NOTICE_AGAIN).returning(accounts)
        async with self._database.transaction(person) as connection:
            row = (await connection.execute(taken)).mappings().one_or_none()
        return _account(row) if row else None

    async def noticed(self, account: Account, ts: str) -> None:
        """The card that renews it stands in Slack; one that lives again by now needs no other the next time."""
        still = and_(_same(account), ~accounts.c.alive, accounts.c.ended_at == account.ended_at)
        async with self._database.transaction(account.person) as connection:
            await connection.execute(update(accounts).where(still).values(notice_ts=ts))

    # Links.

    async def ask(self, state: str, asked: Asked, *, until: datetime) -> None:
        """Keep a link that is going to be shown, of whose secret only a hash is kept."""
        hashed = _hash(state)
        sealed = self._sealer.seal(asked.verifier.encode(), hashed.hex(), asked.person, VERIFIER)
        fields: dict[str, Any] = {
            "state_hash": hashed,
            "person": asked.person,
            "sealed": sealed.content,
            "key_version": sealed.key,
            "expires_at": until,
            "account": asked.account,
            "asks": list(asked.asks),
            "card": asked.card,
            **asked.place.model_dump(),
        }
        async with self._database.transaction(asked.person) as connection:
            await connection.execute(insert(consents).values(fields))

    async def shown(self, state: str, person: PersonId, card: str) -> None:
        """The card of a link stands in Slack."""
        mine = and_(consents.c.state_hash == _hash(state), consents.c.person == person)
        async with self._database.transaction(person) as connection:
            await connection.execute(update(consents).where(mine).values(card=card))

    async def redeem(self, state: str, now: datetime) -> Asked | None:
        """Use a link once; None when it was used, is too old, never was, or was sealed with a key that is gone."""
        hashed = _hash(state)
        columns = ("person", "channel", "thread", "sealed", "key_version", "account", "asks", "card")
        asked = func.steward.redeem_consent(hashed, now).table_valued(*columns)
        async with self._database.statement() as connection:
            row = (await connection.execute(select(asked))).one_or_none()
        if row is None:
            return None
        person: UUID = row.person
        try:
            verifier = self._sealer.open(Sealed(row.sealed, row.key_version), hashed.hex(), person, VERIFIER)
        except BrokenSeal:
            return None
        return Asked(
            person=PersonId(person),
            place=Place(channel=row.channel, thread=row.thread),
            verifier=verifier.decode(),
            asks=row.asks,
            account=row.account,
            card=row.card,
        )


def _ended() -> ColumnElement[datetime]:
    """When it was first seen to have ended."""
    return func.coalesce(accounts.c.ended_at, func.now())


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _own(account: AccountId, person: PersonId) -> ColumnElement[bool]:
    return and_(accounts.c.id == account, accounts.c.person == person)


def _same(account: Account) -> ColumnElement[bool]:
    return _own(account.id, account.person)


def _account(row: RowMapping) -> Account:
    return Account.model_validate({name: row[name] for name in _PLAIN})
