"""Anchors: every chain's end of a day, in a signed file outside the database.

Each file names the hash of the one before, so none can be taken out of their row. Its signature is Ed25519: whoever has
the public key, which lies beside the files, can check copies of them without any secret. Who can write to this folder
can also sign anew; a copy kept elsewhere is what they can't reach.
"""

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from app.domain.types import PersonId
from app.store.chain import Tail
from app.store.database import compact

KEY_BYTES = 32
"""Of an Ed25519 private key, any of them (RFC 8032, section 5.1.5)."""
PUBLIC_KEY = "anchors.pub"
NAME = "anchors-{:%Y-%m-%d}.json"
READABLE = 0o644
"""Ids and hashes, for anyone to copy and check."""


class BrokenAnchor(Exception):
    """What is wrong with an anchor, as a sentence that names the file."""


@dataclass(frozen=True)
class Anchor:
    """One file, its signature checked."""

    name: str
    at: datetime
    chains: Mapping[PersonId, Tail]


class Anchors:
    """The anchors of one installation: a folder, and the key that signs them (KEY_BYTES)."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = Ed25519PrivateKey.from_private_bytes(key)

    def due(self, now: datetime) -> bool:
        """Whether the day, in UTC, has no anchor yet."""
        return not (self._folder / NAME.format(now.astimezone(UTC))).exists()

    def write(self, chains: Mapping[PersonId, Tail], now: datetime) -> Path:
        """Anchor the ends of all chains; of two who do so on one day, the first wins."""
        self._publish()
        before = self._files()
        content = {
            "at": now.astimezone(UTC).isoformat(),
            "previous": _digest(before[-1]) if before else None,
            "chains": {
                str(person): {"lines": tail.lines, "hash": tail.hash.hex()} for person, tail in sorted(chains.items())
            },
        }
        signature = base64.b64encode(self._key.sign(compact(content).encode())).decode()
        path = self._folder / NAME.format(now.astimezone(UTC))
        _keep(path, json.dumps({"anchor": content, "signature": signature}, indent=1) + "\n")
        return path

    def read(self) -> Iterator[Anchor]:
        """Every anchor, oldest first; raises BrokenAnchor at the first that isn't what was signed."""
        previous = None
        for path in self._files():
            content = _opened(path, self._public())
            if content["previous"] != previous:
                raise BrokenAnchor(f"{path.name} does not follow the one before it: one was replaced or taken away")
            previous = _digest(path)
            yield Anchor(path.name, datetime.fromisoformat(content["at"]), _tails(content["chains"]))

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("anchors-*.json"))

    def _public(self) -> Ed25519PublicKey:
        try:
            public = load_pem_public_key((self._folder / PUBLIC_KEY).read_bytes())
        except (OSError, ValueError) as unreadable:
            raise BrokenAnchor(
                f"the key that the anchors are checked with, {PUBLIC_KEY}, can't be read"
            ) from unreadable
        if not isinstance(public, Ed25519PublicKey) or public != self._key.public_key():
            raise BrokenAnchor(f"{PUBLIC_KEY} is not the key of this installation")
        return public

    def _publish(self) -> None:
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _keep(self._folder / PUBLIC_KEY, pem.decode())


def _opened(path: Path, public: Ed25519PublicKey) -> dict[str, Any]:
    try:
        signed = json.loads(path.read_text(encoding="utf-8"))
        content: dict[str, Any] = signed["anchor"]
        public.verify(base64.b64decode(signed["signature"]), compact(content).encode())
    except (OSError, ValueError, KeyError, TypeError, InvalidSignature) as broken:
        raise BrokenAnchor(f"{path.name} is not what was signed") from broken
    if path.name != NAME.format(datetime.fromisoformat(content["at"])):
        raise BrokenAnchor(f"{path.name} is the anchor of another day")
    return content


def _tails(chains: Mapping[str, Mapping[str, Any]]) -> dict[PersonId, Tail]:
    return {PersonId(UUID(p)): Tail(int(c["lines"]), bytes.fromhex(c["hash"])) for p, c in chains.items()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _keep(path: Path, content: str) -> None:
    """Write a file whole or not at all, and never over one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8") as fresh:
        fresh.write(content)
        fresh.flush()
        os.fchmod(fresh.fileno(), READABLE)
        os.fsync(fresh.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh.name, path)
