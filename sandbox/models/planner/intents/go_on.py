"""Going on when cards are settled: "then mail the guests its link", with what came of the cards before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.conversation import Json
from sandbox.models.planner.filters import MAIL, Filter
from sandbox.models.planner.intents.reply import Reply
from sandbox.models.planner.people import ADDRESS, names_at
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps

_GUESTS = r"(?:(?:all )?the (?:guests?|attendees?|participants?|invitees?)|them(?: all)?|everyone|everybody|him|her)"
_LINK = rx(r"\b(?:its|the|that|this|his|her|their)\s+(?:event'?s?\s+|calendar\s+|meeting\s+|invite\s+)?(?:link|url)\b")
_NEEDS = rx(rf"{_LINK.pattern}|\bthe (?:guests|attendees|participants|invitees)\b")
_SEAM = rx(
    r"\s*[,.;]?\s*(?:and |& )?(?:then|afterwards|after that|next|once (?:that|it)(?:'s| is) (?:done|in|created|booked|"
    r"set)|when (?:that|it)(?:'s| is) (?:done|in|created|booked|set))\b[ ,]*"
    r"|\s*,?\s+and\s+(?=(?:e-?mail|mail|send|tell|share|write|let|give|reply|forward)\b)"
)
_WHOM_FIRST = rx(
    rf"^(?:e-?mail|mail|send|tell|write(?: to)?|message|let|inform|notify|reply to|answer|give)\s+"
    rf"(?:(?P<guests>{_GUESTS})(?!\w)|(?P<names>(?=\S)))"
)
_LINK_FIRST = rx(
    rf"^(?:e-?mail|mail|send|share|forward|give)\s+(?:an? {MAIL} with )?{_LINK.pattern}\s+(?:to|with)\s+"
    rf"(?:(?P<guests>{_GUESTS})(?!\w)|(?P<names>(?=\S)))"
)
_SAYING = rx(r"^\s*(?:know\s+)?(?:that|saying(?: that)?|:)\s*(?P<words>.+)$")


def parted(message: str) -> tuple[str, str]:
    """What can be done now, and what needs its results; the second is empty when nothing does."""
    for seam in _SEAM.finditer(message):
        now, later = message[: seam.start()].strip(), message[seam.end() :].strip(" .!")
        if now and _NEEDS.search(later) and (_WHOM_FIRST.match(later) or _LINK_FIRST.match(later)):
            return now, later
    return message, ""


@dataclass(frozen=True)
class GoOn(Intent):
    """Do what was left to do, now that the results are known."""

    what: str
    results: tuple[Mapping[str, object], ...]
    writer: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        del text, context
        return None  # it is made of results, never of a sentence alone

    def steps(self) -> Steps[Outcome]:
        done = [step for step in self.results if str(step.get("outcome", "")).startswith("done")]
        if not done:
            yield []
            return Outcome("Nothing came of the cards, so there is nothing to go on with.")
        outcome = yield from self._mailed(done)
        return outcome

    def _mailed(self, done: Sequence[Mapping[str, object]]) -> Steps[Outcome]:
        wanted = _LINK_FIRST.match(self.what) or _WHOM_FIRST.match(self.what)
        if wanted is None:
            yield []
            return Outcome(f"I don't know how to go on with “{self.what}”: I'm a planner without a language model.")
        names, rest = names_at(self.what[wanted.end() :]) if wanted["names"] is not None else ([], "")
        rest = rest if names else self.what[wanted.end() :]
        people = names or [email for step in done for email in rx(ADDRESS).findall(str(step.get("guests", "")))]
        words = self._words(rest, done)
        if not people or not words:
            yield []
            return Outcome("I can't see whom to write to." if not people else "I can't see what to write.")
        return (yield from Reply(Filter(senders=tuple(people)), words, writer=self.writer).steps())

    def _words(self, rest: str, done: Sequence[Mapping[str, object]]) -> str:
        """What is to be said, with the link of what was made if that was asked for."""
        saying = _SAYING.match(rest)
        told = saying["words"].strip() if saying and not _LINK.search(saying["words"]) else ""
        linked = next((step for step in done if step.get("link")), None)
        if linked is None or not _LINK.search(self.what):
            return told
        about = str(linked.get("about", "")).strip()
        return "\n".join(part for part in (told, f"Here is the link to {about}:", str(linked["link"])) if part)


def noted(results: Sequence[Json]) -> tuple[str, tuple[Json, ...]]:
    """What was left to do, and what became of each step."""
    what = next((str(entry["noted"]) for entry in results if "noted" in entry), "")
    return what, tuple(entry for entry in results if "noted" not in entry)
