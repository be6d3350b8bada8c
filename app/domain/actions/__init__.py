"""Everything the assistant may change, one frozen class each."""

from app.domain.actions.action import Action, Change, Outcome, canonical, restore
from app.domain.actions.archive import ArchiveEmails
from app.domain.actions.calendar import CreateEvent
from app.domain.actions.mail import SendReply

__all__ = ["Action", "ArchiveEmails", "Change", "CreateEvent", "Outcome", "SendReply", "canonical", "restore"]
