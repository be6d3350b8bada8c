"""What a skill shows: a report of facts, each line with its source, and what may be done about it at a click."""

from app.domain.value import Value

MAX_GROUPS = 12
"""Groups of one report; with a title, a table, notes and buttons they stay below Slack's 50 blocks."""
MAX_LINES = 10
"""Lines of one group that are shown; the rest is counted."""
MAX_OFFERS = 5
"""Buttons under one report or line of them: as many as Slack shows beside each other."""
LABEL = 75
"""Characters on a button (Slack's Block Kit reference)."""


class Offer(Value):
    """Something that can be done about a report. Nothing happens before it is clicked, and no mail or calendar changes
    before the card it leads to is approved."""

    label: str
    errand: str
    """What is started by the click: a skill's name and its argument."""
    primary: bool = False


class Line(Value):
    """One fact, and where it comes from."""

    text: str
    detail: str = ""
    link: str = ""
    """Its source, made by code; empty where the person said it themself."""
    sign: str = ""
    """An emoji before it; empty for none."""
    choices: tuple[Offer, ...] = ()
    """What can be done about it, as a menu beside it: at most MAX_OFFERS."""


class Table(Value):
    """Facts side by side."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Group(Value):
    """Lines that belong together."""

    title: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    more: int = 0
    """Lines that belong here and aren't shown."""
    folded: bool = False
    """Shown only when it is opened: details."""
    offers: tuple[Offer, ...] = ()

    @property
    def all_offers(self) -> tuple[Offer, ...]:
        """Those of its lines, then its own."""
        return (*(offer for line in self.lines for offer in line.choices), *self.offers)


class Report(Value):
    """What a skill found."""

    title: str
    summary: str = ""
    """The one sentence to be read if nothing else is."""
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be read, and what a judgement couldn't be had for: a sentence each."""
    offers: tuple[Offer, ...] = ()

    @property
    def all_offers(self) -> tuple[Offer, ...]:
        """Every offer, by whose place a click names it."""
        return (*(offer for group in self.groups for offer in group.all_offers), *self.offers)

    def worded(self) -> str:
        """All of it as plain text, as notifications, the terminal and later turns see it."""
        parts = [self.title, self.summary]
        for group in self.groups:
            parts += ["", group.title, *(_worded(line) for line in group.lines)]
            parts += [" | ".join(row) for row in (group.table.columns, *group.table.rows)] if group.table else []
            parts += [f"… and {group.more:,} more"] if group.more else []
        return "\n".join([p for p in parts if p or p == ""] + list(self.notes)).strip()


def _worded(line: Line) -> str:
    sign = f"{line.sign} " if line.sign else "• "
    return f"{sign}{line.text}" + (f" ({line.detail})" if line.detail else "")


def group(title: str, lines: tuple[Line, ...], *, most: int = MAX_LINES, folded: bool = False) -> Group:
    """Lines as a group that shows the first of them and counts the rest."""
    return Group(title=title, lines=lines[:most], more=max(len(lines) - most, 0), folded=folded)
