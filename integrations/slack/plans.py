"""The message above the cards of one request: every step with its state, and two buttons for all of them."""

from app.domain.approvals import Approval, Decision, Status
from app.domain.cards import counted
from app.domain.plans import Plan
from integrations.slack.blocks import STATES, Block, bold, context, header, joined, section, shortened, text

SUMMARY = 200
"""Characters of a step's summary; its card has the whole."""
LEFT = 300
"""Characters of what is left to do afterwards."""
IN_ORDER = "Done in this order. When a step fails, the later ones that are approved by then are left out."
WORDS: dict[Status, str] = {
    Status.PROPOSED: "waits for you",
    Status.APPROVED: "approved",
    Status.RUNNING: "under way",
    Status.REJECTED: "rejected",
    Status.REPLACED: "replaced",
    Status.EXPIRED: "expired",
    Status.STALE: "not done, something changed",
    Status.CANCELLED: "cancelled",
    Status.SKIPPED: "skipped",
    Status.DONE: "done",
    Status.PARTIAL: "done in part",
    Status.FAILED: "not done",
    Status.UNCERTAIN: "unclear, see its card",
    Status.UNDOING: "being undone",
    Status.UNDONE: "undone",
}
LABELS = {Decision.APPROVE: "Approve all ({})", Decision.REJECT: "Reject all"}
STYLES = {Decision.APPROVE: "primary", Decision.REJECT: "danger"}


def plan_blocks(plan: Plan) -> list[Block]:
    """The whole message of a plan, drawn from its rows."""
    lines = [_line(number, step) for number, step in enumerate(plan.steps, start=1)]
    return [
        header(title(plan)),
        section(*joined(lines)),
        *_left_out(plan),
        *_afterwards(plan),
        context(IN_ORDER),
        *_buttons(plan),
    ]


def title(plan: Plan) -> str:
    """What the message is, in a few words."""
    return f"A plan of {counted(len(plan.steps), 'step')}"


def plan_summary(plan: Plan) -> str:
    """One line for notifications and screen readers."""
    waiting = len(plan.undecided)
    return f"{title(plan)}: {f'{waiting} for you to decide' if waiting else 'all decided'}"


def _line(number: int, step: Approval) -> list[Block]:
    sign, _ = STATES[step.status]
    state = f"{step.confirmations} of {step.needs} confirmations" if step.confirmations else ""
    said = state if step.status is Status.PROPOSED and state else WORDS[step.status]
    return [
        text(f"{number}.  {sign} "),
        bold(step.card.title),
        text(f"  {shortened(step.card.summary, SUMMARY)}"),
        text(f"  · {said}", italic=True),
    ]


def _left_out(plan: Plan) -> list[Block]:
    """Steps that one click for all doesn't cover, by their numbers."""
    numbers = [n for n, step in enumerate(plan.steps, start=1) if step in plan.left_out]
    if not numbers:
        return []
    one = len(numbers) == 1
    steps = f"Step {numbers[0]} needs" if one else f"Steps {', '.join(map(str, numbers))} need"
    what, where = ("it", "its own card") if one else ("them", "their own cards")
    said = f"⚠️ {steps} a closer look and two clicks. “Approve all” leaves {what} out: please decide on {where}."
    return [section(text(said))]


def _afterwards(plan: Plan) -> list[Block]:
    if not plan.turn.then:
        return []
    return [section(text("Afterwards I go on with: "), text(shortened(plan.turn.then, LEFT), italic=True))]


def _buttons(plan: Plan) -> list[Block]:
    offers = [_button(plan, decision) for decision in LABELS if plan.offered(decision)]
    return [{"type": "actions", "block_id": f"plan:{plan.turn.id}", "elements": offers}] if offers else []


def _button(plan: Plan, decision: Decision) -> Block:
    """Its value names the steps it stands for: those whose cards the person has before them."""
    steps = plan.offered(decision)
    return {
        "type": "button",
        "action_id": f"plan:{decision}",
        "value": " ".join(str(ident) for ident in (plan.turn.id, *(step.id for step in steps))),
        "text": {"type": "plain_text", "text": LABELS[decision].format(len(steps))},
        "style": STYLES[decision],
    }


def plain_plan(plan: Plan) -> list[Block]:
    """The same in plain sections, for when Slack refuses its blocks."""
    lines = [
        f"{n}. {step.card.title}: {shortened(step.card.summary, SUMMARY)} ({WORDS[step.status]})"
        for n, step in enumerate(plan.steps, start=1)
    ]
    sections = [{"type": "section", "text": {"type": "plain_text", "text": line}} for line in (title(plan), *lines)]
    return [*sections, *_buttons(plan)]
