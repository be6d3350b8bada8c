"""Reading and summarising mails: "summarise the thread about the budget", "what does Yuki's mail say?"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner import summary
from sandbox.models.planner.answers import count, errors_of, mail_list, notes_of
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import MAIL, Filter
from sandbox.models.planner.intents.find import DID_THEY, NOBODY
from sandbox.models.planner.mailbox import searched, varied_filter
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps
from sandbox.models.planner.targets import filter_of, pointed_at, read_filter

THREADS_READ = 4  # a summary of more is no summary
_SUMMARY = rx(
    r"^(?:(?:give|send|make|write|get|create)(?:ing)?\s+(?:me\s+)?(?:a|an|the)?\s*(?:\w+\s+)?"
    r"(?:summary|recap|overview|rundown|gist|digest|tl;?dr)(?:\s+(?:of|on|about|for))?|"
    r"summ?[ae]ri[sz](?:e|ing)|sum up|recap|tl;?dr(?: of)?|condense|brief me on|catch me up(?: on| with)?|"
    r"bring me up to (?:speed|date)(?: on| with)?|fill me in(?: on)?|"
    r"what(?:'s|s| is) (?:the (?:gist|summary|status|story|state|latest)(?: of| on| with)|going on (?:with|in)|"
    r"new (?:with|on) (?=the|project))|(?:a )?(?:summary|recap|overview|gist|rundown|digest) (?:of|on)"
    r"|digest)\b\s*(?:me\s+)?"
    r"(?:what\s+)?"
)
# "What's everyone been saying about Project X?": of everybody's mails.
_TALK_OF = rx(
    r"^what(?:'s|s| is| are| has| have| had| did| do| does)?\s+(?:everyone|everybody|people|they|others|the others"
    r"|we|all"
    r"|the team|folks)\s+(?:all\s+)?(?:been\s+)?(?:say(?:ing)?|said|writ(?:e|ing)|written|wrote|discuss(?:ing|ed)?"
    r"|talk(?:ing|ed)?|think(?:ing)?)\s+(?=(?:about|on|regarding|concerning)\b)"
)
_READ = rx(rf"^(?:read|open)(?: me)?(?: out)?(?: aloud)?\s+(?=.*(?:\b{MAIL}\b|\bone\b|\bit\b|\bthat\b))")
_SAYS = rx(
    rf"^(?:what|tell me what) (?:does|do|did) (?P<what>.*\b{MAIL}\b.*?) (?:say|mean|contain|want)s?\b(?P<rest>.*)$"
)
_THEY_SAID = rx(r"^what (?:did|has|does)\b.*\b(?:say|said|write|written|wrote|want)\b")
# "… and tell me what it says": whoever asks this wants the mail read, whatever the sentence began with.
_AND_TELL = rx(
    r"[\s,]*(?:\band\b|,|\bthen\b)\s*(?:then\s+)?(?:tell me|summari[sz]e|sum up|recap|explain|read|let me know)\s*"
    r"(?:me\s+)?(?:what|about|how|if|whether|who|when|which|why|it|them|the gist|the main|its).*$"
)
_FINDS = rx(
    r"^(?:find|search(?: for)?|look (?:for|up|at|through|over)|open|get|pull up|show(?: me)?|dig (?:out|up)|read|"
    r"check|fetch|go through)\s+"
)


@dataclass(frozen=True)
class SummariseMails(Intent):
    """Read the threads a filter names and quote what matters in them, each with its source."""

    which: Filter

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        said = DID_THEY.match(text) if _THEY_SAID.match(text) else None
        if said and said["name"].lower() not in NOBODY:
            return cls(read_filter(f"mails from {said['name']} {said['rest']}", context))
        rest = _object(text)
        if rest is None:
            return None
        if entry := pointed_at(rest, context):
            return cls(filter_of(entry))
        which = read_filter(rest, context)
        if not which.named and not which.unread:
            which = replace(which, where="inbox")
        return cls(which)

    def steps(self) -> Steps[Outcome]:
        if self.which.threads:
            named = yield [Call("read_thread", {"thread": thread}) for thread in self.which.threads]
            return Outcome(self._worded(named, len(named), []))
        found = yield from searched(self.which)
        if isinstance(found, Outcome):
            return found
        mails = [mail for result in found for mail in result.get("mails") or () if mail.get("thread")]
        threads = list(dict.fromkeys(str(mail["thread"]) for mail in mails))
        if not threads:
            return Outcome(mail_list(found))
        read = yield [Call("read_thread", {"thread": thread}) for thread in threads[:THREADS_READ]]
        return Outcome(self._worded(read, len(threads), found))

    def _worded(self, read: list[Json], total: int, found: list[Json]) -> str:
        topic = " ".join([self.which.words, self.which.subject])
        head = f"From {count(min(total, THREADS_READ), 'thread')}" + (f" of {total}" if total > THREADS_READ else "")
        head += ", in their own words (quoted, not understood: I have no language model):"
        text = summary.of_threads(read, topic) or "The mails have no text I could quote."
        return "\n".join([head, text, *errors_of(read), *notes_of([*found, *read])])

    def varied(self, text: str, context: Context) -> Intent | None:
        which = varied_filter(self.which, text, context)
        return replace(self, which=which) if which else None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


def _object(text: str) -> str | None:
    """What is to be read, without the words that ask for it; None if nothing is."""
    tail = _AND_TELL.search(text)
    head = text[: tail.start()] if tail else text
    if found := _SAYS.match(head):
        return f"{found['what']} {found['rest']}"
    if verb := _SUMMARY.match(head) or _TALK_OF.match(head) or _READ.match(head):
        return head[verb.end() :]
    finds = _FINDS.match(head) if tail else None
    return head[finds.end() :] if finds else None
