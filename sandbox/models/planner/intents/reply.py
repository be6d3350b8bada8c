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

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        wish = read_wish(text, context)
        return cls(wish.which, wish.words, wish.manner, wish.to_all, context.first_name) if wish else None

    def steps(self) -> Steps[Outcome]:
        whom = self.which.senders[0] if self.which.senders else ""
        if (not whom and not self.which.named) or whom.lower() in PRONOUNS:
            return Outcome(
                "Whose mail should I answer, and with what? Say for example “reply to Dana that Thursday works”."
            )
        if not self.words:
            name = name_case(whom) if whom else "that mail"
            return Outcome(f"{BODY_ASKED} {name} say? I can't compose one: I'm a planner without a language model.")
        results, questions = [], []
        for one_of_them in self.which.senders or ("",):
            result, question = yield from self._proposed(one_of_them)
            results += [result] if result else []
            questions += [question] if question else []
        outcome = proposal(results)
        notes = [_STOCK_NOTE] if self.manner == "stock" and outcome.proposed else []
        return replace(outcome, text="\n".join(part for part in (outcome.text, *questions, *notes) if part))

    def _proposed(self, whom: str) -> Steps[tuple[Json, str]]:
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
        result = yield from one(Call("write_mail", args))
        return result, ""

    def _newest(self, whom: str) -> Steps[tuple[list[Json], str]]:
        """The newest mail meant, or the question to ask; looked up by address once when the name finds nothing."""
        which = replace(self.which, senders=(whom,) if whom else ())
        if whom and is_relation(whom):
            found = yield from resolve(whom)
            if found.question:
                return [], found.question
            which = replace(which, senders=(found.email,))
        result = yield from one(Call("search_mail", {**which.arguments()[0], "limit": MAILS_LOOKED_AT}))
        mails = list(result.get("mails") or ())
        if not mails and whom and not is_address(which.senders[0]) and not result.get("error"):
            found = yield from resolve(whom)
            if found.question:
                return [], found.question
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

    def for_person(self, name: str, email: str) -> "Reply":
        """The same reply once the person has said who is meant by a name."""
        senders = tuple(email if sender.lower() == name.lower() else sender for sender in self.which.senders)
        return replace(self, which=replace(self.which, senders=senders))


def _nothing_found(result: Json, whom: str) -> str:
    if result.get("error"):
        return f"That didn't work: {result['error']}"
    return f"I found no mail from {name_case(whom)} to answer." if whom else "I found no mail like that to answer."


def _doubt(whom: str, mails: Sequence[Json]) -> str:
    """A question if the mails found come from several people whom the name fits equally well."""
    if not whom or is_address(whom):
        return ""
    senders: dict[str, Json] = {}
    for mail in mails:
        sender = str(mail.get("from", ""))
        address = sender.rpartition("<")[2].rstrip("> ").lower()
        senders.setdefault(address, {"name": display_name(sender), "email": address})
    fitting = plausible(whom, {"people": list(senders.values())})
    return which_one(whom, fitting) if len(fitting) > 1 and not is_relation(whom) else ""
