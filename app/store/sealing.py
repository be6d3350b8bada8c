"""Seals secrets with AES-256-GCM, each bound to the row and purpose it was sealed for."""

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
"""AES-256."""
NONCE_BYTES = 12
"""GCM's own size (NIST SP 800-38D, section 5.2.1.1); random, so a key is good for 2^32 seals (section 8.3)."""


class BrokenSeal(ValueError):
    """What was sealed can't be opened: another key, another row, or changed bytes."""


class Sealed(NamedTuple):
    """Nonce, ciphertext and tag in one, and the version of the key it takes to open them."""

    content: bytes
    key_version: int


class Sealer:
    """Seals with the newest key and opens with any it was given."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a sealing key has {KEY_BYTES} bytes")
        self._ciphers = {version: AESGCM(key) for version, key in keys.items()}
        self._newest = max(keys)

    def seal(self, content: bytes, *context: object) -> Sealed:
        """Seal for this context (row, person, purpose), which isn't kept and must be named again to open it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(nonce + self._ciphers[self._newest].encrypt(nonce, content, _bound(context)), self._newest)

    def open(self, sealed: Sealed, *context: object) -> bytes:
        """What was sealed for this context; raises BrokenSeal."""
        cipher = self._ciphers.get(sealed.key_version)
        if cipher is None:
            raise BrokenSeal
        try:
            return cipher.decrypt(sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:], _bound(context))
        except InvalidTag as broken:
            raise BrokenSeal from broken


def _bound(context: tuple[object, ...]) -> bytes:
    """The context as bytes that no other context can make: each part with its length."""
    parts = [str(part).encode() for part in context]
    return b"".join(len(part).to_bytes(4) + part for part in parts)
