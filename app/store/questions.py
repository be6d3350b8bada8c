"""Questions of turns: how they are kept, and how one of their options is taken."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, Update, and_, exists, func, literal, update

from app.domain.asking import Question
from app.domain.memory import Trail
from app.domain.types import PersonId, TurnId, TurnStatus
from app.store.database import storable
from app.store.tables import turns


def fields_of(trail: Trail) -> dict[str, Any]:
    """What a turn's row keeps of its question, and of what its answer spoke of."""
    question = trail.question
    asked: dict[str, Any] | None = None
    if question:
        texts = {"options": question.options, "hints": question.hints}
        asked = {name: [storable(t) for t in each] for name, each in texts.items()} | {
            "about": storable(question.about)
        }
    listed = [{name: storable(value) for name, value in each.model_dump().items()} for each in trail.listed]
    return {"question": asked, "listed": listed}


def question_of(row: RowMapping | Mapping[str, Any]) -> Question | None:
    """The question of a turn's row."""
    asked = row["question"]
    return Question(**asked, chosen=row["chosen"]) if asked else None


def taken(person: PersonId, turn: TurnId, option: int) -> Update:
    """Take an option, if none was and the person hasn't gone on in the thread."""
    later = turns.alias("later")
    gone_on = exists().where(
        later.c.person == turns.c.person,
        later.c.channel == turns.c.channel,
        later.c.thread == turns.c.thread,
        later.c.ts > turns.c.ts,
        later.c.status != TurnStatus.CANCELLED,
    )
    there = and_(turns.c.question.is_not(None), func.json_array_length(turns.c.question["options"]) > option)
    open_ = and_(turns.c.id == turn, turns.c.person == person, turns.c.chosen.is_(None), there, literal(option) >= 0)
    return update(turns).where(open_, ~gone_on).values(chosen=option).returning(turns)
