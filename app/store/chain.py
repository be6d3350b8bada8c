"""The audit trail as a chain per person, and how anybody who holds the key tells that nothing was done to it.

The database writes the lines (migration 0003) and this module recomputes them, from their columns alone:

- A line's **hash** covers the hash before it and every column. It needs no key, so an auditor can follow a chain
  without one. It shows a line that was edited, taken out, put in or moved, unless all that follow were hashed anew.
- A line's **signature** is the HMAC of its hash, under a key derived (HKDF) from ENCRYPTION_KEY, which no table holds:
  the app brings it along on its connections. So who may write to the database, its administrator included, but hasn't
  got the key, can't hash anew unnoticed; and a decision that was made by SQL, with the app's own password, is a line
  without a valid signature.
- The **end** of a chain is kept with a signature that belongs to the end only, and the one before is overwritten: the
  last lines can't be cut off by showing an earlier line as the end.
- An **anchor** (`app.store.anchors`) holds every chain's end of a day outside the database. It shows what the three
  can't: a whole database put back to an earlier state, and a chain rewritten by someone who has the key.

What remains: someone with the key *and* the database can rewrite what came after the last anchor that they can't
reach, and someone who replaces the database's functions can have a key sent to them from then on. Lines from before
there was a chain have no number, and nothing vouches for them: a chain turned into such lines shows by its anchors
only. Copy the anchors away.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BLOCK_BYTES = 64
"""Of SHA-256 (FIPS 180-4, section 1): HMAC pads its key to it."""
INNER, OUTER = 0x36, 0x5C
"""What HMAC pads with (RFC 2104, section 2)."""
PURPOSE = b"steward audit trail 1"
"""Tells this key from every other that is derived from the same one (RFC 5869, section 3.2)."""
LINE, TAIL = b"line", b"tail"
"""What is signed: a line's hash, or the end of a chain."""


class Line(NamedTuple):
    """One line of the audit: ids, statuses and hashes."""

    id: int
    at: datetime
    person: UUID
    number: int
    """Its place in the person's chain, from 1."""
    event: str
    was: str | None
    became: str
    action: UUID
    turn: UUID
    account: UUID
    sha256: str
    attempt: int
    confirmations: int
    click: str | None
    ref: str | None
    """The step of a call, the ts of a card, the id of a view."""
    evidence: str | None
    """sha256 of what was noted of a call, or of the receipt."""
    hash: bytes
    mac: bytes | None

    @property
    def written(self) -> bytes:
        """What is hashed: the columns as PostgreSQL's json_build_array writes them."""
        at = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        columns = (self.id, at, str(self.person), self.number, self.event, self.was, self.became)
        of_action = (str(self.action), str(self.turn), str(self.account), self.sha256)
        rest = (self.attempt, self.confirmations, self.click, self.ref, self.evidence)
        return json.dumps([*columns, *of_action, *rest], ensure_ascii=False).encode()

    def __str__(self) -> str:
        return f"line {self.number:,} ({self.event}, {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)"


class Tail(NamedTuple):
    """The end of a chain: how many lines it has, and the hash of the last."""

    lines: int = 0
    hash: bytes = bytes(32)


class BrokenChain(Exception):
    """What is wrong with a chain, as a sentence that names the first broken line."""


class AuditKey:
    """Signs and checks; derived from the key that seals tokens."""

    def __init__(self, sealing_key: bytes) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(sealing_key)

    @property
    def blocks(self) -> str:
        """The two padded blocks of HMAC in hex, as `steward.audit_key` takes them."""
        padded = self._key.ljust(BLOCK_BYTES, b"\0")
        return bytes([*(byte ^ INNER for byte in padded), *(byte ^ OUTER for byte in padded)]).hex()

    def signs(self, mac: bytes | None, what: bytes, digest: bytes) -> bool:
        """Whether this signature is ours."""
        return mac is not None and hmac.compare_digest(mac, hmac.digest(self._key, what + digest, "sha256"))


def follow(tail: Tail, line: Line, key: AuditKey) -> Tail:
    """The end of a chain with one more line; raises BrokenChain when it isn't the one that was written there."""
    expected = tail.lines + 1
    if line.number > expected:
        last = line.number - 1
        gone = f"line {expected:,} is" if last == expected else f"lines {expected:,} to {last:,} are"
        raise BrokenChain(f"{gone} missing")
    if line.number < expected:
        raise BrokenChain(f"{line} is in the chain twice")
    digest = hashlib.sha256(tail.hash + line.written).digest()
    if digest != line.hash:
        raise BrokenChain(f"{line} is not what was written there")
    if line.mac is None:
        raise BrokenChain(f"{line} has no signature: something other than Steward wrote it")
    if not key.signs(line.mac, LINE, digest):
        raise BrokenChain(f"{line} has a signature of another key: it was rewritten, or ENCRYPTION_KEY was changed")
    return Tail(expected, digest)


def ended(tail: Tail, kept: Tail | None, mac: bytes | None, key: AuditKey) -> None:
    """Hold the end that was reached against the end that was kept; raises BrokenChain."""
    if kept is None:
        left = f"its end is missing; {tail.lines:,} lines are left" if tail.lines else "it is gone"
        raise BrokenChain(f"there was a chain, but {left}")
    if tail.lines < kept.lines:
        raise BrokenChain(f"line {tail.lines + 1:,} is missing, and all that followed it up to {kept.lines:,}")
    if tail.lines > kept.lines:
        raise BrokenChain(f"line {kept.lines + 1:,} stands after the end of the chain")
    if tail.hash != kept.hash or not key.signs(mac, TAIL, kept.hash):
        raise BrokenChain(f"the end of the chain, after line {kept.lines:,}, is not the one that was kept")
