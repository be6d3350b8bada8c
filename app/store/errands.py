"""Errands of turns: how their reports are kept, and how one of the offers under them is taken up."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    Integer,
    RowMapping,
    Select,
    Text,
    Update,
    and_,
    any_,
    column,
    func,
    literal,
    select,
    true,
    update,
)

from app.domain.memory import Trail
from app.domain.reports import Offer, Report
from app.domain.types import PersonId, TurnId
from app.store.database import storable
from app.store.tables import turns

GONE = "gone"
"""The errand of what no skill does any more."""


def fields_of(trail: Trail) -> dict[str, Any]:
    """What a turn's row keeps of its report."""
    return {"report": _storable(trail.report.model_dump(mode="json")) if trail.report else None}


def _storable(value: Any) -> Any:
    """The same with every text as PostgreSQL takes it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _storable(each) for name, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, list | tuple) else value


def report_of(row: RowMapping | Mapping[str, Any]) -> Report | None:
    """The report of a turn's row."""
    return _report(row["report"]) if row["report"] else None


def _report(kept: Mapping[str, Any]) -> Report:
    """A report as it was kept. An offer of an earlier version may have had words for a model in the place of an errand:
    a click on it finds that it can't be done any more."""
    groups = [{**group, "offers": list(map(_offer, group["offers"]))} for group in kept["groups"]]
    return Report.model_validate({**kept, "groups": groups, "offers": list(map(_offer, kept["offers"]))})


def _offer(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "asks"} | {"errand": kept["errand"] or GONE}


def offer_of(report: Mapping[str, Any] | None, number: int) -> Offer | None:
    """The offer with this number, from 0, of a kept report; None when there is none."""
    offers = _report(report).all_offers if report else ()
    return offers[number] if 0 <= number < len(offers) else None


def taken(person: PersonId, turn: TurnId, offer: int) -> Update:
    """Take up the offer with this number, if nobody has."""
    number = literal(offer, Integer)
    own = and_(turns.c.id == turn, turns.c.person == person, turns.c.report.is_not(None))
    free = and_(own, ~(number == any_(turns.c.taken)))
    return update(turns).where(free).values(taken=func.array_append(turns.c.taken, number)).returning(turns)


def begun(person: PersonId, keys: Collection[str]) -> Select[tuple[str]]:
    """Those of some keys that a turn which nobody asked for was begun with: it may have several, each on a line."""
    lines = func.string_to_table(turns.c.key, "\n").table_valued(column("line", Text), name="line")
    unasked = and_(turns.c.person == person, turns.c.key.is_not(None))
    return select(lines.c.line).select_from(turns).join(lines, true()).where(unasked, lines.c.line.in_(keys))
