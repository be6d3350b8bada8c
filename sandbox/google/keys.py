"""The key Google signs id tokens with, and the tokens."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from sandbox.google.store import Store

CERTIFIED = timedelta(days=16)  # about as long as one of Google's own is valid


class Keys:
    """One RSA key, made at the first need and kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: rsa.RSAPrivateKey | None = None

    @property
    def key(self) -> rsa.RSAPrivateKey:
        if self._key is None:
            self._key = self._load() or self._make()
        return self._key

    def _load(self) -> rsa.RSAPrivateKey | None:
        kept = self._store.meta("id_token_key")
        if kept is None:
            return None
        key = serialization.load_pem_private_key(kept.encode(), password=None)
        return key if isinstance(key, rsa.RSAPrivateKey) else None

    def _make(self) -> rsa.RSAPrivateKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._store.set_meta("id_token_key", pem.decode())
        return key

    @property
    def key_id(self) -> str:
        numbers = self.key.public_key().public_numbers()
        digest = hashes.Hash(hashes.SHA256())
        digest.update(str(numbers.n).encode())
        return digest.finalize().hex()[:40]

    def certs(self) -> dict[str, Any]:
        """The public half as a JSON Web Key Set."""
        numbers = self.key.public_key().public_numbers()
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.key_id}
        return {"keys": [{**key, "n": _number(numbers.n), "e": _number(numbers.e)}]}

    def pem_certs(self, now: datetime) -> dict[str, str]:
        """The public half as a certificate by key id, the older form, which google-auth reads by itself."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.system.gserviceaccount.com")])
        found = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(now - CERTIFIED)
            .not_valid_after(now + CERTIFIED)
            .sign(self.key, hashes.SHA256())
        )
        return {self.key_id: found.public_bytes(serialization.Encoding.PEM).decode()}

    def sign(self, claims: dict[str, Any]) -> str:
        head = {"alg": "RS256", "kid": self.key_id, "typ": "JWT"}
        text = f"{_encode(json.dumps(head).encode())}.{_encode(json.dumps(claims).encode())}"
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encode(signature)}"


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
