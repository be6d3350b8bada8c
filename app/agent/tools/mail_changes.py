"""The tool that changes mails: archive, label, mark, move to the trash and back, forward."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from app.agent.bench import MAIL, Bench
from app.agent.tools.fitting import Result
from app.agent.tools.forwarding import Route, forward
from app.agent.tools.mail import Filters
from app.agent.tools.tool import Changing, fenced
from app.domain import actions
from app.domain.actions.bulk import Labelling, written
from app.domain.cards import counted
from app.domain.desk import reference
from app.domain.errors import Refusal
from app.domain.mailboxes import BULK_LIMIT, DRAFT, INBOX, TRASH, UNREAD, Mailbox
from app.domain.plans import MAX_ACTIONS
from app.domain.types import Address, Email, MailQuery, Thread

KINDS: dict[str, tuple[type[Labelling], dict[str, Any]]] = {
    "archive": (actions.ArchiveEmails, {}),
    "inbox": (actions.RestoreEmails, {"archived": True}),
    "label": (actions.LabelEmails, {}),
    "unlabel": (actions.LabelEmails, {"off": True}),
    "read": (actions.MarkEmails, {"read": True}),
    "unread": (actions.MarkEmails, {"read": False}),
    "trash": (actions.TrashEmails, {}),
    "restore": (actions.RestoreEmails, {}),
}
WHERE = {"archive": "inbox", "read": "inbox", "unread": "inbox", "restore": "trash"}
"""Where the mails are looked for, unless the model says so."""
FORWARD = "forward"


class ChangeMail(Filters, Changing):
    """Prepare a change to all mails that fit the filters, or to the threads named."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (
        actions.ArchiveEmails,
        actions.LabelEmails,
        actions.MarkEmails,
        actions.TrashEmails,
        actions.RestoreEmails,
        actions.ForwardEmails,
    )
    step: ClassVar[str] = "is collecting the mails…"
    where: Literal["", "inbox", "sent", "drafts", "trash", "anywhere"] = ""
    do: Literal["archive", "inbox", "label", "unlabel", "read", "unread", "trash", "restore", "forward"]
    threads: list[str] = Field(default_factory=list, description="instead of filters: references")
    name: str = Field("", description="label, unlabel: the label")
    not_from: list[str] = Field(default_factory=list, description="senders left alone")
    to: list[str] = Field(default_factory=list, description="whom it went to; forward: addresses")
    note: str = Field("", description="forward: words above")
    send_from: str = Field("", description="forward: account")

    async def run(self, bench: Bench) -> Result:
        found = await self._found(bench)
        if self.do == FORWARD:
            return await self._forwarded(bench, found)
        senders: dict[Mailbox, Mapping[str, Address]] = {}
        if self.not_from:
            senders = dict(await bench.each(tuple(found), lambda box: box.senders(found[box]), what=MAIL))
            found = {box: found[box] for box in senders}
        staying = self._staying([a for known in senders.values() for a in known.values()])
        proposed = []
        for box, ids in found.items():
            known = senders.get(box, {})
            writers = {a.email.lower() for a in known.values()}
            if writers and writers <= staying:
                continue
            out = {"left_out": tuple(sorted(writers & staying)), **written(ids, known)}
            proposed.append(await self._propose(bench, box, {"ids": ids, **out}))
        if not proposed:
            return {"nothing": f"No mail fits: {self._query(bench).worded()}.", **bench.not_read}
        # A label's name is the model's choice, which may be a stranger's.
        return fenced(proposed=proposed if len(proposed) > 1 else proposed[0], **bench.not_read)

    # Which mails.

    async def _found(self, bench: Bench) -> dict[Mailbox, tuple[str, ...]]:
        if self.threads:
            return await self._named(bench)
        query = self._query(bench)
        if self.do in ("trash", FORWARD) and query == MailQuery():
            raise Refusal(why="Say which mails: every one of them is too many.")
        found = await bench.each(bench.mailboxes(self.account), lambda box: self._fitting(box, query), what=MAIL)
        return {box: ids for box, ids in found if ids}

    async def _fitting(self, box: Mailbox, query: MailQuery) -> tuple[str, ...]:
        ids = await box.ids(query)
        there = await box.having(INBOX, ids) if self.do == "inbox" else ()
        return tuple(i for i in ids if i not in there)

    def _query(self, bench: Bench) -> MailQuery:
        query = self.query(bench, self.where or WHERE.get(self.do, "anywhere"))
        implied: dict[str, Any] = {"to": "" if self.do == FORWARD else " ".join(self.to)}
        if self.do in ("read", "unread") and query.unread is None:
            implied["unread"] = self.do == "read"
        if self.do == "unlabel" and not query.label:
            implied["label"] = self.name
        return query.model_copy(update=implied)

    async def _named(self, bench: Bench) -> dict[Mailbox, tuple[str, ...]]:
        found: dict[Mailbox, tuple[str, ...]] = {}
        for ref in dict.fromkeys(self.threads):
            account, ident = bench.located(ref, "thread")
            box = bench.desk.mailbox(account)
            found[box] = (*found.get(box, ()), *self._of(await bench.thread(account, ident)))
        return {box: ids for box, ids in found.items() if ids}

    def _of(self, thread: Thread) -> list[str]:
        """The mails of a thread that it makes a difference to; the last one where it is about the thread as such."""
        mails = [m.email for m in thread.mails if DRAFT not in m.email.labels and self._applies(m.email)]
        return [m.id for m in (mails[-1:] if self.do in ("unread", FORWARD) else mails)]

    def _applies(self, mail: Email) -> bool:
        if self.do == "inbox":
            return INBOX not in mail.labels
        wanted = {"archive": INBOX, "read": UNREAD, "restore": TRASH}.get(self.do)
        return wanted in mail.labels if wanted else TRASH not in mail.labels

    def _staying(self, senders: Sequence[Address]) -> frozenset[str]:
        """The addresses whose mails stay; raises Refusal for a name that is none of the senders'."""
        staying: set[str] = set()
        for name in filter(str.strip, self.not_from):
            meant = {a.email.lower() for a in senders if all(w in a.shown.lower() for w in name.lower().split())}
            if not meant:
                raise Refusal(why=f"None of these mails is from {name}.")
            staying |= meant
        return frozenset(staying)

    # The cards.

    async def _propose(self, bench: Bench, box: Mailbox, mails: Mapping[str, Any]) -> str:
        kind, more = KINDS[self.do]
        if kind is actions.LabelEmails:
            more = {**more, "name": " ".join(self.name.split())}
        threads = tuple(ref for ref in self.threads if bench.located(ref, "thread")[0] == box.account.name)
        query = MailQuery() if self.threads else self._query(bench)
        action = kind(account=reference(box.account), query=query, threads=threads, **mails, **more)
        if len(action.ids) == BULK_LIMIT:
            bench.notes.append(f"_That is the most I take on at once ({BULK_LIMIT:,} mails); more may fit._")
        old = bench.waiting(self.replaces, action.account.id)
        return bench.propose(await action.vetted(bench.request.now).previewed(bench.desk), instead_of=old)

    async def _forwarded(self, bench: Bench, found: Mapping[Mailbox, tuple[str, ...]]) -> Result:
        """As many cards as it takes, each of as many mails as it can list; what is beyond them is said."""
        proposed, left = [], 0
        sending = bench.desk.mailbox(self.send_from) if self.send_from else None
        for source, ids in found.items():
            route = Route(source, sending or source, self.to, self.note)
            for first in range(0, len(ids), actions.MAX_FORWARDED):
                some = ids[first : first + actions.MAX_FORWARDED]
                if len(bench.actions) >= MAX_ACTIONS:
                    left += len(some)
                    continue
                old = bench.waiting(self.replaces, route.box.account.id)
                proposed.append(await forward(bench, await source.read(some), route, instead_of=old))
        if not proposed and not left:
            return {"nothing": f"No mail fits: {self._query(bench).worded()}.", **bench.not_read}
        if left:
            more = f"{counted(left, 'more mail fits', 'more mails fit')}: ask for the rest afterwards"
            bench.notes.append(f"_{more[0].upper()}{more[1:]}._")
        out = {"left_out": more} if left else {}
        return {"proposed": proposed if len(proposed) > 1 else proposed[0], **out, **bench.not_read}
