"""A question with its options as buttons, and what became of it."""

import re

from app.domain.asking import Question
from app.domain.types import TurnId
from integrations.slack.blocks import Block, context, joined, section, shortened, text

_BRACKETED = re.compile(r"\s*<[^<>]*>")
"""Addresses, which stand above."""
LABEL = 30
"""Characters of a button that are seen: a longer text may be cut (Slack's Block Kit reference)."""
OR_TYPE = "Click one, or answer in your own words."
WENT_ON = "You went on in your own words."


def question_blocks(turn: TurnId, question: Question, *, over: bool) -> list[Block]:
    """What stands under the words of a question. A button carries the turn's id and which option it is; what that
    means stands in the row. Options that a button can't show whole stand above, with what speaks for them: nobody
    shall choose what they haven't seen."""
    if over:
        return [section(text(f"☑️ You chose: {question.answer}"))] if question.answer else [context(WENT_ON)]
    numbered = bool(question.hints) or any(len(option) > LABEL for option in question.options)
    hints = question.hints or ("",) * len(question.options)
    lines = [
        [text(f"{n}.  {option}"), *([text(f"  {hint}", italic=True)] if hint else [])]
        for n, (option, hint) in enumerate(zip(question.options, hints, strict=True), start=1)
    ]
    buttons = [_button(turn, n, option, numbered=numbered) for n, option in enumerate(question.options)]
    return [
        *([section(*joined(lines))] if numbered else []),
        {"type": "actions", "block_id": f"question:{turn}", "elements": buttons},
        context(OR_TYPE),
    ]


def _button(turn: TurnId, number: int, option: str, *, numbered: bool) -> Block:
    words = f"{number + 1}.  {_BRACKETED.sub('', option)}" if numbered else option
    return {
        "type": "button",
        "action_id": f"answer:{number}",
        "value": str(turn),
        "text": {"type": "plain_text", "text": shortened(words, LABEL), "emoji": False},
    }
