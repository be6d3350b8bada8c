"""Rules for how far something is moved from where it is: half an hour earlier, back by two days, an hour later."""

from __future__ import annotations

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.times import Context, Length
from app.planning.phrases.values import Shift

rule = GRAMMAR.rule
# "Forward", "ahead" and "30 minutes back" are left out: they are said for both ways.
_BEFORE = "planned|scheduled|before|originally"


@rule(
    "by? LENGTH later",
    f"by? LENGTH later than {_BEFORE}",
    "later by LENGTH",
    "back by? LENGTH",
    "push|pushed|move|moved it? back by? LENGTH",
    "push|pushed|delay|delayed|postpone|postponed it? by LENGTH",
    "delay|delayed|postpone|postponed it? LENGTH",
    "+ LENGTH",
)
def later(context: Context, length: Length) -> Shift:
    del context
    return Shift(length.parts, 1)


@rule(
    "by? LENGTH earlier|sooner",
    f"by? LENGTH earlier|sooner than {_BEFORE}",
    "earlier|sooner by LENGTH",
    "bring|brought it? forward by? LENGTH",
    "- LENGTH",
)
def earlier(context: Context, length: Length) -> Shift:
    del context
    return Shift(length.parts, -1)
