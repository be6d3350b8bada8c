"""What every change has in common: an identity made before any call, a card, and the deed with its evidence."""

import hashlib
import json
from abc import abstractmethod
from base64 import b32hexencode
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import uuid4

from pydantic import Field, SerializeAsAny

from app.domain.cards import MAX_CARD, Card, Receipt
from app.domain.desk import Desk, Ledger, Note, Pages
from app.domain.forms import Answers, Form, refuse
from app.domain.permissions import Permission
from app.domain.types import AccountRef, ActionId, Value


class Outcome(StrEnum):
    """What the evidence says about a deed that was interrupted."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


class Change(Value):
    """What became different between the preview and the click."""

    sentence: str
    renewed: SerializeAsAny["Action"] | None = None
    """The same change with the preview of now; None when it makes no sense any more."""


class Action(Value):
    """One change to one account, frozen: what is approved is what is done."""

    KINDS: ClassVar[dict[str, type["Action"]]] = {}
    busy_text: ClassVar[str] = "Working on it"
    held: ClassVar[bool] = False
    """Whether it waits a little after the click, to be cancelled: what can't be undone."""
    stepwise: ClassVar[bool] = False
    """Whether it is done in many calls, of which some may stand when it is interrupted."""
    requires: ClassVar[Permission]
    """What a person must have allowed before it is proposed."""

    id: ActionId = Field(default_factory=lambda: ActionId(uuid4()))
    """Known to the provider: event ids, mail headers and properties are made from it."""
    account: AccountRef

    @property
    def changes(self) -> tuple[AccountRef, ...]:
        """The accounts in which something will be different."""
        return (self.account,)

    @property
    def needs(self) -> tuple[AccountRef, ...]:
        """The accounts without whose connection it can't be done."""
        return (self.account,)

    @property
    def bulk(self) -> bool:
        """Whether it takes so long that it shall not stand in the way of what takes a moment."""
        return False

    @property
    def to_oneself(self) -> bool:
        """Whether nothing comes of it but a mail from an account to itself."""
        return False

    def progress(self, note: Note) -> str:
        """How far it has come, in words, when this was noted; empty when that isn't worth a redrawn card."""
        return ""

    def __init_subclass__(cls, *, base: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not base:
            Action.KINDS[cls.__name__] = cls

    @property
    def kind(self) -> str:
        return type(self).__name__

    @property
    def event_id(self) -> str:
        """The id in Google Calendar's alphabet (base32hex, lower case, unpadded)."""
        return self.event_id_of(0)

    def event_id_of(self, edition: int) -> str:
        """The same for each edition of the deed: a calendar never lets go of an id that was used."""
        ident = self.id.bytes + (edition.to_bytes(2, "big") if edition else b"")
        return b32hexencode(ident).decode().rstrip("=").lower()

    @property
    def too_late(self) -> datetime | None:
        """The instant from which doing it makes no sense."""
        return None

    @property
    def sha256(self) -> str:
        """The hash of the canonical payload, which the approval is bound to."""
        return hashlib.sha256(canonical(self).encode()).hexdigest()

    def renewed(self, **changed: Any) -> Self:
        """The same change, partly new and validated anew, with an identity of its own."""
        return type(self).model_validate({**dict(self), "id": uuid4(), **changed})

    @abstractmethod
    def card(self) -> Card:
        """What it would change, worked out from the payload alone."""

    # Proposing it, and changing the proposal.

    def asked(self, now: datetime) -> Mapping[str, Any]:
        """The arguments with which its tool would propose it anew; `now` is aware, in the person's zone."""
        return {"account": self.account.name}

    def faults(self, now: datetime) -> Mapping[str, str]:
        """Why a person can't be asked to approve it, a sentence per input of its form; nothing when they can."""
        return {}

    def vetted(self, now: datetime) -> Self:
        """Itself, if a person can be asked to approve it; raises FormErrors."""
        refuse(self.faults(now))
        if (length := self.card().length) > MAX_CARD:
            refuse({"": f"A card shows at most {MAX_CARD:,} characters in all and this would be {length:,}."})
        return self

    async def previewed(self, desk: Desk) -> Self:
        """The same with everything its card tells beside the payload's own words, read anew. Raises ProviderError, and
        Refusal when nothing is left to be done."""
        return self

    def form(self) -> Form | None:
        """What of it a person can change; None when there is nothing."""
        return None

    @property
    def reading(self) -> str:
        """What has to be read before its form can be shown whole, in a sentence; empty when nothing has to."""
        return ""

    async def surveyed(self, desk: Desk) -> Self:
        """The same with what its form tells of the account and the payload doesn't yet; that may take minutes. Raises
        ProviderError."""
        return self

    async def asking(self, desk: Desk) -> Form | None:
        """Its form, with what of it is no part of the payload read anew. Raises ProviderError."""
        return self.form()

    @property
    def renewing(self) -> str:
        """What takes `previewed` longer than a moment, in a sentence; empty when nothing does."""
        return ""

    def edited(self, answers: Answers, now: datetime) -> Self:
        """The same change as the person entered it, vetted like any; its card needs `previewed`. Raises FormErrors."""
        form = self.form()
        if form is None:
            raise NotImplementedError(self.kind)
        return self.renewed(**self.entered(form.read(answers))).vetted(now)

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The payload's fields from what its form read."""
        return values

    # Doing it.

    async def check(self, desk: Desk) -> Change | None:
        """What changed since the preview, read at the click; None when the preview still holds."""
        return None

    @abstractmethod
    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        """Do it once, noting what a restart needs before and after each call."""

    @abstractmethod
    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        """After an interruption: what the provider's evidence says. DONE comes with the receipt."""

    async def abandon(self, desk: Desk, ledger: Ledger) -> None:
        """Tidy up what an attempt left half made, when it will not be made after all."""

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        """What the ledger says stands already although the rest was refused; None when nothing does."""
        return None

    async def taken_back(self, ledger: Ledger) -> str:
        """What the ledger says is undone already although the rest of its undoing was refused, in a sentence; empty
        when nothing is."""
        return ""

    @abstractmethod
    def trace(self, pages: Pages) -> Receipt:
        """What is known of a deed whose outcome isn't, and where a person can look for themselves."""

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        """Bring back the state before; only called when the card offers it."""
        raise NotImplementedError(self.kind)


def canonical(action: Action) -> str:
    """The payload as one JSON text with sorted keys: the bytes that are hashed and kept."""
    return json.dumps({"kind": action.kind, **action.model_dump(mode="json")}, sort_keys=True, separators=(",", ":"))


def restore(payload: dict[str, Any]) -> Action:
    """An action from its kept payload; raises KeyError for a kind that no longer exists."""
    fields = dict(payload)
    return Action.KINDS[fields.pop("kind")].model_validate(fields)
