"""Everything the assistant may change, one frozen class each."""

from app.domain.actions.action import Action, Change, Outcome, canonical, restore
from app.domain.actions.archive import ArchiveEmails
from app.domain.actions.calendar import CreateEvent
from app.domain.actions.calendar_changes import ChangeEvent
from app.domain.actions.calendar_endings import CancelEvent, RespondToEvent
from app.domain.actions.calendar_events import Scope
from app.domain.actions.calendar_moves import MoveEvent
from app.domain.actions.drafts import SaveDraft
from app.domain.actions.forward import MAX_FORWARDED, ForwardEmails
from app.domain.actions.labels import LabelEmails, MarkEmails, RestoreEmails, TrashEmails
from app.domain.actions.mail import SendMail
from app.domain.actions.mirror import MirrorAvailability
from app.domain.actions.replies import SendReply

__all__ = [
    "MAX_FORWARDED",
    "Action",
    "ArchiveEmails",
    "CancelEvent",
    "Change",
    "ChangeEvent",
    "CreateEvent",
    "ForwardEmails",
    "LabelEmails",
    "MarkEmails",
    "MirrorAvailability",
    "MoveEvent",
    "Outcome",
    "RespondToEvent",
    "RestoreEmails",
    "SaveDraft",
    "Scope",
    "SendMail",
    "SendReply",
    "TrashEmails",
    "canonical",
    "restore",
]
