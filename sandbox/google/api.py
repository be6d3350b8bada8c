"""What a method of the API is handed and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.google.state import Account, State


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request whose parameters and body fit the discovery document."""

    method: str
    params: dict[str, Any]
    body: dict[str, Any]
    account: Account
    state: State
    scopes: frozenset[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    media: bytes | None = None

    def effect(self, name: str, **refs: Any) -> None:
        """Writes a committed change into the journal."""
        self.state.journal.commit(name, self.account.email, **refs)


@dataclass(frozen=True, slots=True)
class Reply:
    body: dict[str, Any] | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]
