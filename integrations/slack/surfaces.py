"""What Steward posts of itself: the welcome, the connect card, the Home tab."""

from collections.abc import Sequence

from app.domain.approvals import Approval
from app.domain.types import Account
from integrations.slack.blocks import Block, bold, context, header, joined, section, shortened, text

PROMPTS = (
    ("What's in my inbox?", "What is in my inbox?"),
    ("Archive old promotions", "Archive all promotional emails older than 30 days"),
    ("What's on tomorrow?", "What is on my calendar tomorrow?"),
    ("Put a call in", "Put a 30-minute call with my manager tomorrow at 3pm"),
)
"""Suggested requests: title and message. Slack shows at most four."""
ASKED_NOTHING = "You ask in your own words, and nothing changes in your mail or calendar until you click Approve."
CONSENT = "Google will ask whether Steward may read and change your mail and calendar. You can withdraw it at any time."
HOME_LIMIT = 20
"""Waiting cards listed on Home; a view holds 100 blocks."""


def button(words: str, action: str, *, url: str = "", primary: bool = False) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": words},
        **({"url": url} if url else {}),
        **({"style": "primary"} if primary else {}),
    }


def welcome(*, connected: bool) -> list[Block]:
    """What Steward does and how to begin."""
    examples = [[text(f"“{message}”", italic=True)] for _, message in PROMPTS]
    words = [
        [bold("help"), text("  this message")],
        [bold("connect"), text("  connect a Google account")],
        [bold("accounts"), text("  what is connected")],
        [bold("pending"), text("  the cards that wait for you")],
        [bold("stop"), text("  stop what I'm doing")],
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
            else [{"type": "actions", "elements": [button("Connect Google", "do:connect", primary=True)]}]
        ),
    ]


def invitation(url: str, accounts: Sequence[Account]) -> list[Block]:
    """The card that leads to the consent page."""
    known = [[text(f"• {shortened(a.name)} · {shortened(a.email)}")] for a in accounts]
    return [
        header("Connect a Google account"),
        section(text(CONSENT)),
        *([section(bold("Connected so far"), text("\n"), *joined(known))] if known else []),
        {"type": "actions", "elements": [button("Connect Google", "open:connect", url=url, primary=True)]},
        context("This link is for you alone, works once, and for 15 minutes."),
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
        {"type": "actions", "elements": [button("Connect Google", "do:connect", primary=not accounts)]},
        {"type": "divider"},
        section(bold("Waiting for you"), text("\n"), *(joined(cards) or [text("Nothing.")])),
    ]
    if cards:
        blocks.append(context("Type `pending` in Messages to see these cards again."))
    return {"type": "home", "blocks": blocks}
