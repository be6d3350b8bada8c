"""Modals from forms: every input as Slack's own element, long text over several of them.

An input is known by its block: `name:0`, `name:1`, … hold its parts in their order, and an element's action_id says how
a part goes on with the one before: PART begins anew, the others continue it after a line break, a blank or nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from app.domain.forms import Addresses, Choice, Day, Form, Input, Line, Moment, Option, Several, Text
from integrations.slack.blocks import shortened

Block = dict[str, Any]

PART, LINE, WORD, JOINED = "part", "line", "word", "joined"
TITLE = 24
"""Characters of a modal's title and of its buttons (Slack's reference of views)."""
ENTRY = 3_000
"""Characters of one text input (Slack's Block Kit reference)."""
PIECE = 2_900
"""Characters of a text that one input begins with, so that something can be added to each."""
LABEL = 75
"""Characters of an option (Slack's Block Kit reference)."""
RADIOS = 10
"""Options that radio buttons can have; more make a menu."""


def modal(form: Form, *, callback: str, about: object) -> Block:
    """The form as a view that carries what it is about, an id, and nothing else."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": str(about),
        "title": _plain(form.title[:TITLE]),
        **({"submit": _plain(form.submit[:TITLE])} if form.inputs else {}),
        "close": _plain("Cancel"),
        "blocks": [*_said(form.words), *(block for each in form.inputs for block in _blocks(each))],
    }


def _said(words: str) -> list[Block]:
    return [{"type": "section", "text": _plain(words)}] if words else []


@dataclass(frozen=True)
class _Part:
    """One element of an input."""

    element: Block
    action: str = PART
    label: str = ""
    """After the input's own."""
    spare: bool = False
    """It may stay empty, whatever the others hold."""
    hinted: bool = True
    """Whether the input's hint stands under it."""


def _blocks(given: Input) -> list[Block]:
    return [
        {
            "type": "input",
            "block_id": f"{given.name}:{number}",
            "label": _plain(given.label + part.label),
            "element": {"action_id": part.action, **part.element},
            "optional": given.optional or part.spare,
            **({"hint": _plain(given.hint)} if given.hint and part.hinted else {}),
        }
        for number, part in enumerate(_parts(given))
    ]


@singledispatch
def _parts(given: Input) -> list[_Part]:
    """The elements of an input; raises TypeError for a kind that Slack has none for."""
    raise TypeError(type(given).__name__)


@_parts.register
def _(given: Line) -> list[_Part]:
    return _written(given.value, most=given.most, multiline=False)


@_parts.register
def _(given: Text) -> list[_Part]:
    return _written(given.value, most=given.most, multiline=True)


@_parts.register
def _(given: Addresses) -> list[_Part]:
    return _written("\n".join(given.parts), most=0, multiline=True)


@_parts.register
def _(given: Moment) -> list[_Part]:
    day, time = given.parts
    picker = {"type": "datepicker", "initial_date": day}
    clock = {"type": "timepicker", "initial_time": time, "timezone": given.zone}
    return [_Part(picker, label=": day", hinted=False), _Part(clock, label=": time")]


@_parts.register
def _(given: Day) -> list[_Part]:
    return [_Part({"type": "datepicker", **({"initial_date": given.parts[0]} if given.parts else {})})]


@_parts.register
def _(given: Choice) -> list[_Part]:
    kind = "radio_buttons" if len(given.options) <= RADIOS else "static_select"
    chosen = next(o for o in given.options if o.key == given.value)
    return [_Part({"type": kind, "options": _options(given.options), "initial_option": _option(chosen)})]


@_parts.register
def _(given: Several) -> list[_Part]:
    return [_Part({"type": "multi_static_select", "options": _options(given.options)})]


def _written(text: str, *, most: int, multiline: bool) -> list[_Part]:
    """Text in pieces, and an empty one more while longer text is allowed than fits."""
    pieces = list(split(text, PIECE if len(text) > ENTRY else ENTRY))
    if len(pieces) * ENTRY < most:
        pieces.append((LINE, ""))
    parts = []
    for number, (action, piece) in enumerate(pieces):
        element: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": ENTRY}
        if 0 < most < ENTRY:
            element["max_length"] = most
        if piece:
            element["initial_value"] = piece
        label = ", continued" if number else ""
        parts.append(_Part(element, action=action, label=label, spare=number > 0, hinted=number == 0))
    return parts


def split(text: str, most: int) -> Iterable[tuple[str, str]]:
    """The pieces of a text, none longer than `most`, each with how it goes on with the one before: cut where a line
    ends, else between words, else anywhere."""
    action = PART
    while len(text) > most:
        ends = ((text.rfind("\n", 1, most + 1), LINE), (text.rfind(" ", 1, most + 1), WORD))
        place, following = next((end for end in ends if end[0] > 0), (most, JOINED))
        yield action, text[:place]
        action, text = following, text[place + (following != JOINED) :]
    yield action, text


def _options(options: Iterable[Option]) -> list[Block]:
    return [_option(option) for option in options]


def _option(option: Option) -> Block:
    return {"text": _plain(shortened(option.label, LABEL)), "value": option.key}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
