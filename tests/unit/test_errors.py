"""Every error is a sentence a person can read, and whoever raises it knows all its facts."""

import ast
import string
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import errors
from app.domain.errors import StewardError, Throttled, UnknownReference

ROOT = Path(__file__).parents[2]
FILES = [p for top in ("app", "handlers", "integrations", "jobs") for p in (ROOT / top).rglob("*.py")]
TREES = {p.relative_to(ROOT).as_posix(): ast.parse(p.read_text()) for p in FILES if "embedded" not in p.parts}
"""The embedded servers have a tree of errors of their own, which add their facts themselves."""


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name)


def classes() -> dict[str, tuple[str, str]]:
    """Every error of the product, wherever it is defined: its module and its sentence."""
    found = {"StewardError": ("app/domain/errors.py", StewardError.__doc__ or "")}
    grown = True
    while grown:
        grown = False
        for file, tree in TREES.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and node.name not in found:
                    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                    if bases & found.keys():
                        found[node.name] = (file, ast.get_docstring(node) or "")
                        grown = True
    return found


ERRORS = classes()


def sites() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where errors are made: the place, the class, the facts it is given."""
    for file, tree in TREES.items():
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                given_ = {keyword.arg for keyword in node.keywords if keyword.arg}
                yield f"{file}:{node.lineno}", node.func.id, frozenset(given_)
            elif isinstance(node, ast.Raise) and node.exc is not None and id(node.exc) not in called:
                for name in (n for n in ast.walk(node.exc) if isinstance(n, ast.Name) and n.id in ERRORS):
                    if id(name) not in called:
                        yield f"{file}:{node.lineno}", name.id, frozenset()


SITES = list(sites())


def test_the_errors_and_their_sites_are_found() -> None:
    known = {n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, StewardError)}
    assert known <= ERRORS.keys()
    assert len(ERRORS) > len(known)
    assert len(SITES) > 60


@pytest.mark.parametrize(("place", "name", "facts"), SITES, ids=[f"{place}:{name}" for place, name, _ in SITES])
def test_whoever_raises_it_knows_its_facts(place: str, name: str, facts: frozenset[str]) -> None:
    own = {
        n.name: ast.get_docstring(n) or "" for n in TREES[place.partition(":")[0]].body if isinstance(n, ast.ClassDef)
    }
    assert placeholders(own.get(name, ERRORS[name][1])) <= facts  # two commands may each have their own of a name


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_its_sentence_is_one_for_a_person(name: str) -> None:
    sentence = " ".join(ERRORS[name][1].split())
    if sentence == "{why}":  # says what it is given
        return
    assert sentence[0].isupper() or sentence[0] in "{`"
    assert sentence.rstrip("`")[-1] in ".!}" or "ollama pull" in sentence
    for technical in ("exception", "traceback", "null", "None", "stack", "error code"):
        assert technical not in sentence


@pytest.mark.parametrize("name", sorted(n for n, (file, _) in ERRORS.items() if file == "app/domain/errors.py"))
def test_it_formats_with_its_facts(name: str) -> None:
    kind: Any = getattr(errors, name)
    numbers = {"length": 12_345, "limit": 10_000, "seconds": 7}
    facts: dict[str, Any] = {f: numbers.get(f, f"<{f}>") for f in placeholders(kind.__doc__)}
    if issubclass(kind, Throttled):
        facts["retry_after"] = timedelta(seconds=1)
    failure = kind(**facts)
    assert failure.code == ("error" if kind is StewardError else name)
    assert str(failure) == failure.sentence
    assert "\n" not in failure.sentence
    assert "{" not in failure.sentence
    assert all(str(numbers.get(f, f"<{f}>"))[:2] in failure.sentence for f in placeholders(kind.__doc__))


@given(st.text())
def test_a_fact_is_never_taken_for_a_template(text: str) -> None:
    assert UnknownReference(what="thread", ref=text).sentence.count(f'"{text}"') == 1


def test_a_busy_provider_says_how_long() -> None:
    assert Throttled(provider="Gmail", retry_after=timedelta(seconds=9)).retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("name", sorted(n for n, (file, _) in ERRORS.items() if file == "app/domain/errors.py"))
def test_no_error_is_there_for_nothing(name: str) -> None:
    """Raised somewhere, or the parent of what is."""
    defined = (node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    parents = {base.id for node in defined for base in node.bases if isinstance(base, ast.Name)}
    assert name in parents | {kind for _, kind, _ in SITES}
