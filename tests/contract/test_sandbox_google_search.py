"""Random searches over random mailboxes find in the stand-in what a second reading of the documentation finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from random import Random

from sandbox.google.gmail.search import Finder
from sandbox.google.seed import SeedAccount, SeedMail
from sandbox.google.state import State
from tests import sampling
from tests.contract.gmail_search import Letter, matching

ME = "ada@work.example"
NOW = datetime(2026, 3, 31, 15, 20, tzinfo=UTC)  # a day that many months don't have
MAILBOXES, MAILS, QUERIES, DEEP = 6, 50, 400, 3
WORDS = ("budget", "review", "lunch", "roof", "gateway", "figures", "party", "ledger")
PEOPLE = ("amy@north.example", "ben@south.example", "carla@north.example", ME)
FILES = ("Q2 Report.pdf", "figures.csv", "roof_plan.png")
OWN = ("Big Project/Sub", "Receipts", "to do")
PLACES = ("INBOX", "SENT", "TRASH", "SPAM")
MARKS = ("UNREAD", "STARRED", "IMPORTANT")
CATEGORIES = ("PERSONAL", "PROMOTIONS", "SOCIAL", "UPDATES", "FORUMS")


class Dice:
    """Makes mails and queries of the same few words, so that they meet."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def some(self, options: tuple[str, ...], most: int) -> list[str]:
        return self.random.sample(options, self.random.randint(0, most))

    def mail(self, number: int) -> tuple[bytes, Letter]:
        text = " ".join(self.random.choices(WORDS, k=self.random.randint(2, 9)))
        size = self.random.choice((0, 0, 3_000, 40_000, 1_200_000))
        subject = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 3)))
        sender = self.random.choice(PEOPLE)
        to, cc, bcc = (", ".join(self.some(PEOPLE, most)) for most in (2, 1, 1))
        files = tuple(self.some(FILES, 1))
        labels = {*self.some(PLACES, 1), *self.some(MARKS, 2), f"CATEGORY_{self.random.choice(CATEGORIES)}"}
        own = frozenset(self.some(OWN, 1))
        received = NOW - timedelta(minutes=self.random.choice((60, 900, 1_300, 20_000, 90_000, 700_000)) + number)
        letter = EmailMessage()
        for name, value in (("From", sender), ("To", to), ("Cc", cc), ("Bcc", bcc), ("Subject", subject)):
            if value:
                letter[name] = value
        key = f"m{number}@north.example"
        letter["Message-ID"] = f"<{key}>"
        letter.set_content(f"{text}\n{'.' * size}\n" if size else f"{text}\n")
        for name in files:
            letter.add_attachment(b"content", maintype="application", subtype="octet-stream", filename=name)
        raw = letter.as_bytes()
        return raw, Letter(key, sender, to, cc, bcc, subject, text, frozenset(labels), received, len(raw), files, own)

    def query(self, depth: int = DEEP) -> str:
        terms = [self.term(depth) for _ in range(self.random.randint(1, 3))]
        joined = terms[0]
        for term in terms[1:]:
            joined += self.random.choice((" ", " ", " OR ")) + term
        return joined

    def term(self, depth: int) -> str:
        make = self.random.choice((self.simple, self.simple, self.group, self.negated) if depth else (self.simple,))
        return make(depth - 1)

    def negated(self, depth: int) -> str:
        return "-" + self.random.choice((self.simple, self.group))(depth)

    def group(self, depth: int) -> str:
        terms = [self.term(max(depth, 0)) for _ in range(self.random.randint(1, 3))]
        kind = self.random.randrange(4)
        if kind == 0:
            return "{" + " ".join(terms) + "}"
        if kind == 1:
            return "(" + self.random.choice((" ", " OR ")).join(terms) + ")"
        field = self.random.choice(("from", "to", "subject"))
        values = [self.value(field) for _ in range(self.random.randint(1, 3))]
        return f"{field}:({' OR '.join(values)})" if kind == 2 else f"{field}:{{{' '.join(values)}}}"

    def value(self, field: str) -> str:
        if field == "subject":
            return self.random.choice((self.random.choice(WORDS), f'"{" ".join(self.random.choices(WORDS, k=2))}"'))
        person = self.random.choice(PEOPLE)
        return self.random.choice((person, person.partition("@")[0], person.partition("@")[2]))

    def simple(self, _: int) -> str:
        kind = self.random.randrange(9)
        word, other = self.random.sample(WORDS, 2)
        if kind == 0:
            return self.random.choice((word, word.upper(), word[:-1], f'"{word} {other}"'))
        if kind == 1:
            return f"{word} AROUND {self.random.randint(0, 3)} {other}"
        if kind == 2:
            field = self.random.choice(("from", "to", "cc", "bcc", "subject"))
            return f"{field}:{self.value(field)}"
        return self.random.choice(self.about())

    def about(self) -> tuple[str, ...]:
        """What isn't text: places, dates, sizes, files."""
        number = self.random.choice((1, 2, 14, 60))
        day = (NOW - timedelta(days=self.random.choice((0, 1, 14, 62)))).date()
        choose = self.random.choice
        return (
            f"in:{choose(('inbox', 'sent', 'trash', 'spam', 'anywhere'))}",
            f"is:{choose(('unread', 'read', 'starred', 'important'))}",
            f"label:{choose(('big-project-sub', 'receipts', 'to-do', 'nowhere'))}",
            f"category:{choose(('primary', 'promotions', 'social', 'updates', 'forums'))}",
            f"has:{choose(('attachment', 'userlabels', 'nouserlabels'))}",
            f"filename:{choose(('pdf', 'csv', 'report', 'figures.csv', 'plan', 'repo'))}",
            f"{choose(('larger', 'smaller', 'size'))}:{choose(('2000', '10K', '1M', '30k'))}",
            f"{choose(('after', 'before', 'newer', 'older'))}:{day:%Y/%m/%d}",
            f"{choose(('older_than', 'newer_than'))}:{number}{choose('dmy')}",
            f"rfc822msgid:m{self.random.randrange(MAILS)}@north.example",
        )


def test_random_searches_find_what_the_documentation_says(tmp_path: Path) -> None:
    dice = Dice(sampling.dice("searches"))
    telling = 0
    for number in range(MAILBOXES):
        mails = [dice.mail(n) for n in range(MAILS)]
        state = State(tmp_path / str(number), lambda: NOW)
        seeds = [SeedMail(raw, one.received, (*sorted(one.labels), *sorted(one.own))) for raw, one in mails]
        state.seed([SeedAccount(ME, "Ada", "Europe/London", seeds)])
        mailbox = state.accounts[ME].mailbox
        finder = Finder(mailbox)
        letters = [letter for _, letter in mails]
        for _ in range(QUERIES):
            text = dice.query()
            expected = matching(text, letters, NOW)
            found = finder.find(text, labels=[], anywhere=False, now=NOW.timestamp(), lag=0)
            assert {message.message_id.strip("<>") for message in found} == expected, text
            telling += 0 < len(expected) < MAILS / 2
        state.store.close()
    assert telling > MAILBOXES * QUERIES / 5
