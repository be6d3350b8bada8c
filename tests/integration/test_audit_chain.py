"""The audit trail as a chain: whatever is done to a single line of ten thousand is found, and by name."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from functools import reduce
from typing import Any, NamedTuple

import psycopg
import pytest

from app.store import PostgresStore
from app.store.chain import AuditKey, BrokenChain, Line, Tail, ended, follow
from tests import postgres
from tests.fakes import ManualClock
from tests.integration.audit_world import COLUMNS, KEY, LENGTH, build, edited
from tests.postgres import Addresses
from tests.samples import ANN, BOB
from tests.sampling import dice, sample, whole

SIGNED = AuditKey(KEY)


@pytest.fixture(scope="module")
def chain(postgres_server: Addresses) -> Iterator[list[Line]]:
    postgres.empty(postgres_server.admin)
    yield build(postgres_server)
    postgres.empty(postgres_server.admin)


@pytest.fixture(scope="module")
def tails(chain: list[Line]) -> list[Tail]:
    """The chain's end before each line, and after the last."""
    found = [Tail()]
    for line in chain:
        found.append(follow(found[-1], line, SIGNED))
    return found


@pytest.fixture
async def store(postgres_server: Addresses, clock: ManualClock) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(postgres_server.app, key=KEY, clock=clock)
    yield opened
    await opened.close()


def first_break(lines: list[Line], tail: Tail, key: AuditKey = SIGNED) -> str:
    """What is said of the first broken line from `tail` on."""
    with pytest.raises(BrokenChain) as broken:
        reduce(lambda end, line: follow(end, line, key), lines, tail)
    return str(broken.value)


def at(index: int) -> str:
    return f"line {index + 1:,} "


# Everything that can be done to one line, in memory: the whole matrix has 190,000 cells.


def test_every_edit_of_a_line_is_found(chain: list[Line], tails: list[Tail]) -> None:
    for i in sample("edits", range(LENGTH), size=200):
        for column in Line._fields:
            changed = edited(chain[i], column)
            assert changed != chain[i]
            assert at(i) in first_break([changed, *chain[i + 1 : i + 2]], tails[i]), column


def test_every_line_that_is_taken_out_is_found(chain: list[Line], tails: list[Tail]) -> None:
    for i in sample("deletions", range(LENGTH - 1), size=500):
        assert at(i) + "is missing" in first_break(chain[i + 1 : i + 2], tails[i])
        # Numbered anew, so that no gap shows.
        closed = chain[i + 1]._replace(number=i + 1)
        assert at(i) in first_break([closed], tails[i])


def test_every_swap_is_found(chain: list[Line], tails: list[Tail]) -> None:
    for i in sample("swaps", range(LENGTH - 1), size=500):
        j = (i * 7_919 + 1) % LENGTH
        for other in {i + 1, j} - {i}:
            taken = chain[other]._replace(number=i + 1)
            assert at(i) in first_break([taken], tails[i])
            kept_id = taken._replace(id=chain[i].id, at=chain[i].at)
            assert at(i) in first_break([kept_id], tails[i])


def test_every_cut_is_found(chain: list[Line], tails: list[Tail]) -> None:
    """With the end that was kept, with one made from the last line left, and with none."""
    kept = tails[-1]
    mac = hmac.digest(SIGNED._key, b"tail" + kept.hash, "sha256")
    ended(kept, kept, mac, SIGNED)
    for length in sample("cuts", range(LENGTH), size=500):
        cut = tails[length]
        with pytest.raises(BrokenChain, match=f"line {length + 1:,} is missing"):
            ended(cut, kept, mac, SIGNED)
        for forged in (mac, chain[length - 1].mac, None):
            with pytest.raises(BrokenChain, match="not the one that was kept"):
                ended(cut, cut, forged, SIGNED)
        with pytest.raises(BrokenChain, match="there was a chain"):
            ended(cut, None, None, SIGNED)


def test_who_has_no_key_cannot_hash_anew(chain: list[Line], tails: list[Tail]) -> None:
    for i in sample("rewriting", range(LENGTH - 3), size=50):
        changed = edited(chain[i], "became")
        for key in (None, bytes(range(32))):
            assert at(i) in first_break(rehashed([changed, *chain[i + 1 : i + 3]], tails[i], key), tails[i])


def rehashed(lines: list[Line], tail: Tail, key: bytes | None) -> list[Line]:
    """What someone would write who knows everything but our key."""
    found = []
    for line in lines:
        digest = hashlib.sha256(tail.hash + line.written).digest()
        mac = hmac.digest(AuditKey(key)._key, b"line" + digest, "sha256") if key else None
        tail = Tail(tail.lines + 1, digest)
        found.append(line._replace(hash=digest, mac=mac))
    return found


def test_whoever_has_another_key_is_told_so(chain: list[Line]) -> None:
    assert "ENCRYPTION_KEY" in first_break(chain[:1], Tail(), AuditKey(bytes(range(32))))


# The same in the database, by somebody who may do everything there.


class Deed(NamedTuple):
    """What was done to the database, and what should be said of it."""

    name: str
    sql: str
    says: str


OTHERS = COLUMNS.removeprefix("id, ")
EDITS = {
    "became": "became || 'x'",
    "at": "at + interval '1 microsecond'",
    "click": "COALESCE(click, '') || 'x'",
    "mac": "NULL",
    "hash": "sha256(hash)",
    "person": f"'{BOB.id}'",
    "number": "number + 1000000",
}


def deeds(i: int) -> list[Deed]:
    n, last = i + 1, LENGTH
    edits = [
        Deed(f"edit {c}", f"UPDATE audit SET {c} = {to} WHERE number = {n}", f"line {n:,} ") for c, to in EDITS.items()
    ]
    swap = f"""UPDATE audit SET number = -number WHERE number IN ({n}, {n + 1});
        UPDATE audit SET number = CASE -number WHEN {n} THEN {n + 1} ELSE {n} END WHERE number < 0"""
    cut = f"DELETE FROM audit WHERE number > {n}"
    more = (
        f"INSERT INTO audit ({OTHERS}) SELECT {OTHERS.replace('number', '1 + number')} FROM audit WHERE number = {last}"
    )
    end = f"""UPDATE chains SET lines = {n},
        hash = (SELECT hash FROM audit WHERE number = {n}), mac = (SELECT mac FROM audit WHERE number = {n})"""
    return [
        *edits,
        Deed("delete", f"DELETE FROM audit WHERE number = {n}", f"line {n:,} is missing"),
        Deed("swap", swap, f"line {n:,} "),
        Deed("hide", f"UPDATE audit SET number = NULL, hash = NULL WHERE number = {n}", f"line {n:,} is missing"),
        Deed("cut the last", f"DELETE FROM audit WHERE number = {last}", f"line {last:,} is missing"),
        Deed("cut", cut, f"line {n + 1:,} is missing, and all that followed it up to {last:,}"),
        Deed("cut, and the end moved", f"{cut}; {end}", f"after line {n:,}, is not the one that was kept"),
        Deed("cut, and no end", f"{cut}; DELETE FROM chains", f"its end is missing; {n:,} lines are left"),
        Deed("everything", "DELETE FROM audit; DELETE FROM chains", "it is gone"),
        Deed("one more", more, f"line {last + 1:,} stands after the end"),
    ]


@pytest.mark.timeout(900)
async def test_whatever_is_done_in_the_database_is_found(
    chain: list[Line], store: PostgresStore, postgres_server: Addresses
) -> None:
    assert (await store.audit.verify(ANN.id, {})).lines == LENGTH
    places = {0, 1, LENGTH - 3, *dice("places").sample(range(LENGTH - 2), 10 if whole() else 2)}
    cells = [deed for i in sorted(places) for deed in deeds(i)]
    with psycopg.connect(postgres_server.admin, autocommit=True) as admin:
        admin.execute("SET search_path = steward")
        admin.execute("CREATE TEMP TABLE was AS TABLE audit; CREATE TEMP TABLE ends AS TABLE chains")
        for deed in sample("deeds", cells, size=12):
            admin.execute(deed.sql)
            assert ANN.id in await store.audit.tails(), deed
            with pytest.raises(BrokenChain) as broken:
                await store.audit.verify(ANN.id, {})
            assert deed.says in str(broken.value), deed
            restore(admin)
    assert (await store.audit.verify(ANN.id, {})).lines == LENGTH


def restore(admin: psycopg.Connection[Any]) -> None:
    admin.execute("DELETE FROM audit; DELETE FROM chains")
    admin.execute("INSERT INTO audit OVERRIDING SYSTEM VALUE TABLE was; INSERT INTO chains TABLE ends")
