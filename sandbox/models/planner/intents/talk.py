"""What needs no tool: greetings, thanks, help, a bare "yes", deeds out of reach, and everything else, honestly."""

from dataclasses import dataclass
from typing import ClassVar, Self

from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps

HONEST = "I'm a rule-based planner, no language model, so I only understand everyday requests about mail and calendar."
EXAMPLES = (
    "What should I focus on today?",
    "Archive promotions older than 30 days",
    "Find a free slot next week for a 2-hour workshop",
    "Schedule a call with Tom tomorrow at 3pm",
    "Block time for deep work this week",
)
_GREETING = rx(
    r"^(?:hi|hello|hey|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|morning|moin|"
    r"hallo|hola|sup|what's up|how are you(?: doing)?(?: today)?|how's it going)(?: (?:there|steward|"
    r"everyone|all))?$"
)
_THANKS = rx(
    r"^(?:(?:many |ok |okay |great |perfect |cool |awesome )*(?:thanks|thank you|thx|cheers|"
    r"ta)(?: (?:a lot|so much|very much|again|steward|for .+))*|(?:great|perfect|awesome|nice|cool|"
    r"wonderful|brilliant|good (?:job|work))(?: (?:job|work))?)$"
)
_HELP = rx(
    r"^(?:help(?: me)?|\?+|what can (?:you|i) (?:do|ask|say|try)(?: for me| here)?|what (?:do|"
    r"are) you(?: do)?|who are you|how (?:do(?:es)?|can) (?:this|i|you) (?:work|use (?:this|you|it)|"
    r"help(?: me)?)|what are your (?:abilities|skills|commands)|commands|examples|how do i start|"
    r"get started|what is this|are you (?:an? )?(?:ai|bot|human|llm|language model|real|chatgpt).*)$"
)
_BARE = rx(
    r"^(?:yes|yep|yeah|yup|sure|ok|okay|do it|go ahead|go for it|approve(?:d)?(?: (?:it|that|them|all|"
    r"both))?|confirm(?:ed)?|send it|please do|sounds good|looks good|lgtm|y)$"
)
_NO = rx(
    r"^(?:no|nope|nah|no thanks|never ?mind|forget (?:it|that)|cancel(?: (?:it|that))?|stop|don't|"
    r"reject(?: it)?|n)$"
)
_DEED = rx(
    r"^(?P<verb>reschedul|mov|forward|delet|trash|unsubscrib|label|mark|star|snooz|cancel|declin|"
    r"accept|postpon|shift|block|sync|remind|translat|"
    r"rsvp|mut|spam|report|pin|export|print|call|order|buy|turn|set|updat|chang|edit|renam|merg|shar|"
    r"attach|download|draft|writ|compos|send|undo|restor|unarchiv|bin|bring|push)\w*\b"
)


@dataclass(frozen=True)
class SmallTalk(Intent):
    """Say something short where nothing is to be done."""

    text: str
    options: tuple[str, ...] = ()

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        words = text.strip(" .!?,").lower() or text.strip()
        name = f" {context.first_name}" if context.first_name else ""
        if _GREETING.match(words):
            return cls(f"Hello{name}! You can ask me for example:", EXAMPLES)
        if _THANKS.match(words):
            return cls("You're welcome!")
        if _HELP.match(words):
            return cls(f"{HONEST} You can try:", EXAMPLES)
        if _BARE.match(words):
            return cls("Approving is done with the button on the card: only your own click there changes anything.")
        if _NO.match(words):
            return cls("All right. Nothing was changed; a card you don't want can be rejected with its button.")
        return None

    def steps(self) -> Steps[Outcome]:
        return (yield from said(self.text, self.options))


@dataclass(frozen=True)
class OutOfReach(Intent):
    """Say which deed there is no tool for; nothing else is done in its place."""

    verb: str
    complete: ClassVar[bool] = False

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _DEED.match(text)
        return cls(found.group().lower()) if found else None

    def steps(self) -> Steps[Outcome]:
        text = f"I can't do that (“{self.verb} …”): there is no tool or rule for it here."
        return (yield from said(f"{text} {HONEST} You can try:", EXAMPLES))


@dataclass(frozen=True)
class NotUnderstood(Intent):
    """Say honestly that no rule fits, and what can be tried."""

    complete: ClassVar[bool] = False

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        return cls()

    def steps(self) -> Steps[Outcome]:
        return (yield from said(f"I didn't understand that. {HONEST} You can try:", EXAMPLES))


def said(text: str, options: tuple[str, ...] = ()) -> Steps[Outcome]:
    """Steps without a call: only words, and what can be tried."""
    yield []
    return Outcome(text, options=options)
