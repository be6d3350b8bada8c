"""A small bottom-up chart parser: rules are word and type patterns, values are typed, the cheapest reading wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, TypeVar

from app.planning.phrases.times import Context, Length, Number, Ordinal, Place, Repeat, Time, Unit, Value
from app.planning.phrases.values import Shift

# What a rule may return: a value, or nothing when it does not apply after all.
Build = Callable[..., Value | None]
Builder = TypeVar("Builder", bound=Build)


@dataclass(frozen=True, slots=True)
class Item:
    """A value (or, with None, a mere word) that covers atoms start to end; `names` are what patterns call it."""

    start: int
    end: int
    names: tuple[str, ...]
    value: Value | None
    cost: float


@dataclass(frozen=True, slots=True)
class Rule:
    build: Build
    cost: float


@dataclass(slots=True)
class Node:
    """A place in the tree of all patterns."""

    below: dict[str, Node] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """A pattern matched so far."""

    start: int
    node: Node
    values: tuple[Value, ...]
    cost: float


def names_of(value: Value) -> tuple[str, ...]:
    """What patterns call a value: its type, and for a time also its kind ("TIME", "CLOCK")."""
    if isinstance(value, Time):
        return ("TIME", value.kind.upper())
    if isinstance(value, Unit):
        return ("LETTER",) if value.short else ("UNIT", "LETTER")
    if isinstance(value, Length) and value.bound:
        return ("BOUND",)
    return (_NAMES[type(value)],)


_NAMES: dict[type[Any], str] = {
    Number: "NUMBER",
    Ordinal: "ORDINAL",
    Length: "LENGTH",
    Place: "PLACE",
    Repeat: "REPEAT",
    Shift: "MOVE",
}


def _alternatives(pattern: str) -> Iterator[tuple[str, ...]]:
    """Every plain pattern of one with `?` (may be missing) and `a|b` (either)."""
    choices = []
    for part in pattern.split():
        optional = part.endswith("?") and len(part) > 1
        words = (part[:-1] if optional else part).split("|")
        choices.append([*words, ""] if optional else words)
    for chosen in product(*choices):
        yield tuple(word for word in chosen if word)


class Grammar:
    """A collection of rules; `rule` is the decorator that adds one."""

    def __init__(self) -> None:
        self.root = Node()
        self.words: set[str] = set()

    def rule(self, *patterns: str, cost: float = 0.0) -> Callable[[Builder], Builder]:
        """Add a rule: lower case is a word, upper case a value that the function gets after the context."""

        def add(build: Builder) -> Builder:
            for pattern in patterns:
                for names in _alternatives(pattern):
                    self._add(names, Rule(build, cost))
            return build

        return add

    def _add(self, names: tuple[str, ...], rule: Rule) -> None:
        node = self.root
        for name in names:
            if not name.isupper():
                self.words.add(name)
            node = node.below.setdefault(name, Node())
        node.rules.append(rule)

    def parse(self, context: Context, length: int, lexical: list[list[Item]]) -> list[Item]:
        """Every value that covers all atoms, cheapest first; `lexical` holds the words by where they end."""
        ending: list[list[Edge]] = [[] for _ in range(length + 1)]
        best: dict[tuple[object, ...], float] = {}
        whole: list[Item] = []
        for end in range(1, length + 1):
            agenda = list(lexical[end])
            while agenda:
                item = agenda.pop()
                if not _better(item, best):
                    continue
                if item.start == 0 and end == length and item.value is not None:
                    whole.append(item)
                for edge in [Edge(item.start, self.root, (), 0.0), *ending[item.start]]:
                    agenda.extend(self._advance(context, edge, item, ending[end]))
        return sorted(whole, key=lambda item: item.cost)

    def _advance(self, context: Context, edge: Edge, item: Item, ending: list[Edge]) -> Iterator[Item]:
        below = edge.node.below
        for name in item.names:
            node = below.get(name)
            if node is None:
                continue
            values = edge.values if item.value is None else (*edge.values, item.value)
            cost = edge.cost + item.cost
            if node.below:
                ending.append(Edge(edge.start, node, values, cost))
            for rule in node.rules:
                try:
                    built = _built(rule, context, values)
                except OverflowError:  # "next 9999 years": beyond the calendar, so the rule does not apply
                    continue
                if built is not None:
                    yield Item(edge.start, item.end, names_of(built), built, cost + 1.0 + rule.cost)


def _built(rule: Rule, context: Context, values: tuple[Value, ...]) -> Value | None:
    """What a rule makes of values; of a time with two readings both, each with what the rule makes of it."""
    torn = [value for value in values if isinstance(value, Time) and value.alternative]
    if not torn:
        return rule.build(context, *values)
    sure = tuple(replace(value, alternative=None) if value in torn else value for value in values)
    built = rule.build(context, *sure)
    if isinstance(built, Repeat):
        return rule.build(context, *values)
    other = rule.build(context, *(value.alternative if value in torn else value for value in values))
    if not isinstance(built, Time) or not isinstance(other, Time):
        return other if built is None else built
    return None if built.alternative or other.alternative else replace(built, alternative=other)


def _better(item: Item, best: dict[tuple[object, ...], float]) -> bool:
    """Whether no item of the same kind over the same atoms is as cheap; notes it if so."""
    value = item.value
    key: tuple[object, ...] = (item.start, item.end, item.names)
    if isinstance(value, Time):
        key = (*key, value.grain, value.latent, value.known)
    if best.get(key, 1e9) <= item.cost:
        return False
    best[key] = item.cost
    return True
