"""Seals secrets with AES-256-GCM, each bound to the row and purpose it was sealed for."""

import hashlib
import secrets
from contextlib import suppress
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
"""AES-256."""
NONCE_BYTES = 12
"""GCM's own size (NIST SP 800-38D, section 5.2.1.1); random, so a key is good for 2^32 seals (section 8.3)."""
NUMBER_BYTES = 4
"""What the number of a key takes."""
UNNUMBERED = 1
"""The number beside everything that was sealed before keys had one."""


class BrokenSeal(ValueError):
    """What was sealed can't be opened: another key, another row, or changed bytes."""


class Sealed(NamedTuple):
    """Nonce, ciphertext and tag in one, and the number of the key it takes to open them."""

    content: bytes
    key: int


class Sealer:
    """Seals with the first of its keys and opens with any."""

    def __init__(self, *keys: bytes) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a sealing key has {KEY_BYTES} bytes")
        self._ciphers = {number(key): AESGCM(key) for key in reversed(keys)}
        self.newest = number(keys[0])

    def seal(self, content: bytes, *context: object) -> Sealed:
        """Seal for this context (row, person, purpose), which isn't kept and must be named again to open it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(nonce + self._ciphers[self.newest].encrypt(nonce, content, _bound(context)), self.newest)

    def open(self, sealed: Sealed, *context: object) -> bytes:
        """What was sealed for this context; raises BrokenSeal."""
        ciphers = self._ciphers.values() if sealed.key == UNNUMBERED else filter(None, [self._ciphers.get(sealed.key)])
        for cipher in ciphers:
            with suppress(InvalidTag):
                return cipher.decrypt(sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:], _bound(context))
        raise BrokenSeal

    def wrap(self, content: bytes, *context: object) -> bytes:
        """Seal for this context, where there is one place for all of it: the key's number stands first."""
        sealed = self.seal(content, *context)
        return sealed.key.to_bytes(NUMBER_BYTES) + sealed.content

    def unwrap(self, wrapped: bytes, *context: object) -> bytes | None:
        """What was wrapped for this context; None when it can't be opened."""
        key, content = int.from_bytes(wrapped[:NUMBER_BYTES]), wrapped[NUMBER_BYTES:]
        try:
            return self.open(Sealed(content, key), *context)
        except (BrokenSeal, ValueError):
            return None


def number(key: bytes) -> int:
    """What a key is known by beside what it sealed: 31 bits of a hash, which tell nothing of it."""
    return int.from_bytes(hashlib.sha256(b"steward sealing key " + key).digest()[:4]) >> 1


def _bound(context: tuple[object, ...]) -> bytes:
    """The context as bytes that no other context can make: each part with its length."""
    parts = [str(part).encode() for part in context]
    return b"".join(len(part).to_bytes(4) + part for part in parts)
