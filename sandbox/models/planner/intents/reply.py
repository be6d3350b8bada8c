"""Answering a mail: "reply to Dana that …", "tell Sara yes", "let Priya know …", "answer Tom's last email: …"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answering import read_wish
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import Filter
from sandbox.models.planner.letter import Letter, body_of
from sandbox.models.planner.people import (
    PRONOUNS,
    display_name,
    first_name,
    is_address,
    is_relation,
    plausible,
    resolve,
    which_one,
)
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.wording import name_case

BODY_ASKED = "What should the reply to"  # how a later turn knows that its words are the letter
_STOCK_NOTE = "The words are a stock sentence: I have no language model. Tell me “reply … that …” to say it yourself."
MAILS_LOOKED_AT = 5  # enough to see whether a name means one person


@dataclass(frozen=True)
class Reply(Intent):
    """Propose an answer to someone's newest mail."""

    which: Filter  # how the mail is found; the sender is whom the answer goes to
    words: str  # what the person wants said, in the person's words
    manner: str = "say"  # say | ask | thank: how the words become a letter
    to_all: bool = False
    writer: str = ""
    draft_only: bool = False

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        wish = read_wish(text, context)
        if wish is None:
            return None
        return cls(wish.which, wish.words, wish.manner, wish.to_all, context.first_name, wish.draft_only)

    def steps(self) -> Steps[Outcome]:
        whom = self.which.senders[0] if self.which.senders else ""
        if (not whom and not self.which.named) or whom.lower() in PRONOUNS:
            return Outcome(
                "Whose mail should I answer, and with what? Say for example “reply to Dana that Thursday works”."
            )
        if not self.words:
            name = name_case(whom) if whom else "that mail"
            return Outcome(f"{BODY_ASKED} {name} say? I can't compose one: I'm a planner without a language model.")
        results: list[Json] = []
        questions: list[Outcome] = []
        for one_of_them in self.which.senders or ("",):
            result, question = yield from self._proposed(one_of_them)
            results += [result] if result else []
            questions += [question] if question else []
        outcome = proposal(results)
        notes = [_STOCK_NOTE] if self.manner == "stock" and outcome.proposed else []
        texts = (outcome.text, *(question.text for question in questions), *notes)
        options = next((question.options for question in questions if question.options), ())
        return replace(outcome, text="\n".join(part for part in texts if part), options=options)

    def _proposed(self, whom: str) -> Steps[tuple[Json, Outcome | None]]:
        """One answer to one person, or the question that has to be asked first."""
        mails, question = yield from self._newest(whom)
        if question or not mails:
            return {}, question
        mail = mails[0]
        letter = Letter(first_name(str(mail.get("from") or whom)) or first_name(whom), self.writer)
        kind = "reply_all" if self.to_all else "reply"
        body = letter.around(body_of(self.words, self.manner))
        args: Json = {"kind": kind, "thread": mail.get("thread"), "body": body}
        if whom:
            args["to"] = [str(mail.get("from") or whom)]
        if self.draft_only:
            args["draft_only"] = True
        result = yield from one(Call("write_mail", args))
        return result, None

    def _newest(self, whom: str) -> Steps[tuple[list[Json], Outcome | None]]:
        """The newest mail meant, or the question to ask; looked up by address once when the name finds nothing."""
        if self.which.threads:
            return [{"thread": self.which.threads[0], "from": whom}], None
        which = replace(self.which, senders=(whom,) if whom else ())
        if whom and is_relation(whom):
            found = yield from resolve(whom)
            if found.question:
                return [], found.outcome
            which = replace(which, senders=(found.email,))
        result = yield from one(Call("search_mail", {**which.arguments()[0], "limit": MAILS_LOOKED_AT}))
        mails = list(result.get("mails") or ())
        if not mails and whom and not is_address(which.senders[0]) and not result.get("error"):
            found = yield from resolve(whom)
            if found.question:
                return [], found.outcome
            second = replace(which, senders=(found.email,))
            result = yield from one(Call("search_mail", {**second.arguments()[0], "limit": MAILS_LOOKED_AT}))
            mails = list(result.get("mails") or ())
        if not mails:
            return [], _nothing_found(result, whom)
        return mails, _doubt(whom, mails)

    def varied(self, text: str, context: Context) -> Intent | None:
        if not self.words and BODY_ASKED in context.answer:
            return replace(self, words=text)
        return None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


def _nothing_found(result: Json, whom: str) -> Outcome:
    if result.get("error"):
        return Outcome(f"That didn't work: {result['error']}")
    whose = f" from {name_case(whom)}" if whom else " like that"
    return Outcome(f"I found no mail{whose} to answer.")


def _doubt(whom: str, mails: Sequence[Json]) -> Outcome | None:
    """A question if the mails found come from several people whom the name fits equally well."""
    if not whom or is_address(whom):
        return None
    senders: dict[str, Json] = {}
    for mail in mails:
        sender = str(mail.get("from", ""))
        address = sender.rpartition("<")[2].rstrip("> ").lower()
        senders.setdefault(address, {"name": display_name(sender), "email": address})
    fitting = plausible(whom, {"people": list(senders.values())})
    return which_one(whom, fitting) if len(fitting) > 1 and not is_relation(whom) else None
