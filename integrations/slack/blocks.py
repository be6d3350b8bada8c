"""Block Kit from values: everything others wrote goes into rich text elements, which Slack shows literally."""

from collections.abc import Iterable
from typing import Any

from app.domain.approvals import Approval, Decision, Status
from app.domain.cards import Card, Receipt, Recipient
from app.planning.sanitising import visible
from integrations.slack import marks

Block = dict[str, Any]

HEADER = 150
"""Characters of a header (Slack's Block Kit reference)."""
CHUNK = 2_900
"""Characters of one text element; a section holds 3,000."""
LINE = 300
"""Characters of a value in a list before it is shortened; the body of a card that can be approved never is."""
PART = 120
"""Characters of either side of a difference."""
NOTE = 600
"""Characters of a sentence about the outcome, which may quote a provider."""

STATES: dict[Status, tuple[str, str]] = {
    Status.PROPOSED: ("🔹", "Waits for your decision. Nothing has changed yet."),
    Status.APPROVED: ("⏳", "Approved. It starts in a moment."),
    Status.RUNNING: ("⏳", "Working on it."),
    Status.REJECTED: ("✖️", "Rejected. Nothing was changed."),
    Status.REPLACED: ("↪️", "Replaced by a newer card. Nothing was changed."),
    Status.EXPIRED: ("⌛", "Expired without a decision. Nothing was changed; ask again if you still want it."),
    Status.STALE: ("↪️", "Not done: something changed since the preview."),
    Status.CANCELLED: ("✖️", "Cancelled. Nothing was changed."),
    Status.SKIPPED: ("✖️", "Skipped, because an earlier step failed. Nothing was changed."),
    Status.DONE: ("✅", "Done."),
    Status.PARTIAL: ("⚠️", "Done in part."),
    Status.FAILED: ("⚠️", "Not done."),
    Status.UNCERTAIN: ("❓", "It isn't known whether this was done."),
    Status.UNDOING: ("⏳", "Undoing."),
    Status.UNDONE: ("↩️", "Undone."),
}
"""How a card shows its status: a sign and a sentence."""
WAITS = ("⏸️", "Waits for its account.")
"""How it shows that its account is to be connected again first."""


UNCLEAR = ("❓", "It isn't known whether this was undone.")
"""How it shows that the outcome of an undoing isn't known."""


def _state(approval: Approval) -> tuple[str, str]:
    if approval.waits_for is not None:
        return WAITS
    return UNCLEAR if _unclear(approval) else STATES[approval.status]


def _unclear(approval: Approval) -> bool:
    return approval.status is Status.UNCERTAIN and approval.reversing


def approval_blocks(approval: Approval) -> list[Block]:
    """The whole card of an action, drawn from its row."""
    card = approval.card
    return [
        header(card.title),
        section(text(shortened(card.summary, CHUNK))),
        *_facts(card),
        *_body(card, whole=approval.status is Status.PROPOSED),
        *_items(card),
        *(notes(card.notes) if approval.status is Status.PROPOSED else []),
        *_outcome(approval),
        *_buttons(approval),
    ]


def summary(approval: Approval) -> str:
    """One line for notifications and screen readers."""
    sign, state = _state(approval)
    return f"{sign} {visible(approval.card.title)}: {state}"


# The parts of a card.


def _facts(card: Card) -> list[Block]:
    lines = [
        [bold("Account"), text(f"  {card.account.name} · {card.account.email}")],
        *([bold(f.label), text(f"  {marks.line(f.value) if f.sent else shortened(f.value)}")] for f in card.fields),
        *(_recipient(r) for r in card.recipients),
    ]
    return [section(*joined(lines))]


def _recipient(recipient: Recipient) -> list[Block]:
    marked = recipient.marked
    return [
        bold(recipient.role.capitalize()),
        text(f"  {marks.called(recipient)}"),
        text(f"  {marks.known_from(recipient)}", bold_too=marked, italic=not marked),
    ]


def _body(card: Card, *, whole: bool) -> list[Block]:
    """Every word while it can be approved; what was decided leaves room for its outcome."""
    if card.body is None:
        return notes(marks.warnings(card), sign="")
    shown = visible(card.body) or " "
    if not whole and len(shown) > CHUNK:
        shown = f"{shown[:CHUNK]}… ({len(shown):,} characters in all)"
    pieces = [
        piece(words[i : i + CHUNK], bold=marked)
        for words, marked in marks.segments(card, shown)
        for i in range(0, len(words), CHUNK)
    ]
    quotes = [{"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": p}]} for p in _filled(pieces)]
    return [*quotes, *notes(marks.warnings(card), sign="")]


def _filled(pieces: Iterable[Block]) -> list[list[Block]]:
    """Pieces of text in heaps of at most CHUNK characters."""
    heaps: list[list[Block]] = []
    room = 0
    for each in pieces:
        if len(each["text"]) > room:
            heaps.append([])
            room = CHUNK
        heaps[-1].append(each)
        room -= len(each["text"])
    return heaps


def _items(card: Card) -> list[Block]:
    if not card.items:
        return []
    lines = [
        {
            "type": "rich_text_section",
            "elements": [text(shortened(i.title)), text(f"  {shortened(i.detail)}", italic=True)],
        }
        for i in card.items
    ]
    listed: Block = {"type": "rich_text_list", "style": "bullet", "elements": lines}
    more = (
        [{"type": "rich_text_section", "elements": [text(f"… and {card.more:,} more", italic=True)]}]
        if card.more
        else []
    )
    return [{"type": "rich_text", "elements": [listed, *more]}]


def _outcome(approval: Approval) -> list[Block]:
    sign, state = _state(approval)
    lines: list[list[Block]] = []
    receipt = approval.receipt
    if receipt is not None and approval.status is not Status.UNDOING and not _unclear(approval):
        lines += _receipt(receipt, sign)
    elif approval.status is not Status.PROPOSED and not _held(approval):
        lines.append([text(f"{sign} "), bold(state)])
        lines += _link(receipt) if receipt is not None and _unclear(approval) else []
    if approval.note:
        lines.append([text(shortened(approval.note, NOTE))])
    if approval.reason:
        lines.append([text("You said: "), text(shortened(approval.reason, NOTE), italic=True)])
    blocks = [{"type": "divider"}, section(*joined(lines))] if lines else []
    if approval.status is Status.PROPOSED:
        counted = f" {approval.confirmations} of {approval.needs} confirmations." if approval.needs > 1 else ""
        blocks.append(context(f"{sign} {state}{counted} This card expires {_expiry(approval)}."))
    if _held(approval) and (at := approval.not_before):
        # To the second, in each reader's own zone.
        blocks.append(context(f"{sign} Goes out at <!date^{int(at.timestamp())}^{{time_secs}}|{at:%H:%M:%S %Z}>."))
    return blocks


def _held(approval: Approval) -> bool:
    return approval.status is Status.APPROVED and approval.not_before is not None


def _receipt(receipt: Receipt, sign: str) -> list[list[Block]]:
    return [
        [text(f"{sign} "), bold(shortened(receipt.summary, NOTE))],
        *([bold(f.label), text(f"  {shortened(f.value)}")] for f in receipt.fields),
        *(
            [text(f"⚠️ {d.field}: asked for {shortened(d.asked, PART)}, stored as {shortened(d.stored, PART)}")]
            for d in receipt.differences
        ),
        *_link(receipt),
    ]


def _link(receipt: Receipt) -> list[list[Block]]:
    return [[{"type": "link", "url": receipt.link, "text": "Open it"}]] if receipt.link else []


def _expiry(approval: Approval) -> str:
    """Slack shows it in each reader's own zone."""
    at = approval.expires_at
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at:%-d %b %H:%M %Z}>"


def _buttons(approval: Approval) -> list[Block]:
    offers = [_button(approval, d) for d in approval.offers]
    if approval.editable:
        offers.insert(1, _opening("edit", "Edit", approval))
    if approval.unexplained:
        offers.append(_opening("explain", "Say why", approval))
    return [{"type": "actions", "block_id": f"shown:{approval.confirmations}", "elements": offers}] if offers else []


def _opening(action: str, words: str, approval: Approval) -> Block:
    """A button that opens a form."""
    text_ = {"type": "plain_text", "text": words}
    return {"type": "button", "action_id": f"open:{action}", "value": str(approval.id), "text": text_}


def _button(approval: Approval, decision: Decision) -> Block:
    card = approval.card
    words = {
        Decision.APPROVE: "Confirm once more" if approval.confirmations else card.approve,
        Decision.REJECT: "Reject",
        Decision.RETRY: "Try again",
        Decision.RESUME: "Do the rest",
        Decision.CANCEL: "Cancel",
        Decision.UNDO: "Undo",
        Decision.WENT_OUT: "It went through",
        Decision.DID_NOT: "It didn't",
        Decision.UNDID: "It was undone",
        Decision.STANDS: "It wasn't",
    }
    styles = {Decision.APPROVE: "primary", Decision.REJECT: "danger"}
    block: Block = {
        "type": "button",
        "action_id": f"decide:{decision}",
        "value": str(approval.id),
        "text": {"type": "plain_text", "text": words[decision]},
    }
    if decision in styles:
        block["style"] = styles[decision]
    if decision is Decision.UNDO:
        block["confirm"] = {
            "title": {"type": "plain_text", "text": "Undo this?"},
            "text": {"type": "plain_text", "text": f"This {card.undo}."[:300]},
            "confirm": {"type": "plain_text", "text": "Undo"},
            "deny": {"type": "plain_text", "text": "Leave it"},
        }
    return block


# Pieces.


def text(words: str, *, bold_too: bool = False, italic: bool = False) -> Block:
    """Literal text: no markup, mention, link or emoji code in it is obeyed. Slack links only what is a link element."""
    return piece(visible(words), bold=bold_too, italic=italic)


def piece(words: str, **styles: bool) -> Block:
    """A piece of visible text as it stands."""
    style = {name: True for name, on in styles.items() if on}
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def bold(words: str) -> Block:
    return text(words, bold_too=True)


def section(*elements: Block) -> Block:
    """A paragraph of literal text."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def literal(words: str) -> list[Block]:
    """Somebody's words as they stand, in as many paragraphs as they need."""
    shown = visible(words)
    return [section(text(shown[i : i + CHUNK])) for i in range(0, len(shown), CHUNK)]


def joined(lines: Iterable[list[Block]]) -> list[Block]:
    """Lines as the elements of one paragraph."""
    spread: list[Block] = []
    for line in lines:
        spread += [*([text("\n")] if spread else []), *line]
    return spread


def header(title: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": shortened(title, HEADER), "emoji": False}}


def context(mrkdwn: str) -> Block:
    """A small line of our own words."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn}]}


def notes(lines: Iterable[str], sign: str = "ℹ️ ") -> list[Block]:
    return [section(*joined([[text(f"{sign}{line}")] for line in lines]))] if lines else []


def shortened(words: str, limit: int = LINE) -> str:
    """A value on one line, cut with an ellipsis where it is too long to list."""
    line = " ".join(visible(words).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def plain_fallback(approval: Approval) -> list[Block]:
    """The same card in plain sections, for when Slack refuses its blocks."""
    card = approval.card
    parts = [
        card.title,
        card.summary,
        f"Account: {card.account.name} · {card.account.email}",
        *(f"{f.label}: {f.value}" for f in card.fields),
        *(f"{r.role.capitalize()}: {marks.called(r)} {marks.known_from(r)}" for r in card.recipients),
        *(
            "".join(e["text"] for e in b["elements"][0]["elements"])
            for b in _body(card, whole=approval.status is Status.PROPOSED)
        ),
        *(f"• {' – '.join(filter(None, (i.title, i.detail)))}" for i in card.items),
        f"… and {card.more:,} more" if card.more else "",
        *card.notes,
        _state(approval)[1],
        shortened(approval.receipt.summary, NOTE) if approval.receipt else "",
        shortened(approval.note, NOTE),
    ]
    whole = "\n".join(visible(p) for p in parts if p)
    chunks = [whole[i : i + CHUNK] for i in range(0, len(whole), CHUNK)]
    return [{"type": "section", "text": {"type": "plain_text", "text": c, "emoji": False}} for c in chunks] + _buttons(
        approval
    )
