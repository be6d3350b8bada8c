"""A report as Block Kit: short first, details folded, everything that others wrote shown literally."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from app.domain.reports import LABEL, MAX_GROUPS, MAX_LINES, MAX_OFFERS, Group, Line, Offer, Report, Table
from app.domain.types import TurnId
from app.planning.sanitising import visible
from integrations.slack import mrkdwn
from integrations.slack.blocks import CHUNK, NOTE, Block, bold, header, notes, section, shortened, text

ROOM = 9_400
"""Characters of all groups; of the 13,200 that Slack takes in a message, the rest is for what stands around them."""
BLOCKS = 42
"""Blocks of all groups, of the 50 that Slack takes in a message."""
FEWER = (MAX_LINES, 5, 3)
"""How many lines of a group are shown, as long as there is room for so many; the others are counted."""
WHOLE = 12_000
"""Characters of a report in plain sections."""
SUMMARY = 600
"""Characters of what a report says first, and of what it suggests on the next line."""
NOTES = 2_000
"""Characters of all notes, each on a line of its own; those beyond are counted."""
TITLE = 150
"""Characters of a folded group's title (Slack's Block Kit reference: container)."""
LEAD, DETAIL = 150, 250
"""Characters of a line's two parts where it is written in mrkdwn, whose escapes may make five of one: together with its
address it stays below a section's 3,000."""
LINKED = 900
"""Characters of an address that is linked there."""
CELL = 120
"""Characters of a table's cell before it is shortened: ten rows of them stay below a message's 13,200."""
ROWS = 30
"""Rows of a table; Slack takes 100, a message's characters fewer."""


Numbered = tuple[tuple[int, Offer], ...]
"""Offers with their places among all of the report's."""


@dataclass(frozen=True)
class Said:
    """A line with what can be done about it."""

    line: Line
    choices: Numbered


@dataclass(frozen=True)
class Placed:
    """A group whose offers know their places."""

    group: Group
    lines: tuple[Said, ...]
    offers: Numbered

    def fewer(self, most: int) -> "Placed":
        """The same with at most so many lines, the others counted."""
        more = self.group.more + max(len(self.lines) - most, 0)
        return Placed(self.group.model_copy(update={"more": more}), self.lines[:most], self.offers)


def report_blocks(report: Report, *, turn: TurnId, taken: Collection[int] = ()) -> list[Block]:
    """The whole report; an offer that was taken up has no button any more."""
    numbers = count()
    placed = [_placed(each, numbers) for each in report.groups]
    groups, left_out = _fitting(placed, turn, taken)
    missing = [f"For length I left out: {', '.join(left_out)}"] if left_out else []
    return [
        header(report.title),
        *(section(text(shortened(part, SUMMARY))) for part in report.summary.split("\n", 1) if part),
        *groups,
        *notes([*_noted(report.notes), *map(shortened, missing)], sign="⚠️ "),
        *_buttons(_numbered(report.offers, numbers), turn, taken),
    ]


def _placed(group: Group, numbers: Iterator[int]) -> Placed:
    lines = tuple(Said(line, _numbered(line.choices, numbers)) for line in group.lines)
    return Placed(group, lines, _numbered(group.offers, numbers))


def _numbered(offers: Iterable[Offer], numbers: Iterator[int]) -> Numbered:
    return tuple((next(numbers), offer) for offer in offers)


def _fitting(placed: Iterable[Placed], turn: TurnId, taken: Collection[int]) -> tuple[list[Block], list[str]]:
    """The groups as far as there is room for them, each with as many lines as fit, and the titles of those left out."""
    groups: list[Block] = []
    left_out: list[str] = []
    room = ROOM
    for place, each in enumerate(placed):
        for most in FEWER if place < MAX_GROUPS else ():
            blocks = [*_group(each.fewer(most), turn, taken), *_buttons(each.offers, turn, taken)]
            if _size(blocks) <= room and len(groups) + len(blocks) <= BLOCKS:
                groups += blocks
                room -= _size(blocks)
                break
        else:
            left_out.append(each.group.title)
    return groups, left_out


def _size(block: Any) -> int:
    """Characters of everything a block shows."""
    if isinstance(block, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _size(v) for k, v in block.items())
    return sum(map(_size, block)) if isinstance(block, list) else 0


def _noted(lines: Iterable[str]) -> list[str]:
    """The notes as far as there is room, and how many more there are."""
    whole = [shortened(line, NOTE) for line in lines]
    shown: list[str] = []
    for line in whole:
        if sum(map(len, shown)) + len(line) > NOTES:
            break
        shown.append(line)
    left = len(whole) - len(shown)
    return [*shown, *([f"… and {left} more like these."] if left else [])]


# Groups.


def _group(placed: Placed, turn: TurnId, taken: Collection[int]) -> list[Block]:
    if placed.group.folded:
        return _folded(placed)
    return _listed(placed, turn, taken) if any(said.choices for said in placed.lines) else _open(placed)


def _open(placed: Placed) -> list[Block]:
    lines = [{"type": "rich_text_section", "elements": _line(said.line)} for said in placed.lines]
    listed: list[Any] = [{"type": "rich_text_section", "elements": [bold(shortened(placed.group.title))]}]
    if lines:
        listed.append({"type": "rich_text_list", "style": "bullet", "elements": lines})
    if placed.group.more:
        listed.append({"type": "rich_text_section", "elements": [_more(placed)]})
    return [{"type": "rich_text", "elements": listed}, *([_table(placed.group.table)] if placed.group.table else [])]


def _line(line: Line) -> list[Block]:
    parts = [text(f"{line.sign} ")] if line.sign else []
    parts.append(
        {"type": "link", "url": line.link, "text": _named(line.text)} if line.link else text(_named(line.text))
    )
    return [*parts, *([text(f" · {shortened(line.detail)}")] if line.detail else [])]


def _named(words: str, most: int = LEAD * 2) -> str:
    return shortened(words, most) or "(no title)"


def _more(placed: Placed) -> Block:
    return text(f"… and {placed.group.more:,} more", italic=True)


def _listed(placed: Placed, turn: TurnId, taken: Collection[int]) -> list[Block]:
    """Lines with a menu each: a block each, since rich text has no place for one."""
    return [
        section(bold(shortened(placed.group.title))),
        *(_with_menu(said, turn, taken) for said in placed.lines),
        *([section(_more(placed))] if placed.group.more else []),
    ]


def _with_menu(said: Said, turn: TurnId, taken: Collection[int]) -> Block:
    done = [offer.label for number, offer in said.choices if number in taken]
    words = _mrkdwn(said.line) + (f"\n_✓ {mrkdwn.literal(shortened(done[0], LABEL))}_" if done else "")
    block: Block = {"type": "section", "text": mrkdwn.text(words)}
    if done or not said.choices:
        return block
    options = [
        {
            "text": {"type": "plain_text", "text": shortened(offer.label, LABEL), "emoji": False},
            "value": _named_by(n, turn),
        }
        for n, offer in said.choices[:MAX_OFFERS]
    ]
    return block | {"accessory": {"type": "overflow", "action_id": "offers", "options": options}}


def _named_by(number: int, turn: TurnId) -> str:
    """What a menu's option has for a value: what a button has for its name and its value."""
    return f"offer:{number} {turn}"


def _mrkdwn(line: Line) -> str:
    lead = _named(line.text, LEAD)
    sign = f"{mrkdwn.literal(line.sign)} " if line.sign else ""
    shown = mrkdwn.linked(lead, line.link) if len(line.link) <= LINKED else mrkdwn.literal(lead)
    detail = f" · {mrkdwn.literal(shortened(line.detail, DETAIL))}" if line.detail else ""
    return f"{sign}{shown}{detail}"


def _folded(placed: Placed) -> list[Block]:
    """A container holds no rich text: its lines are mrkdwn, in as few sections as hold them."""
    more = [f"_… and {placed.group.more:,} more_"] if placed.group.more else []
    lines = [
        _mrkdwn(said.line if said.line.sign else said.line.model_copy(update={"sign": "•"})) for said in placed.lines
    ]
    chunks = _chunks([*lines, *more]) or ["Nothing."]
    children = [{"type": "section", "text": mrkdwn.text(chunk)} for chunk in chunks]
    return [
        {
            "type": "container",
            "title": {"type": "plain_text", "text": shortened(placed.group.title, TITLE), "emoji": False},
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [*children, *([_table(placed.group.table)] if placed.group.table else [])],
        }
    ]


def _chunks(lines: Iterable[str]) -> list[str]:
    """Whole lines together, each time as many as a section holds."""
    chunks: list[str] = []
    for line in lines:
        if chunks and len(chunks[-1]) + 1 + len(line) <= CHUNK:
            chunks[-1] += f"\n{line}"
        else:
            chunks.append(line)
    return chunks


def _table(table: Table) -> Block:
    rows = [table.columns, *table.rows[:ROWS]]
    # The first column says what a row is about; if the others weren't wrapped, the last would lie beyond the window.
    wrapped = [{"is_wrapped": place > 0} for place, _ in enumerate(table.columns)]
    return {"type": "table", "rows": [[_cell(value) for value in row] for row in rows], "column_settings": wrapped}


def _cell(value: str) -> Block:
    return {"type": "raw_text", "text": shortened(value, CELL) or "–"}


def _buttons(offers: Numbered, turn: TurnId, taken: Collection[int]) -> list[Block]:
    left = [_button(number, offer, turn) for number, offer in offers if number not in taken][:MAX_OFFERS]
    done = " · ".join(offer.label for number, offer in offers if number in taken)
    rows = [{"type": "actions", "elements": left}] if left else []
    return [*rows, *([section(text(f"✓ {shortened(done)}", italic=True))] if done else [])]


def _button(number: int, offer: Offer, turn: TurnId) -> Block:
    """Which offer is in the action's name, whose report it stands under in the value: ids only."""
    words = {"type": "plain_text", "text": shortened(offer.label, LABEL), "emoji": False}
    block: Block = {"type": "button", "action_id": f"offer:{number}", "value": str(turn), "text": words}
    return block | ({"style": "primary"} if offer.primary else {})


def plain_report(report: Report, *, turn: TurnId) -> list[Block]:
    """The same in plain sections, for when Slack refuses its blocks."""
    whole = visible(report.worded())
    whole = whole if len(whole) <= WHOLE else f"{whole[:WHOLE]}…\nThe rest has no room here."
    chunks = [whole[i : i + CHUNK] for i in range(0, len(whole), CHUNK)]
    sections = [{"type": "section", "text": {"type": "plain_text", "text": c, "emoji": False}} for c in chunks]
    numbers = count()
    offers = [each for group in report.groups for each in _placed(group, numbers).offers]
    return [*sections, *_buttons((*offers, *_numbered(report.offers, numbers)), turn, ())]
