"""Taking many mails out of the inbox at once."""

from typing import ClassVar

from app.domain.actions.bulk import Labelling, Turn, Words
from app.domain.desk import Ledger
from app.domain.mailboxes import INBOX, Mailbox


class ArchiveEmails(Labelling):
    """Takes mails out of the inbox; they stay in the account."""

    busy_text: ClassVar[str] = "Archiving"
    do: ClassVar[str] = "archive"
    where: ClassVar[str] = "inbox"

    def words(self, mails: str) -> Words:
        return Words(
            heading=f"Archive {mails}",
            meaning="They leave the inbox and stay in All Mail.",
            reversal="brings them back to the inbox",
            did=f"Archived {mails}",
            skipped="had left the inbox already",
            shortfall="Still in the inbox",
            returned=f"{mails} back in the inbox",
        )

    async def turn(self, box: Mailbox, ledger: Ledger) -> Turn:
        return Turn(INBOX, on=False)
