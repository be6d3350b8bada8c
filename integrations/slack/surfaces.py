"""What Steward posts of itself: the welcome and the Home tab."""

from collections.abc import Sequence

from app.domain.approvals import Approval
from app.domain.types import Account
from integrations.slack.accounts import button
from integrations.slack.blocks import Block, bold, context, header, joined, section, shortened, text

PROMPTS = (
    ("What's in my inbox?", "What is in my inbox?"),
    ("Archive old promotions", "Archive all promotional emails older than 30 days"),
    ("What's on tomorrow?", "What is on my calendar tomorrow?"),
    ("Put a call in", "Put a 30-minute call with my manager tomorrow at 3pm"),
)
"""Suggested requests: title and message. Slack shows at most four."""
ASKED_NOTHING = "You ask in your own words, and nothing changes in your mail or calendar until you click Approve."
HOME_LIMIT = 20
"""Waiting cards listed on Home; a view holds 100 blocks."""


def welcome(*, connected: bool) -> list[Block]:
    """What Steward does and how to begin."""
    examples = [[text(f"“{message}”", italic=True)] for _, message in PROMPTS]
    words = [
        [bold("help"), text("  this message")],
        [bold("connect"), text("  connect a Google account")],
        [bold("accounts"), text("  what is connected: rename, default, disconnect")],
        [bold("pending"), text("  the cards that wait for you")],
        [bold("stop"), text("  stop what I'm doing")],
        [bold("triage, tasks, focus, follow, digest, preferences"), text("  your mail, and your day")],
        [bold("brief"), text("  the next meeting, or one that you name after it")],
        [bold("optimise"), text("  the days to come, or the time that you name after it")],
    ]
    return [
        header("I'm Steward, your assistant for mail and calendar"),
        section(text(ASKED_NOTHING)),
        section(bold("Try"), text("\n"), *joined(examples)),
        section(bold("Words I know"), text("\n"), *joined(words)),
        context("The same words work as `/steward word`, and as `!word` inside a thread."),
        *(
            []
            if connected
            else [{"type": "actions", "elements": [button("Connect Google", "do:connect", style="primary")]}]
        ),
    ]


def home(accounts: Sequence[Account], waiting: Sequence[Approval]) -> dict[str, object]:
    """The Home tab."""
    listed = [
        [bold(shortened(a.name)), text(f"  {shortened(a.email)}" + ("" if a.alive else "  ⚠️ reconnect"))]
        for a in accounts
    ]
    cards = [[bold(w.card.title), text(f"  {w.card.summary}")] for w in waiting[:HOME_LIMIT]]
    blocks: list[Block] = [
        header("Steward"),
        section(text(ASKED_NOTHING)),
        {"type": "divider"},
        section(bold("Accounts"), text("\n"), *(joined(listed) or [text("None yet.")])),
        {"type": "actions", "elements": _manage(accounts)},
        {"type": "divider"},
        section(bold("Waiting for you"), text("\n"), *(joined(cards) or [text("Nothing.")])),
    ]
    if cards:
        blocks.append(context("Type `pending` in Messages to see these cards again."))
    return {"type": "home", "blocks": blocks}


def _manage(accounts: Sequence[Account]) -> list[Block]:
    if not accounts:
        return [button("Connect Google", "do:connect", style="primary")]
    return [button("Manage accounts", "do:accounts"), button("Connect another account", "do:connect")]
