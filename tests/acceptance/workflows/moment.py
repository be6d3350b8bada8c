"""One try of a request: who asks, what Google held before and after, and how the two differ."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from tests.acceptance.stand_ins import Mail
from tests.acceptance.workflows.asking import Outcome
from tests.acceptance.workflows.seen import DAY, AccountSeen, Occurrence

Story = dict[str, Any]
HIDDEN = {"TRASH", "SPAM", "DRAFT"}
OFFICE = (time(8), time(19))
"""Nobody is to be met outside of these, by the clock of who asks; the product's own hours are narrower."""


@dataclass(frozen=True)
class Moment:
    """Everything that an end state is worked out from, and compared with."""

    now: datetime
    zone: ZoneInfo
    work: str
    home: str
    story: Story
    entry: dict[str, Any]
    """Of workflows.json."""
    before: dict[str, AccountSeen]
    after: dict[str, AccountSeen]
    """The accounts of who asks, and of their colleagues as far as they are here."""
    outcome: Outcome

    @property
    def accounts(self) -> tuple[str, str]:
        return self.work, self.home

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def next_week(self) -> tuple[datetime, datetime]:
        """From Monday to Sunday, in the zone of who asks."""
        monday = self.midnight(self.today + (7 - self.today.weekday()) * DAY)
        return monday, self.midnight(monday.astimezone(self.zone).date() + 7 * DAY)

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def day(self, number: int) -> tuple[datetime, datetime]:
        """From midnight to midnight, so many days from today."""
        first = self.today + number * DAY
        return self.midnight(first), self.midnight(first + DAY)

    def mails(self) -> Iterator[tuple[str, Mail]]:
        """Before, neither thrown away nor drafts."""
        for account in self.accounts:
            for mail in self.before[account].mails.values():
                if not HIDDEN & mail.labels:
                    yield account, mail

    def busy(self, *emails: str) -> list[Occurrence]:
        """What takes time of these people before, as far as their calendars are here."""
        accounts = [self.before[email] for email in emails if email in self.before]
        return [one for account in accounts for one in account.occurrences if one.busy]

    def in_office_hours(self, one: Occurrence) -> bool:
        start, end = one.start.astimezone(self.zone), one.end.astimezone(self.zone)
        within = OFFICE[0] <= start.time() and end.time() <= OFFICE[1] and start.date() == end.date()
        return within and start.weekday() < 5

    # Differences.

    @cached_property
    def relabelled(self) -> dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]:
        """The labels that each mail won and lost."""
        found = {}
        for account in self.accounts:
            after = self.after[account].mails
            for key, mail in self.before[account].mails.items():
                assert key in after, f"a mail is gone: {mail.header('Subject')}"
                if after[key].labels != mail.labels:
                    found[account, key] = (after[key].labels - mail.labels, mail.labels - after[key].labels)
        return found

    @cached_property
    def new_mails(self) -> list[tuple[str, Mail]]:
        """With the account they lie in."""
        return [
            (account, mail)
            for account in self.accounts
            for key, mail in self.after[account].mails.items()
            if key not in self.before[account].mails
        ]

    def _happened(self, at: dict[str, AccountSeen]) -> Counter[Occurrence]:
        everything = [one for account in self.accounts for one in at[account].occurrences]
        return Counter(plain(one) for one in everything)

    @cached_property
    def added(self) -> list[Occurrence]:
        """What stands on the calendars now and didn't before."""
        return list((self._happened(self.after) - self._happened(self.before)).elements())

    @cached_property
    def removed(self) -> list[Occurrence]:
        return list((self._happened(self.before) - self._happened(self.after)).elements())

    def check_mail_untouched(self) -> None:
        assert self.relabelled == {}
        assert [mail.header("Subject") for _, mail in self.new_mails] == []

    def check_calendars_untouched(self) -> None:
        assert [one.title for one in self.added] == []
        assert [one.title for one in self.removed] == []

    def check_nothing_changed(self) -> None:
        self.check_mail_untouched()
        self.check_calendars_untouched()

    def check_cards(self, *kinds: str) -> None:
        """Only such cards came, and all are done."""
        found = [(card.kind, card.status) for card in self.outcome.cards]
        assert all(kind in kinds and status == "done" for kind, status in found), f"{found}"


def plain(one: Occurrence) -> Occurrence:
    """Without what differs though nothing is different: the id of an occurrence that got one of its own."""
    return Occurrence(**{**one.__dict__, "event": "", "answer": "", "series": False})


def overlap(one: Occurrence, other: Occurrence) -> bool:
    return one.start < other.end and other.start < one.end


def within(one: Occurrence, span: tuple[datetime, datetime]) -> bool:
    return span[0] <= one.start < span[1]


def subject(mail: Mail) -> str:
    """Without Re: and the like, on one line."""
    text = " ".join(mail.header("Subject").split())
    while text[:4].lower() in ("re: ", "fwd:", "fw: "):
        text = text[4:].strip()
    return text


def mentions(mail: Mail, words: str) -> bool:
    return words.lower() in " ".join(f"{mail.header('Subject')} {mail.text}".lower().split())


HOUR = timedelta(hours=1)
