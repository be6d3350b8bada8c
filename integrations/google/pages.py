"""Google's own pages, where a person looks for themselves, whichever accounts their browser is signed in to."""

from datetime import datetime
from urllib.parse import quote

from app.domain.mailboxes import DRAFT, INBOX, SENT, TRASH

FOLDERS = {INBOX: "inbox", SENT: "sent", DRAFT: "drafts", TRASH: "trash"}
"""What Gmail's page calls the mails with a label; all of them where it isn't among these."""


class GooglePages:
    """The port Pages for one address."""

    def __init__(self, email: str) -> None:
        self._who = quote(email)

    def thread(self, thread: str) -> str:
        return f"{self._mail}#all/{thread}"

    def label(self, label: str) -> str:
        return f"{self._mail}#{FOLDERS.get(label, 'all')}"

    def day(self, day: datetime) -> str:
        return f"https://calendar.google.com/calendar/r/day/{day:%Y/%-m/%-d}?authuser={self._who}"

    @property
    def _mail(self) -> str:
        return f"https://mail.google.com/mail/?authuser={self._who}"
