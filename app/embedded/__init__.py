"""PostgreSQL and Valkey from wheels, supervised and shared by every process of one home, when none is configured."""

from app.embedded.errors import EmbeddedError
from app.embedded.start import Addresses, services

__all__ = ["Addresses", "EmbeddedError", "services"]
