"""A report as Block Kit: short first, details folded, everything that others wrote shown literally."""

from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Any

from app.domain.reports import LABEL, MAX_GROUPS, MAX_LINES, MAX_OFFERS, Group, Line, Offer, Report, Table
from app.domain.types import TurnId
from app.planning.sanitising import visible
from integrations.slack.blocks import CHUNK, Block, bold, header, notes, section, shortened, text

ROOM = 9_500
"""Characters of all groups; of the 13,200 that Slack takes in a message, the rest is for what stands around them."""
SUMMARY = 600
NOTES = 5
"""Notes of one report, each on a line of its own."""
TITLE = 150
"""Characters of a folded group's title (Slack's Block Kit reference: container)."""
CELL = 120
"""Characters of a table's cell before it is shortened: ten rows of them stay below a message's 13,200."""
ROWS = 30
"""Rows of a table; Slack takes 100, a message's characters fewer."""


Numbered = tuple[tuple[int, Offer], ...]
"""Offers with their places among all of the report's."""


def report_blocks(report: Report, *, turn: TurnId, taken: Collection[int] = ()) -> list[Block]:
    """The whole report; an offer that was taken up has no button any more."""
    numbers, room = count(), ROOM
    groups: list[Block] = []
    left_out: list[str] = []
    for place, each in enumerate(report.groups):
        blocks = [*_group(each), *_buttons(_numbered(each.offers, numbers), turn, taken)]
        if place < MAX_GROUPS and (size := _size(blocks)) <= room:
            groups += blocks
            room -= size
        else:
            left_out.append(each.title)
    missing = f"For length I left out: {', '.join(left_out)}"
    return [
        header(report.title),
        *([section(text(shortened(report.summary, SUMMARY)))] if report.summary else []),
        *groups,
        *notes([shortened(note) for note in (*report.notes[:NOTES], *([missing] if left_out else []))], sign="⚠️ "),
        *_buttons(_numbered(report.offers, numbers), turn, taken),
    ]


def _size(block: Any) -> int:
    """Characters of everything a block shows."""
    if isinstance(block, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _size(v) for k, v in block.items())
    return sum(map(_size, block)) if isinstance(block, list) else 0


def _numbered(offers: Iterable[Offer], numbers: Iterator[int]) -> Numbered:
    return tuple((next(numbers), offer) for offer in offers)


def _group(group: Group) -> list[Block]:
    return _folded(group) if group.folded else _open(group)


def _open(group: Group) -> list[Block]:
    lines = [{"type": "rich_text_section", "elements": _line(line)} for line in group.lines[:MAX_LINES]]
    listed: list[Any] = [{"type": "rich_text_section", "elements": [bold(shortened(group.title))]}]
    if lines:
        listed.append({"type": "rich_text_list", "style": "bullet", "elements": lines})
    if group.more:
        more = text(f"… and {group.more:,} more", italic=True)
        listed.append({"type": "rich_text_section", "elements": [more]})
    return [{"type": "rich_text", "elements": listed}, *([_table(group.table)] if group.table else [])]


def _line(line: Line) -> list[Block]:
    parts = [text(f"{line.sign} ")] if line.sign else []
    parts.append(
        {"type": "link", "url": line.link, "text": _named(line.text)} if line.link else text(_named(line.text))
    )
    return [*parts, *([text(f" · {shortened(line.detail)}")] if line.detail else [])]


def _named(words: str) -> str:
    return shortened(words) or "(no title)"


def _folded(group: Group) -> list[Block]:
    """A container holds no rich text, and plain text has no links: the sources are named, the group's lines counted."""
    lines = [_plain(line) for line in group.lines] + ([f"… and {group.more:,} more"] if group.more else [])
    whole = "\n".join(lines) or "Nothing."
    chunks = [whole[i : i + CHUNK] for i in range(0, len(whole), CHUNK)]
    children = [{"type": "section", "text": {"type": "plain_text", "text": c, "emoji": False}} for c in chunks]
    return [
        {
            "type": "container",
            "title": {"type": "plain_text", "text": shortened(group.title, TITLE), "emoji": False},
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [*children, *([_table(group.table)] if group.table else [])],
        }
    ]


def _plain(line: Line) -> str:
    sign = f"{line.sign} " if line.sign else "• "
    return visible(f"{sign}{_named(line.text)}" + (f" · {shortened(line.detail)}" if line.detail else ""))


def _table(table: Table) -> Block:
    rows = [table.columns, *table.rows[:ROWS]]
    # The first column says what a row is about; if the others weren't wrapped, the last would lie beyond the window.
    wrapped = [{"is_wrapped": place > 0} for place, _ in enumerate(table.columns)]
    return {"type": "table", "rows": [[_cell(value) for value in row] for row in rows], "column_settings": wrapped}


def _cell(value: str) -> Block:
    return {"type": "raw_text", "text": shortened(value, CELL) or "–"}


def _buttons(offers: Numbered, turn: TurnId, taken: Collection[int]) -> list[Block]:
    left = [_button(number, offer, turn) for number, offer in offers if number not in taken][:MAX_OFFERS]
    done = [offer.label for number, offer in offers if number in taken]
    rows = [{"type": "actions", "elements": left}] if left else []
    return [*rows, *([section(text(f"✓ {' · '.join(done)}", italic=True))] if done else [])]


def _button(number: int, offer: Offer, turn: TurnId) -> Block:
    """Which offer is in the action's name, whose report it stands under in the value: ids only."""
    words = {"type": "plain_text", "text": shortened(offer.label, LABEL), "emoji": False}
    block: Block = {"type": "button", "action_id": f"offer:{number}", "value": str(turn), "text": words}
    return block | ({"style": "primary"} if offer.primary else {})


def plain_report(report: Report, *, turn: TurnId) -> list[Block]:
    """The same in plain sections, for when Slack refuses its blocks."""
    whole = visible(report.worded())
    chunks = [whole[i : i + CHUNK] for i in range(0, len(whole), CHUNK)]
    sections = [{"type": "section", "text": {"type": "plain_text", "text": c, "emoji": False}} for c in chunks]
    return [*sections, *_buttons(_numbered(report.all_offers, count()), turn, ())]
