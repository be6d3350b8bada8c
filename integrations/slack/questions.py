"""A question with its options as buttons, and what became of it."""

from app.domain.asking import Question
from app.domain.types import TurnId
from integrations.slack.blocks import Block, context, joined, section, shortened, text

LABEL = 75
"""Characters of a button (Slack's Block Kit reference)."""
OR_TYPE = "Click one, or answer in your own words."
WENT_ON = "You went on in your own words."


def question_blocks(turn: TurnId, question: Question, *, over: bool) -> list[Block]:
    """What stands under the words of a question. A button carries the turn's id and which option it is; what that
    means stands in the row. Options too long for a button stand above, whole."""
    if over:
        return [section(text(f"☑️ You chose: {question.answer}"))] if question.answer else [context(WENT_ON)]
    numbered = any(len(option) > LABEL for option in question.options)
    lines = [[text(f"{n}.  {option}")] for n, option in enumerate(question.options, start=1)]
    buttons = [_button(turn, n, option, numbered=numbered) for n, option in enumerate(question.options)]
    return [
        *([section(*joined(lines))] if numbered else []),
        {"type": "actions", "block_id": f"question:{turn}", "elements": buttons},
        context(OR_TYPE),
    ]


def _button(turn: TurnId, number: int, option: str, *, numbered: bool) -> Block:
    words = shortened(f"{number + 1}.  {option}" if numbered else option, LABEL)
    return {
        "type": "button",
        "action_id": f"answer:{number}",
        "value": str(turn),
        "text": {"type": "plain_text", "text": words, "emoji": False},
    }
