"""The cards of accounts: the way to a consent page, and the list of what is connected."""

from collections.abc import Sequence

from app.domain.grants import Invitation
from app.domain.permissions import CHANGING, READING, Permission, worded
from app.domain.types import Account
from integrations.slack.blocks import Block, bold, context, header, joined, section, shortened, text

MOST = 15
"""Accounts on one list: a message holds 50 blocks (Slack's Block Kit reference)."""
CONFIRM = 300
"""Characters of the text of a confirmation (Slack's Block Kit reference)."""
ONCE = "This link is for you alone, works once, and for 15 minutes."
ONCE_FOR_IT = "This link is for you alone and for this account only. It works once, and for a week."
PASTED = (
    "If the page that Google sends you to doesn’t open: copy its whole address, and click “Paste the address” here."
)


def button(words: str, action: str, *, url: str = "", value: str = "", style: str = "") -> Block:
    given = {"url": url, "value": value, "style": style}
    label = {"type": "plain_text", "text": words}
    return {"type": "button", "action_id": action, "text": label, **{k: v for k, v in given.items() if v}}


# The way to a consent page.


def invitation_title(invitation: Invitation) -> str:
    """What the card is about, in a line."""
    account = invitation.account
    if account is None:
        return "Connect a Google account"
    if invitation.reconnects:
        return f"Reconnect {account.name}"
    return f"Allow {_more(invitation.asks)} in {account.name}"


def invitation_blocks(invitation: Invitation) -> list[Block]:
    """The card that leads to the consent page."""
    opening = button(_go(invitation), "open:connect", url=invitation.url, style="primary")
    whole = button("Connect, and allow changes too", "open:connect_whole", url=invitation.whole)
    paste = button("Paste the address", "do:paste", value=invitation.paste)
    return [
        header(invitation_title(invitation)),
        *_why(invitation),
        {
            "type": "actions",
            "elements": [
                opening,
                *([whole] if invitation.whole else []),
                *([paste] if invitation.paste else []),
            ],
        },
        *([context(PASTED)] if invitation.paste else []),
        context(ONCE_FOR_IT if invitation.account else ONCE),
    ]


def _why(invitation: Invitation) -> list[Block]:
    account = invitation.account
    if account is None:
        known = [[text(f"• {shortened(a.name)} · {shortened(a.email)}")] for a in invitation.accounts]
        return [
            section(
                text(f"Google will ask whether Steward may {worded(invitation.asks)}. "),
                text("I ask to change anything only when you first want that, or now if you like. "),
                text("Either way nothing is changed or sent until you click Approve on its card."),
            ),
            *([section(bold("Connected so far"), text("\n"), *joined(known))] if known else []),
        ]
    named = [bold(shortened(account.name)), text(f" · {shortened(account.email)}")]
    if invitation.reconnects:
        return [
            section(
                text("Google no longer accepts my connection to "),
                *named,
                text(
                    ". That happens when access was removed in the Google Account, a password was changed, or an"
                    " administrator decided so. What waits for this account is kept, and goes on by itself once you"
                    " reconnect."
                ),
            )
        ]
    return [
        section(
            text(f"Google will ask once whether I may {worded(invitation.asks, 'and')} in "),
            *named,
            text(". What waits for this goes on by itself then. Nothing is changed or sent until you click Approve on"),
            text(" its card."),
        )
    ]


def _go(invitation: Invitation) -> str:
    if invitation.account is None:
        return "Connect Google"
    return "Reconnect" if invitation.reconnects else f"Allow {_more(invitation.asks)}"


def _more(asks: Sequence[Permission]) -> str:
    return "changes" if set(asks) <= set(CHANGING) else "more"


# What is connected.


def accounts_blocks(accounts: Sequence[Account]) -> list[Block]:
    """The list of accounts, with what can be done about each."""
    if not accounts:
        return [
            header("Your accounts"),
            section(text("No account is connected yet.")),
            {"type": "actions", "elements": [button("Connect Google", "do:connect", style="primary")]},
        ]
    listed = [block for account in accounts[:MOST] for block in _listed(account, only=len(accounts) == 1)]
    more = len(accounts) - MOST
    return [
        header("Your accounts"),
        *listed,
        *([context(f"… and {more} more.")] if more > 0 else []),
        {"type": "actions", "elements": [button("Connect another account", "do:connect")]},
    ]


def _listed(account: Account, *, only: bool) -> list[Block]:
    lines = [
        [bold(shortened(account.name)), text(f"  {shortened(account.email)}")],
        [text(state(account))],
        *([[text("★ Default: I write with this one when you name none.")]] if account.chosen and not only else []),
    ]
    return [
        section(*joined(lines)),
        {"type": "actions", "block_id": f"account:{account.id}", "elements": _buttons(account, only=only)},
        {"type": "divider"},
    ]


def state(account: Account) -> str:
    """What may be done with it now, in a sentence."""
    if not account.alive:
        return "⚠️ The connection has ended. What waits for it goes on once you reconnect."
    may = f"I may {worded(account.scopes)}." if account.scopes else "I may do nothing here yet."
    unseen = account.lacks(READING)
    return f"⚠️ {may} I may not {worded(unseen, 'or')}." if unseen else may


def _buttons(account: Account, *, only: bool) -> list[Block]:
    ident, lacks = str(account.id), account.lacks(Permission)
    widen = [] if account.alive else [button("Reconnect", "account:allow", value=ident, style="primary")]
    if account.alive and lacks:
        widen = [button(f"Allow {_more(lacks)}", "account:allow", value=ident)]
    default = [] if only or account.chosen else [button("Make default", "account:default", value=ident)]
    gone = button("Disconnect", "account:disconnect", value=ident, style="danger")
    return [*widen, button("Rename", "account:rename", value=ident), *default, {**gone, "confirm": _sure(account)}]


def _sure(account: Account) -> Block:
    words = (
        f"Google ends my access to {shortened(account.email, 100)}, and I delete its tokens. Cards of it that wait are"
        " off. Your mail and calendars stay as they are."
    )
    plain = {"title": f"Disconnect {shortened(account.name, 40)}?", "text": words[:CONFIRM]}
    plain |= {"confirm": "Disconnect", "deny": "Keep it"}
    return {**{name: {"type": "plain_text", "text": said} for name, said in plain.items()}, "style": "danger"}
