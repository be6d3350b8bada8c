"""A notice as a mail that somebody gets from their own account, who has said that they want it so."""

from datetime import datetime

from app.domain.actions import SendMail
from app.domain.cards import MAX_LINE, Origin, Recipient
from app.domain.desk import reference
from app.domain.reports import Report
from app.domain.types import Account, Address
from app.planning.sanitising import unlinked

WHY = "Steward sends you this because you asked for urgent mail to be told by mail too."


def letter(shown: Report, account: Account, now: datetime) -> SendMail:
    """The mail of a notice, to the account's own address. Its links are ours; one that a stranger wrote is only named.
    `now` is aware, in the person's zone."""
    lines = [line for group in shown.groups for line in group.lines]
    told = [part for line in lines for part in (_plain(f"• {line.text} {line.detail}"), line.link, "")]
    own = Address(email=account.email)
    return SendMail(
        account=reference(account),
        sender=own,
        recipients=(Recipient(address=own, role="to", origin=Origin.CHOSEN),),
        subject=_plain(shown.title),
        body="\n".join((_plain(shown.summary), "", *told, *shown.notes, WHY)),
    ).vetted(now)


def _plain(text: str) -> str:
    """A line without a stranger's links, and no longer than a card can show."""
    words = " ".join(unlinked(text, typed="").split())
    return words if len(words) <= MAX_LINE else f"{words[: MAX_LINE - 1]}…"
