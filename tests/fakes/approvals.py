"""Approvals and ledgers in memory."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from app.domain.approvals import MOVES, REMEMBERED, UNFINISHED, WORKING, Approval, Decision, Status, moved_on, sources
from app.domain.cards import Receipt
from app.domain.desk import DISOWNED, Ledger, Note
from app.domain.errors import LostClaim
from app.domain.plans import BROKEN, OPEN, skipped_because
from app.domain.ports import NO_HOLD, Claim, Clock
from app.domain.types import AccountId, ActionId, PersonId, Turn, TurnId
from tests.fakes.rows import AGAIN, ApprovalRow, Disk

S = Status


class MemoryApprovals:
    def __init__(self, disk: Disk, owner: int, clock: Clock) -> None:
        self._disk = disk
        self._owner = owner
        self._clock = clock

    def _row(self, person: PersonId, action: ActionId) -> ApprovalRow | None:
        row = self._disk.approvals.get(action)
        return row if row and row.approval.person == person else None

    async def get(self, person: PersonId, action: ActionId) -> Approval | None:
        row = self._row(person, action)
        return row.approval if row else None

    async def decide(
        self, person: PersonId, action: ActionId, decision: Decision, *, click: str = "", hold: timedelta = NO_HOLD
    ) -> Approval | None:
        row, now = self._row(person, action), self._clock.now()
        if row is None:
            return None
        if decision is Decision.APPROVE and row.overdue(now):
            self._move(row, S.EXPIRED)
        offered, target = decision.move
        if row.approval.status not in offered & sources(target) or (click and click in row.clicks):
            return None
        if decision not in row.approval.offers:
            return None
        if decision is Decision.APPROVE:
            row.clicks += [click] if click else []
            row.approval = row.approval.model_copy(update={"confirmations": row.approval.confirmations + 1})
            if row.approval.confirmations < row.approval.needs:
                return row.approval
        row.owner = row.started_at = None
        row.tries = 0
        row.not_before = now + hold if target is S.APPROVED and hold and row.approval.action.held else None
        self._skip_after(row.approval, target)
        if decision is Decision.DID_NOT:
            row.notes.append(Note(step=DISOWNED, at=now))
        fresh: dict[str, Any] = {"decided_at": now, "note": decision.said, "reversing": decision.of_undoing}
        fresh |= {"receipt": None} if decision is Decision.UNDID else {}
        return self._move(row, target, not_before=row.not_before, waits_for=None, **fresh)

    async def decide_all(
        self,
        person: PersonId,
        plan: TurnId,
        decision: Decision,
        *,
        shown: Collection[ActionId],
        hold: timedelta = NO_HOLD,
    ) -> tuple[Approval, ...]:
        steps = [row.approval for row in self._disk.plan(plan) if row.approval.id in shown and row.approval.shown]
        meant = [step.id for step in steps if decision is not Decision.APPROVE or step.needs == 1]
        decided = [await self.decide(person, step, decision, click="all", hold=hold) for step in meant]
        return tuple(step for step in decided if step)

    async def replace(self, person: PersonId, old: ActionId, new: Approval) -> bool:
        return self._disk.replace(person, [old], [new], self._clock.now())

    async def explain(self, person: PersonId, action: ActionId, reason: str) -> Approval | None:
        row = self._row(person, action)
        if row is None or row.approval.status is not S.REJECTED or row.approval.reason not in ("", reason):
            return None
        since = row.approval.explained_at or self._clock.now()
        row.approval = row.approval.model_copy(update={"reason": reason, "explained_at": since})
        return row.approval

    def _skip_after(self, broken: Approval, status: Status) -> None:
        if status not in BROKEN:
            return
        note = skipped_because(broken.model_copy(update={"status": status}))
        for row in self._disk.plan(broken.plan):
            if row.approval.position > broken.position and row.approval.status is S.APPROVED:
                row.owner = row.not_before = None
                self._move(row, S.SKIPPED, note=note, not_before=None)

    async def expire(self, person: PersonId, now: datetime) -> tuple[Approval, ...]:
        mine = [row for row in self._disk.approvals.values() if row.approval.person == person and row.overdue(now)]
        return tuple(self._move(row, S.EXPIRED) for row in mine)

    async def claim(self, person: PersonId, action: ActionId) -> Claim | None:
        row, now = self._row(person, action), self._clock.now()
        if row is None:
            return None
        if not row.claimable(now, held=self._disk.held(row.owner)) or self._disk.blocked(row):
            if row.undrawn(now):
                row.redraw_at = now + max(AGAIN, now - row.changed_at)
            return None
        status = S.RUNNING if row.approval.status is S.APPROVED else row.approval.status
        row.owner, row.tries = self._owner, row.tries + 1
        row.started_at = row.started_at or now
        begun = {"status": status, "attempt": row.approval.attempt + 1, "waits_for": None}
        begun |= {"note": ""} if row.approval.waits_for else {}
        row.approval = row.approval.model_copy(update=begun)
        return Claim(approval=row.approval, since=row.started_at, tries=row.tries)

    async def settle(
        self,
        claim: Claim,
        status: Status,
        *,
        note: str = "",
        receipt: Receipt | None = None,
        renewed: Approval | None = None,
    ) -> Approval:
        if status not in MOVES[claim.approval.status]:
            raise ValueError(f"no move leads from {claim.approval.status} to {status}")
        row = self._claimed(claim)
        row.owner = row.not_before = None
        self._skip_after(row.approval, status)
        if renewed:
            await self.propose(renewed)
        return self._move(row, status, note=note, **({"receipt": receipt} if receipt else {}))

    async def wait(self, claim: Claim, until: datetime) -> None:
        row = self._claimed(claim)
        row.owner, row.not_before = None, until

    def _claimed(self, claim: Claim) -> ApprovalRow:
        row = self._row(claim.approval.person, claim.approval.id)
        mine = row is not None and row.owner == self._owner and self._disk.held(self._owner)
        same = row is not None and (row.approval.status, row.approval.attempt) == (
            claim.approval.status,
            claim.approval.attempt,
        )
        if row is None or not (mine and same):
            raise LostClaim
        return row

    def _move(self, row: ApprovalRow, status: Status, **fields: Any) -> Approval:
        return row.move(status, self._clock.now(), **fields)

    def ledger(self, claim: Claim) -> Ledger:
        return _Ledger(self, claim)

    async def park(self, approval: Approval, note: str, *, account: AccountId) -> Approval | None:
        row = self._row(approval.person, approval.id)
        if row is None or (row.approval.status, row.approval.attempt) != (approval.status, approval.attempt):
            return None
        if row.owner not in (None, self._owner) and self._disk.held(row.owner):
            return None
        row.owner = None
        row.approval = row.approval.model_copy(update={"waits_for": account, "note": note})
        return row.approval

    async def give_up(self, person: PersonId, account: AccountId, note: str) -> tuple[Approval, ...]:
        ends = {S.PROPOSED: S.EXPIRED, S.APPROVED: S.CANCELLED}
        mine = [row for row in self._disk.approvals.values() if row.approval.person == person]
        ended = [
            row for row in mine if account in {a.id for a in row.approval.action.needs} and row.approval.status in ends
        ]
        for row in ended:
            row.owner = None
            self._move(row, ends[row.approval.status], note=note, waits_for=None)
        later = [
            row
            for row in mine
            if row.approval.status is S.APPROVED
            and any(e.approval.plan == row.approval.plan and e.approval.position < row.approval.position for e in ended)
        ]
        for row in later:
            row.owner = row.not_before = None
            self._move(row, S.SKIPPED, note=note, not_before=None)
        return tuple(row.approval for row in (*ended, *later))

    async def let_go(self, person: PersonId, account: AccountId) -> None:
        rows = self._disk.approvals
        at_work = {row.approval.plan for row in rows.values() if row.approval.status in OPEN}
        for ident, row in list(rows.items()):
            card = row.approval
            drawn = not card.card_ts or card.drawn is card.status
            about = card.person == person and account in {ref.id for ref in card.action.needs}
            if about and drawn and card.plan not in at_work:
                del rows[ident]
                self._disk.forgotten.add((person, ident))

    async def forgotten(self, person: PersonId, action: ActionId) -> bool:
        return (person, action) in self._disk.forgotten

    async def propose(self, approval: Approval) -> None:
        self._disk.approvals[approval.id] = new_row(approval)

    async def shown(self, approval: Approval, ts: str) -> Approval | None:
        row = self._row(approval.person, approval.id)
        if row is None or row.approval.card_ts not in ("", ts):
            return row.approval if row else None
        await self.shown_again(approval, ts)
        return row.approval if moved_on(row.approval.status, approval.status) else None

    async def shown_again(self, approval: Approval, ts: str) -> Approval | None:
        row = self._row(approval.person, approval.id)
        if row is None:
            return None
        before, card = row.approval, {"card_ts": ts, "drawn": approval.status, "place": approval.place}
        row.approval = before.model_copy(update=card)
        return before

    async def opened(self, approval: Approval, view: str) -> None:
        """Nothing is kept of it but a line of the audit trail, which is PostgreSQL's."""

    async def waiting(self, person: PersonId) -> tuple[Approval, ...]:
        now = self._clock.now()
        mine = (row.approval for row in self._disk.approvals.values() if row.approval.person == person)
        undecided = (a for a in mine if a.status is S.PROPOSED and a.expires_at > now)
        return tuple(sorted(undecided, key=lambda a: (a.proposed_at, a.position)))

    async def unsettled(self, person: PersonId) -> tuple[Approval, ...]:
        now = self._clock.now()
        rows = [row for row in self._disk.approvals.values() if row.approval.person == person]
        lately = [r for r in rows if r.approval.status in UNFINISHED and r.changed_at > now - REMEMBERED]
        unknown = [r for r in rows if r.approval.status is S.UNCERTAIN]
        found = (*await self.waiting(person), *(r.approval for r in (*lately, *unknown)))
        return tuple(sorted(found, key=lambda a: (a.proposed_at, a.position)))

    async def decided(self, person: PersonId, *, limit: int) -> tuple[Approval, ...]:
        rows = [row for row in self._disk.approvals.values() if row.approval.person == person]
        over = [row for row in rows if row.approval.status not in (S.PROPOSED, S.REPLACED)]
        ordered = sorted(over, key=lambda row: (row.changed_at, row.approval.position))
        return tuple(row.approval for row in ordered[-limit:])

    async def of_turn(self, turn: Turn) -> tuple[Approval, ...]:
        mine = (row.approval for row in self._disk.approvals.values() if row.approval.turn == turn.id)
        return tuple(sorted(mine, key=lambda a: (a.proposed_at, a.position)))

    async def of_plan(self, person: PersonId, plan: TurnId) -> tuple[Approval, ...]:
        mine = (row.approval for row in self._disk.plan(plan) if row.approval.person == person)
        return tuple(sorted(mine, key=lambda a: (a.proposed_at, a.position)))


class _Ledger:
    def __init__(self, approvals: MemoryApprovals, claim: Claim) -> None:
        self._approvals = approvals
        self._claim = claim

    async def note(self, step: str, **refs: Any) -> None:
        row = self._approvals._claimed(self._claim)
        assert row.approval.status in WORKING
        row.notes.append(Note(step=step, refs=refs, at=self._approvals._clock.now()))

    async def recall(self) -> tuple[Note, ...]:
        row = self._approvals._row(self._claim.approval.person, self._claim.approval.id)
        return tuple(row.notes) if row else ()


def new_row(approval: Approval) -> ApprovalRow:
    at = approval.proposed_at
    return ApprovalRow(approval, changed_at=at, redraw_at=at + AGAIN)
