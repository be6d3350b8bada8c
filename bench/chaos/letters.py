"""Deeds with mail: two mails that change their labels, and mails that are written."""

from typing import ClassVar

from bench.chaos.deed import Count, Deed, Json, calls, once_more
from bench.chaos.journal import Journal
from tests.acceptance.mailing import mail
from tests.acceptance.stand_ins import Google


class Relabelling(Deed):
    """Two mails gain or lose a label."""

    do: ClassVar[str]
    turns: ClassVar[tuple[str, str]] = ("", "")
    """What becomes of each mail, and what takes that back: gaining (+) or losing (-) a label."""

    async def prepared(self, google: Google) -> Json:
        sender = f"{self.mark} <desk{self.number}@labels.example>"
        letters = [mail(sender=sender, to=self.account, subject=f"{self.mark} Part {n}") for n in (1, 2)]
        self.ids = [str((await google.deliver(self.account, each.as_string()))["id"]) for each in letters]
        return calls("change_mail", sender=f"desk{self.number}@labels.example", do=self.do, account="work")

    def _counted(self, journal: Journal, turn: str) -> Count:
        return Count.of(journal.relabelled[mail_id, turn] for mail_id in self.ids)

    def done(self, journal: Journal) -> Count:
        return self._counted(journal, self.turns[0])

    def undone(self, journal: Journal) -> Count:
        return self._counted(journal, self.turns[1])

    def traces(self) -> set[str]:
        return {*self.ids}


class Archive(Relabelling):
    kind, do, turns = "ArchiveEmails", "archive", ("-INBOX", "+INBOX")


class Mark(Relabelling):
    kind, do, turns = "MarkEmails", "read", ("-UNREAD", "+UNREAD")


class Trash(Relabelling):
    kind, do, turns = "TrashEmails", "trash", ("+TRASH", "-TRASH")


class Restore(Relabelling):
    kind, do, turns = "RestoreEmails", "restore", ("+INBOX", "-INBOX")

    async def prepared(self, google: Google) -> Json:
        call = await super().prepared(google)
        await google.turn(mails_moved={"account": self.account, "ids": self.ids, "add": ["TRASH"]})
        return call


class Label(Relabelling):
    """A label that is made for it."""

    kind, do = "LabelEmails", "label"

    async def prepared(self, google: Google) -> Json:
        call = await super().prepared(google)
        call["tool_calls"][0]["arguments"]["name"] = self.name
        return call

    @property
    def name(self) -> str:
        return f"Chaos {self.number}"

    def done(self, journal: Journal) -> Count:
        made = journal.labels.get(self.name, [])
        counts = [self._counted(journal, f"+{label}") for label in made]
        return Count.of((len(made), *(each for count in counts for each in count)))

    def undone(self, journal: Journal) -> Count:
        return Count.of(n for label in journal.labels.get(self.name, []) for n in self._counted(journal, f"-{label}"))


class Letter(Deed):
    """A mail to somebody whom the person names."""

    @property
    def to(self) -> str:
        return f"reader{self.number}@letters.example"

    @property
    def ask(self) -> str:
        return f"Please see to {self.mark} To {self.to}"  # an address that the person typed takes one click

    @property
    def body(self) -> str:
        return f"Seen: {self.mark}"

    def traces(self) -> set[str]:
        return {self.to, self.mark}


class Mail(Letter):
    """A new mail."""

    kind = "SendMail"

    async def prepared(self, google: Google) -> Json:
        return calls("write_mail", kind="new", to=[self.to], subject=self.mark, body=self.body, account="work")

    def done(self, journal: Journal) -> Count:
        return Count.of([journal.left[self.to, self.mark]])


class Draft(Letter):
    """A mail that stays among the drafts."""

    kind, keeps = "SaveDraft", True

    async def prepared(self, google: Google) -> Json:
        new = {"kind": "new", "to": [self.to], "subject": self.mark, "body": self.body}
        return calls("write_mail", **new, account="work", draft_only=True)

    def done(self, journal: Journal) -> Count:
        return Count.of([journal.written[self.mark] - self._doubles(journal)])

    def undone(self, journal: Journal) -> Count:
        return Count.of([journal.dropped[self.mark] - self._doubles(journal)])

    def _doubles(self, journal: Journal) -> int:
        """Drafts that a creation made which was given up for lost, and that are gone again."""
        return once_more(journal.written[self.mark], journal.dropped[self.mark])


class Reply(Letter):
    """A mail is answered in its thread."""

    kind = "SendReply"
    sender, thread = "", ""

    @property
    def ask(self) -> str:
        return f"Please see to {self.mark}"

    async def prepared(self, google: Google) -> Json:
        self.sender = f"writer{self.number}@letters.example"
        letter = mail(sender=self.sender, to=self.account, subject=self.mark)
        self.thread = str((await google.deliver(self.account, letter.as_string()))["thread"])
        return calls("write_mail", kind="reply", thread=f"work:{self.thread}", body=self.body)

    def done(self, journal: Journal) -> Count:
        return Count.of([journal.left[self.sender, "Re"]])

    def traces(self) -> set[str]:
        return {self.thread, self.sender, f"Re: {self.mark}"}


class Forward(Letter):
    """A mail is passed on."""

    kind = "ForwardEmails"

    async def prepared(self, google: Google) -> Json:
        letter = mail(sender=f"writer{self.number}@letters.example", to=self.account, subject=self.mark)
        thread = (await google.deliver(self.account, letter.as_string()))["thread"]
        return calls("change_mail", threads=[f"work:{thread}"], do="forward", to=[self.to], note=self.body)

    def done(self, journal: Journal) -> Count:
        return Count.of([journal.left[self.to, "Fwd"]])

    def traces(self) -> set[str]:
        return {self.to, f"Fwd: {self.mark}"}
