"""Connected accounts and their tokens, sealed; and the single-use states of connections that were begun."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import GrantDead
from app.domain.ports import Asked, Tokens
from app.domain.types import Account, AccountId, PersonId, Place
from app.store.database import Database
from app.store.sealing import BrokenSeal, Sealed, Sealer
from app.store.tables import accounts, consents

STATE_BYTES = 32
"""Randomness of a state: 256 bits (RFC 6749, section 10.10 asks for at least 128)."""
TOKENS, VERIFIER = "tokens", "verifier"
"""What is sealed: part of each seal, so that one can't be passed off as the other."""
_PLAIN = ("id", "person", "provider", "subject", "email", "name", "scopes", "alive")


class PostgresGrants:
    """Serves `app.domain.ports.Grants`. Every method may raise StoreUnavailable; times are aware."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def accounts(self, person: PersonId) -> tuple[Account, ...]:
        """Everything a person has connected, living or not, in the order of connecting."""
        found = select(accounts).where(accounts.c.person == person).order_by(accounts.c.connected_at, accounts.c.id)
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(found)).mappings().all()
        return tuple(map(_account, rows))

    async def keep(self, account: Account, tokens: Tokens) -> Account:
        """Keep or renew an account, by provider and subject; its id and name stay once given."""
        async with self._database.transaction(account.person, alone=True) as connection:
            name = await self._free_name(connection, account)
            fields = account.model_dump() | {"name": name, "scopes": list(account.scopes), "alive": True}
            renewed = {"email": account.email, "scopes": list(account.scopes), "alive": True}
            kept = (
                upsert(accounts)
                .values(fields)
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
        taken = set((await connection.scalars(select(accounts.c.name).where(others))).all())
        names = (account.name, *(f"{account.name} {n}" for n in range(2, len(taken) + 2)))
        return next(name for name in names if name not in taken)

    async def tokens(self, account: Account) -> Tokens:
        """Raises GrantDead when there are none, or none that can be opened."""
        found = select(accounts.c.sealed, accounts.c.key_version).where(_own(account), accounts.c.alive)
        async with self._database.transaction(account.person) as connection:
            row = (await connection.execute(found)).one_or_none()
        if row is None or row.sealed is None:
            raise GrantDead(provider=account.provider.capitalize(), account=account.email)
        try:
            opened = self._sealer.open(Sealed(row.sealed, row.key_version), account.id, account.person, TOKENS)
        except BrokenSeal as broken:
            raise GrantDead(provider=account.provider.capitalize(), account=account.email) from broken
        return Tokens.model_validate_json(opened)

    async def renew(self, account: Account, tokens: Tokens) -> None:
        """Keep what a refresh brought; a grant that was buried meanwhile stays so."""
        async with self._database.transaction(account.person) as connection:
            await self._seal(connection, account, tokens)

    async def _seal(self, connection: AsyncConnection, account: Account, tokens: Tokens) -> None:
        sealed = self._sealer.seal(tokens.model_dump_json().encode(), account.id, account.person, TOKENS)
        change = update(accounts).where(_own(account), accounts.c.alive)
        await connection.execute(change.values(sealed=sealed.content, key_version=sealed.key_version))

    async def bury(self, account: AccountId, person: PersonId) -> None:
        """Mark a grant as dead and forget its tokens; the account stays listed."""
        dead = and_(accounts.c.id == account, accounts.c.person == person)
        async with self._database.transaction(person) as connection:
            await connection.execute(update(accounts).where(dead).values(alive=False, sealed=None, key_version=None))

    async def ask(self, person: PersonId, place: Place, verifier: str, *, until: datetime) -> str:
        """Begin a connection and return its single-use state, of which only a hash is kept."""
        state = secrets.token_urlsafe(STATE_BYTES)
        hashed = _hash(state)
        sealed = self._sealer.seal(verifier.encode(), hashed.hex(), person, VERIFIER)
        fields = {
            "state_hash": hashed,
            "person": person,
            "sealed": sealed.content,
            "key_version": sealed.key_version,
            "expires_at": until,
            **place.model_dump(),
        }
        async with self._database.transaction(person) as connection:
            await connection.execute(insert(consents).values(fields))
        return state

    async def redeem(self, state: str, now: datetime) -> Asked | None:
        """Use a state once; None when it was used, is too old, or never was."""
        hashed = _hash(state)
        asked = func.steward.redeem_consent(hashed, now).table_valued(
            "person", "channel", "thread", "sealed", "key_version"
        )
        async with self._database.statement() as connection:
            row = (await connection.execute(select(asked))).one_or_none()
        if row is None:
            return None
        person: UUID = row.person
        verifier = self._sealer.open(Sealed(row.sealed, row.key_version), hashed.hex(), person, VERIFIER)
        place = Place(channel=row.channel, thread=row.thread)
        return Asked(person=PersonId(person), place=place, verifier=verifier.decode())


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _own(account: Account) -> ColumnElement[bool]:
    return and_(accounts.c.id == account.id, accounts.c.person == account.person)


def _account(row: RowMapping) -> Account:
    return Account.model_validate({name: row[name] for name in _PLAIN})
