"""A task that is noted down: "add a task: call the bank by Friday", "make that a task", and that it is important."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one

_TASK = r"(?P<important>(?:very )?(?:important|urgent) )?(?:task|to-?do)"
_GIVEN = rx(
    rf"^(?:please )?(?:add|note(?: down)?|create|make|write down)\s+(?:me )?(?:a |an |as a |this )*(?:new )?{_TASK}"
    r"(?:\s*[:,]\s*|\s+(?:to|for me to|for|that i)\s+)(?P<what>\S.*)$"
)
_MEANT = rx(rf"^(?:please )?(?:make|turn)\s+(?:that|this|it)\s+(?:in)?(?:to )?(?:an? )?{_TASK}\b[.!]*$")


@dataclass(frozen=True)
class NoteTask(Intent):
    """Have the skill for tasks note something down."""

    what: str
    important: bool = False

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if "tasks" not in context.skills:
            return None
        if given := _GIVEN.search(text):
            return cls(given["what"].strip(" .!"), bool(given["important"]))
        meant = _MEANT.search(text)
        return cls(context.asked.strip(" .!"), bool(meant["important"])) if meant and context.asked else None

    def steps(self) -> Steps[Outcome]:
        args: Json = {"skill": "tasks", "about": f"add {self.what}", **({"important": True} if self.important else {})}
        result = yield from one(Call("assist", args))
        return Outcome(f"That didn't work: {result.get('error', 'the skill gave no reason')}")
