"""Approvals: every move is one conditional UPDATE made from the domain's table of moves."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Update, and_, case, func, insert, or_, select, true, update

from app.domain.actions import Action, canonical, restore
from app.domain.approvals import MOVES, REMEMBERED, UNFINISHED, WORKING, Approval, Decision, Status, moved_on
from app.domain.cards import Receipt
from app.domain.desk import DISOWNED, Ledger
from app.domain.errors import LostClaim
from app.domain.plans import BROKEN, skipped_because
from app.domain.ports import NO_HOLD, Claim, Clock
from app.domain.types import AccountId, ActionId, PersonId, Place, Turn, TurnId
from app.store import steps
from app.store.database import Database, storable
from app.store.ledger import PostgresLedger
from app.store.ownership import Ownership
from app.store.steps import REDRAW_AGAIN, among, moved, one
from app.store.tables import approvals, ledger

ALL = "all"
"""What stands for the click on a card when several were decided by one."""
S = Status
_PLAIN = (
    *("id", "person", "turn", "plan", "position", "replaces", "sha256", "status", "attempt", "confirmations", "note"),
    *(
        "card_ts",
        "drawn",
        "proposed_at",
        "expires_at",
        "decided_at",
        "not_before",
        "reason",
        "explained_at",
        "waits_for",
        "reversing",
    ),
)


class PostgresApprovals:
    """Serves `app.domain.ports.Approvals`. Every method may raise StoreUnavailable; times are the clock's, aware."""

    def __init__(self, database: Database, ownership: Ownership, clock: Clock) -> None:
        self._database = database
        self._ownership = ownership
        self._clock = clock

    async def get(self, person: PersonId, action: ActionId) -> Approval | None:
        async with self._database.transaction(person) as connection:
            row = (await connection.execute(select(approvals).where(_own(person, action)))).mappings().one_or_none()
        return _approval(row) if row else None

    # Deciding.

    async def decide(
        self, person: PersonId, action: ActionId, decision: Decision, *, click: str = "", hold: timedelta = NO_HOLD
    ) -> Approval | None:
        """One conditional move; None when it wasn't possible. What is past its time expires instead; what is approved
        and of a kind that is held waits for the length of the hold."""
        now, target = self._clock.now(), decision.move[1]
        change = _decided(decision, click, now, hold=hold).where(_own(person, action))
        current = await self.get(person, action) if target in BROKEN else None
        statement = self._skipping(change, current, target) if current else change
        async with self._database.transaction(person) as connection:
            row = await one(connection, statement)
            if row is None and decision is Decision.APPROVE:
                await connection.execute(_expired(now).where(_own(person, action)))
            if row is not None and decision is Decision.DID_NOT:
                await connection.execute(insert(ledger).values(_disowned(row, now)))
        return _approval(row) if row else None

    async def decide_all(
        self,
        person: PersonId,
        plan: TurnId,
        decision: Decision,
        *,
        shown: Collection[ActionId],
        hold: timedelta = NO_HOLD,
    ) -> tuple[Approval, ...]:
        """The same move for all undecided steps among those shown whose cards stand; what takes more than one click is
        never approved so. In one statement: nobody sees a later step approved and an earlier one not yet."""
        change = _decided(decision, ALL, self._clock.now(), hold=hold)
        if decision is Decision.APPROVE:
            change = change.where(approvals.c.needs == 1)
        meant = and_(approvals.c.person == person, approvals.c.plan == plan, approvals.c.id.in_(shown))
        seen = and_(approvals.c.drawn == S.PROPOSED, approvals.c.card_ts != "")
        async with self._database.transaction(person) as connection:
            decided = change.where(meant, seen).returning(approvals)
            rows = (await connection.execute(decided)).mappings().all()
        return tuple(sorted(map(_approval, rows), key=lambda approval: approval.position))

    async def replace(self, person: PersonId, old: ActionId, new: Approval) -> bool:
        """Put a new action in the place of an undecided one; False, and nothing done, when it was decided or is past
        its time."""
        async with self._database.transaction(person) as connection:
            return await steps.replace(connection, person, [old], [fields_of(new)], now=self._clock.now())

    async def explain(self, person: PersonId, action: ActionId, reason: str) -> Approval | None:
        """Keep why an action was rejected, once; None when it wasn't rejected, or another reason is kept."""
        words = storable(reason)
        same = and_(_own(person, action), approvals.c.status == S.REJECTED, approvals.c.reason.in_(("", words)))
        since = func.coalesce(approvals.c.explained_at, self._clock.now())
        async with self._database.transaction(person) as connection:
            row = await one(connection, update(approvals).where(same).values(reason=words, explained_at=since))
        return _approval(row) if row else None

    async def expire(self, person: PersonId, now: datetime) -> tuple[Approval, ...]:
        """Expire what is past its time; the ones it touched."""
        async with self._database.transaction(person) as connection:
            expired = _expired(now).where(approvals.c.person == person).returning(approvals)
            rows = (await connection.execute(expired)).mappings().all()
        return tuple(map(_approval, rows))

    # Working.

    async def claim(self, person: PersonId, action: ActionId) -> Claim | None:
        """Take up an approved action, or one whose owner is gone; None when there is nothing to take. Whoever
        asked then may have come to redraw its card, and will be sent to do so again after an ever longer time."""
        now, owner = self._clock.now(), await self._ownership.held()
        async with self._database.transaction(person) as connection:
            row = await one(connection, _claimed(owner, now).where(_own(person, action)))
            if row is None:
                await connection.execute(_looked_at(now).where(_own(person, action)))
        return Claim(approval=_approval(row), since=row["started_at"], tries=row["tries"]) if row else None

    async def settle(
        self,
        claim: Claim,
        status: Status,
        *,
        note: str = "",
        receipt: Receipt | None = None,
        renewed: Approval | None = None,
    ) -> Approval:
        """Move a claimed action to where it ends up, skip what was to come after it when that is a bad end, and keep
        its new preview, all at once; raises LostClaim when the claim isn't ours any more."""
        if status not in MOVES[claim.approval.status]:
            raise ValueError(f"no move leads from {claim.approval.status} to {status}")
        fields: dict[str, Any] = {"note": storable(note), "owner": None, "not_before": None}
        if receipt is not None:
            fields["receipt"] = receipt.model_dump(mode="json")
        settled = moved(status, self._clock.now()).values(fields)
        return await self._put(claim, settled, ends=status, renewed=renewed)

    async def wait(self, claim: Claim, until: datetime) -> None:
        """Put a claimed action down; it can be claimed again from then on. Raises LostClaim."""
        await self._put(claim, update(approvals).values(owner=None, not_before=until))

    async def park(self, approval: Approval, note: str, *, account: AccountId) -> Approval | None:
        """Put an action down until an account is connected again; None when somebody else has it."""
        free = or_(~func.steward.held(approvals.c.owner), approvals.c.owner == await self._ownership.held())
        same = and_(approvals.c.status == approval.status, approvals.c.attempt == approval.attempt, free)
        waits = {"owner": None, "waits_for": account, "note": storable(note)}
        down = update(approvals).where(_own(approval.person, approval.id), same).values(waits)
        async with self._database.transaction(approval.person) as connection:
            row = await one(connection, down)
        return _approval(row) if row else None

    async def give_up(self, person: PersonId, account: AccountId, note: str) -> tuple[Approval, ...]:
        """Expire or cancel what waits and needs an account, and skip what was to come after it; the ones it touched."""
        async with self._database.transaction(person) as connection:
            undecided = (await connection.execute(steps.to_come(person))).mappings().all()
            meant = [a.id for a in map(_approval, undecided) if account in {ref.id for ref in a.action.needs}]
            found = await connection.execute(steps.given_up(meant, self._clock.now(), storable(note)))
            rows = found.mappings().all()
            later = steps.after([row["id"] for row in rows], self._clock.now(), storable(note))
            rows = [*rows, *(await connection.execute(later)).mappings().all()]
        return tuple(map(_approval, rows))

    async def let_go(self, person: PersonId, account: AccountId) -> None:
        """Delete the settled rows of an account that is gone, with their ledgers. The audit trail has no content and
        stays."""
        async with self._database.transaction(person) as connection:
            await connection.execute(select(func.steward.let_go(account)))

    async def forgotten(self, person: PersonId, action: ActionId) -> bool:
        """Whether an action was this person's and is deleted by now."""
        async with self._database.transaction(person) as connection:
            return bool(await connection.scalar(steps.forgotten(person, action)))

    async def _put(
        self, claim: Claim, change: Update, *, ends: Status = S.RUNNING, renewed: Approval | None = None
    ) -> Approval:
        mine = and_(
            _own(claim.approval.person, claim.approval.id),
            approvals.c.status == claim.approval.status,
            approvals.c.attempt == claim.approval.attempt,
            approvals.c.owner == self._ownership.number,
        )
        move = change.where(mine)
        statement = self._skipping(move, claim.approval, ends) if ends in BROKEN else move
        async with self._database.transaction(claim.approval.person) as connection:
            row = await one(connection, statement)
            if row is None:
                raise LostClaim
            if renewed is not None:
                await connection.execute(insert(approvals).values(fields_of(renewed)))
        return _approval(row)

    def _skipping(self, change: Update, broken: Approval, status: Status) -> Select[Any]:
        note = skipped_because(broken.model_copy(update={"status": status}))
        return steps.skipping(change, self._clock.now(), storable(note))

    def ledger(self, claim: Claim) -> Ledger:
        """The ledger of a claimed action."""
        return PostgresLedger(self._database, self._ownership, self._clock, claim)

    # Showing.

    async def propose(self, approval: Approval) -> None:
        """Keep one more action, outside a turn's end."""
        async with self._database.transaction(approval.person) as connection:
            await connection.execute(insert(approvals).values(fields_of(approval)))

    async def shown(self, approval: Approval, ts: str) -> Approval | None:
        """Its card stands in Slack and shows this status, unless one stands elsewhere; the row if that is so, or if it
        rests in another status now."""
        card = {"card_ts": ts, "drawn": approval.status, **approval.place.model_dump()}
        change = update(approvals).where(_own(approval.person, approval.id), approvals.c.card_ts.in_(("", ts)))
        async with self._database.transaction(approval.person) as connection:
            row = await one(connection, change.values(card))
        if row is None:
            return await self.get(approval.person, approval.id)
        return _approval(row) if moved_on(Status(row["status"]), approval.status) else None

    async def shown_again(self, approval: Approval, ts: str) -> Approval | None:
        """Its card stands in Slack at this place, and nowhere else from now on; the row as it was just before."""
        card = {"card_ts": ts, "drawn": approval.status, **approval.place.model_dump()}
        mine = _own(approval.person, approval.id)
        async with self._database.transaction(approval.person) as connection:
            row = (await connection.execute(select(approvals).where(mine).with_for_update())).mappings().one_or_none()
            await connection.execute(update(approvals).where(mine).values(card))
        return _approval(row) if row else None

    async def opened(self, approval: Approval, view: str) -> None:
        """A view with more of it was opened; only the audit trail keeps that."""
        async with self._database.transaction(approval.person) as connection:
            await connection.execute(select(func.steward.witness(approval.id, view)))

    async def waiting(self, person: PersonId) -> tuple[Approval, ...]:
        """The cards a person has not decided and still can, oldest first."""
        return await self._several(person, _undecided(self._clock.now()))

    async def unsettled(self, person: PersonId) -> tuple[Approval, ...]:
        """The cards that ask a person for something, oldest first."""
        now = self._clock.now()
        lately = and_(among(UNFINISHED), approvals.c.changed_at > now - REMEMBERED)
        return await self._several(person, or_(_undecided(now), approvals.c.status == S.UNCERTAIN, lately))

    async def decided(self, person: PersonId, *, limit: int) -> tuple[Approval, ...]:
        """The cards that were decided last, however they ended, the oldest first."""
        over = approvals.c.status.not_in((S.PROPOSED, S.REPLACED))
        newest = (
            select(approvals)
            .where(approvals.c.person == person, over)
            .order_by(approvals.c.changed_at.desc(), approvals.c.position.desc())
            .limit(limit)
        )
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(newest)).mappings().all()
        return tuple(map(_approval, reversed(rows)))

    async def of_turn(self, turn: Turn) -> tuple[Approval, ...]:
        """The actions of a turn, in the order of its plan."""
        return await self._several(turn.person, approvals.c.turn == turn.id)

    async def of_plan(self, person: PersonId, plan: TurnId) -> tuple[Approval, ...]:
        """The actions of a plan, those included that others have taken the place of."""
        return await self._several(person, approvals.c.plan == plan)

    async def _several(self, person: PersonId, which: ColumnElement[bool]) -> tuple[Approval, ...]:
        found = select(approvals).where(approvals.c.person == person, which)
        in_order = found.order_by(approvals.c.proposed_at, approvals.c.position)
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(in_order)).mappings().all()
        return tuple(map(_approval, rows))


# The moves, as SQL.


def _own(person: PersonId, action: ActionId) -> ColumnElement[bool]:
    return and_(approvals.c.id == action, approvals.c.person == person)


def _undecided(now: datetime) -> ColumnElement[bool]:
    return and_(approvals.c.status == S.PROPOSED, approvals.c.expires_at > now)


def _decided(decision: Decision, click: str, now: datetime, *, hold: timedelta) -> Update:
    offered, target = decision.move
    fresh: dict[str, Any] = {"decided_at": now, "note": decision.said, "owner": None, "not_before": None}
    fresh |= {"tries": 0, "started_at": None, "waits_for": None, "reversing": decision.of_undoing}
    if target is S.APPROVED and hold:
        fresh |= {"not_before": case((_held(), now + hold))}
    move = moved(target, now).where(among(offered)).values(fresh)
    if decision is Decision.UNDO:
        return move.where(approvals.c.undoable)
    if decision in (Decision.UNDID, Decision.STANDS):
        taken_back = {"receipt": None} if decision is Decision.UNDID else {}  # the receipt is of what no longer stands
        return move.where(approvals.c.reversing).values(taken_back)
    if decision in (Decision.WENT_OUT, Decision.DID_NOT):
        return move.where(~approvals.c.reversing)
    if decision is Decision.CANCEL:
        return move.where(or_(_held(), approvals.c.waits_for.is_not(None)))
    if decision is not Decision.APPROVE:
        return move
    counted = approvals.c.confirmations + 1
    last = counted >= approvals.c.needs
    # Slack's click may come again after a crash: the same one must not become the second confirmation.
    new = ~approvals.c.clicks.contains([click]) if click else true()
    return move.where(approvals.c.expires_at > now, new).values(
        status=case((last, target), else_=S.PROPOSED),
        decided_at=case((last, now)),
        confirmations=counted,
        clicks=func.array_append(approvals.c.clicks, click) if click else approvals.c.clicks,
    )


def _disowned(row: RowMapping, now: datetime) -> dict[str, Any]:
    """The note that what was begun did not happen, as the person says."""
    of = {"person": row["person"], "action": row["id"], "attempt": row["attempt"]}
    return of | {"step": DISOWNED, "refs": {}, "noted_at": now}


def _held() -> ColumnElement[bool]:
    kinds = sorted(name for name, kind in Action.KINDS.items() if kind.held)
    kind: ColumnElement[str] = approvals.c.payload["kind"].as_string()
    return kind.in_(kinds)


def _expired(now: datetime) -> Update:
    return moved(S.EXPIRED, now).where(approvals.c.status == S.PROPOSED, approvals.c.expires_at <= now)


def _claimed(owner: int, now: datetime) -> Update:
    due = or_(approvals.c.not_before.is_(None), approvals.c.not_before <= now)
    abandoned = and_(among(WORKING), ~func.steward.held(approvals.c.owner))
    return (
        update(approvals)
        .where(due, or_(and_(approvals.c.status == S.APPROVED, ~steps.blocked()), abandoned))
        .values(
            status=case((approvals.c.status == S.APPROVED, S.RUNNING), else_=approvals.c.status),
            owner=owner,
            attempt=approvals.c.attempt + 1,
            tries=approvals.c.tries + 1,
            started_at=func.coalesce(approvals.c.started_at, now),
            waits_for=None,
            note=case((approvals.c.waits_for.is_not(None), ""), else_=approvals.c.note),
        )
    )


def _looked_at(now: datetime) -> Update:
    """Space out the looks at a card that Slack doesn't take: the older its change, the longer."""
    pause = func.greatest(REDRAW_AGAIN, now - approvals.c.changed_at)
    undrawn = approvals.c.drawn.is_distinct_from(approvals.c.status)
    return update(approvals).where(undrawn, approvals.c.redraw_at <= now).values(redraw_at=now + pause)


# Between rows and values.


def fields_of(approval: Approval) -> dict[str, Any]:
    """The row of a new approval."""
    plain = {name: getattr(approval, name) for name in _PLAIN}
    return (
        plain
        | approval.place.model_dump()
        | {
            "account": approval.action.account.id,
            "payload": json.loads(canonical(approval.action)),
            "needs": approval.needs,
            "undoable": bool(approval.card.undo),
            "bulk": approval.action.bulk,
            "tries": 0,
            "clicks": [],
            "changed_at": approval.proposed_at,
            "redraw_at": approval.proposed_at + REDRAW_AGAIN,
        }
    )


def _approval(row: RowMapping) -> Approval:
    return Approval(
        place=Place(channel=row["channel"], thread=row["thread"]),
        action=restore(row["payload"]),
        receipt=Receipt.model_validate(row["receipt"]) if row["receipt"] else None,
        **{name: row[name] for name in _PLAIN},
    )
