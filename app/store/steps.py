"""Steps of a plan, as SQL: what waits for an earlier one, what is skipped with one, what takes another's place."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Update, and_, case, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from app.domain.approvals import Status, sources
from app.domain.plans import BLOCKING, FRUITFUL, OPEN
from app.domain.types import ActionId, PersonId
from app.store.tables import approvals, audit, turns

REDRAW_AGAIN = timedelta(seconds=10)
"""When a card that shows an old status is first drawn again: the drawing may still be under way."""


def among(statuses: Collection[Status]) -> ColumnElement[bool]:
    """Whether an action is in one of these."""
    return approvals.c.status.in_(sorted(statuses))


def moved(target: Status, now: datetime) -> Update:
    """A move to `target` from wherever the table allows it."""
    change = {"status": target, "changed_at": now, "redraw_at": now + REDRAW_AGAIN}
    return update(approvals).where(among(sources(target))).values(change)


def blocked() -> ColumnElement[bool]:
    """Whether an earlier step of the same plan comes first."""
    earlier = approvals.alias("earlier")
    return exists().where(
        earlier.c.plan == approvals.c.plan,
        earlier.c.position < approvals.c.position,
        earlier.c.status.in_(sorted(BLOCKING)),
    )


def ready() -> ColumnElement[bool]:
    """Whether a turn has a plan that is settled, has brought something, and is to be gone on with."""
    steps = approvals.c.plan == turns.c.id
    return and_(turns.c.then_what != "", exists().where(steps, among(FRUITFUL)), ~exists().where(steps, among(OPEN)))


def skipping(change: Update, now: datetime, note: str) -> Select[Any]:
    """A move, and with it the later steps that were approved: they are left out, and `note` says why.

    One statement: its rows are all locked before its triggers take the lock of the audit trail.
    """
    broken = change.returning(approvals).cte("broken")
    later = (
        moved(Status.SKIPPED, now)
        .where(approvals.c.plan == broken.c.plan, approvals.c.position > broken.c.position)
        .where(approvals.c.status == Status.APPROVED)
        .values(note=note, owner=None, not_before=None)
        .returning(approvals.c.id)
    )
    return select(broken).add_cte(later.cte("skipped"))


ENDS = {Status.PROPOSED: Status.EXPIRED, Status.APPROVED: Status.CANCELLED}
"""What becomes of an action that can't be done any more before it was begun."""


def to_come(person: PersonId) -> Select[Any]:
    """What of a person waits to be decided or begun, locked: which accounts it needs only its payload tells."""
    return select(approvals).where(approvals.c.person == person, among(ENDS)).order_by(approvals.c.id).with_for_update()


def given_up(actions: Collection[ActionId], now: datetime, note: str) -> ReturningUpdate[Any]:
    """Actions that wait, expired where they are undecided and cancelled where they are approved."""
    change = {"changed_at": now, "redraw_at": now + REDRAW_AGAIN, "note": note, "owner": None, "waits_for": None}
    mine = and_(approvals.c.id.in_(actions), among(ENDS))
    status = case(ENDS, value=approvals.c.status)
    return update(approvals).where(mine).values(change | {"status": status}).returning(approvals)


def after(ended: Collection[ActionId], now: datetime, note: str) -> ReturningUpdate[Any]:
    """The later steps of plans in which one of these ended, that were approved: they are left out."""
    earlier = approvals.alias("earlier")
    follows = and_(earlier.c.plan == approvals.c.plan, earlier.c.position < approvals.c.position)
    left_out = moved(Status.SKIPPED, now).where(approvals.c.status == Status.APPROVED)
    left_out = left_out.where(exists().where(follows, earlier.c.id.in_(ended)))
    return left_out.values(note=note, owner=None, not_before=None, waits_for=None).returning(approvals)


def forgotten(person: PersonId, action: ActionId) -> Select[tuple[bool]]:
    """Whether the audit trail names an action of a person's that isn't there any more."""
    named = exists().where(audit.c.person == person, audit.c.action == action)
    kept = exists().where(approvals.c.person == person, approvals.c.id == action)
    return select(and_(named, ~kept))


async def replace(
    connection: AsyncConnection,
    person: PersonId,
    old: Collection[ActionId],
    rows: Sequence[dict[str, Any]],
    *,
    now: datetime,
) -> bool:
    """Put new actions in the place of undecided ones, all or none; False when one of those was decided or is past its
    time."""
    undecided = and_(approvals.c.status == Status.PROPOSED, approvals.c.expires_at > now)
    undecided = and_(approvals.c.person == person, approvals.c.id.in_(old), undecided)
    gone = moved(Status.REPLACED, now).where(undecided).returning(approvals.c.id)
    if old and len((await connection.execute(gone)).all()) < len(set(old)):
        return False
    if rows:
        await connection.execute(insert(approvals), rows)
    return True


async def one(connection: AsyncConnection, statement: Update | Select[Any]) -> RowMapping | None:
    """The row a statement changed, if it did."""
    returning = statement.returning(approvals) if isinstance(statement, Update) else statement
    row: RowMapping | None = (await connection.execute(returning)).mappings().one_or_none()
    return row
