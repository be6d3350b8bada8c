"""What a reply offers besides its words: a question with options to click, and what was shown by reference."""

from app.domain.value import Value

MAX_OPTIONS = 5
"""Options of one question: as many as a row of buttons holds (Slack shows five beside each other)."""
OPTION = 300
"""Characters of one option, which is shown whole before it can be chosen."""


class Question(Value):
    """What the person is asked, and what they may click instead of typing it."""

    options: tuple[str, ...]
    hints: tuple[str, ...] = ()
    """What speaks for each option, in their order; empty when nothing does."""
    about: str = ""
    """The name whose bearer is asked for: the answer is kept, so that it needn't be asked again."""
    chosen: int | None = None
    """Which option was clicked, from 0."""

    @property
    def answer(self) -> str:
        """The option that was chosen; empty while none is."""
        return "" if self.chosen is None else self.options[self.chosen]

    def under(self, reply: str) -> str:
        """The question as it was seen, in plain text."""
        return "\n".join((reply, *(f"• {option}" for option in self.options)))


class Listed(Value):
    """A mail or an event that a tool listed, by the reference under which the model knows it."""

    ref: str
    title: str
    """In its author's words."""
    link: str = ""
    """Where the person sees it for themselves, made by code; empty when there is none."""
