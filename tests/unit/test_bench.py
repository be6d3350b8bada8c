"""The measurements: that their modules load, and that their statistics and verdicts are right."""

import ast
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import time_phrases
from bench.__main__ import COLD, NAMES
from bench.kind import Kind
from bench.measuring import Row, Table, percentile, shown
from bench.programs import ROOT, NotMeasured, environment


@pytest.mark.parametrize("name", [*NAMES, COLD])
def test_every_measurement_can_be_begun(name: str) -> None:
    assert iscoroutinefunction(import_module(f"bench.{name}").measure)


def test_the_references_are_bare() -> None:
    """Nothing of what is measured is part of what it is measured against."""
    tree = ast.parse((ROOT / "bench" / "bare.py").read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "slack_bolt.async_app" in found
    assert not {name.partition(".")[0] for name in found} & {"app", "handlers", "integrations", "jobs", "sandbox"}


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([15, 20, 35, 40, 50], 0.05, 15),  # the example of the nearest-rank method in the literature
        ([15, 20, 35, 40, 50], 0.30, 20),
        ([15, 20, 35, 40, 50], 0.40, 20),
        ([15, 20, 35, 40, 50], 0.50, 35),
        ([15, 20, 35, 40, 50], 1.00, 50),
        (range(1, 101), 0.99, 99),
        ([7], 0.99, 7),
    ],
)
def test_percentiles_are_nearest_ranks(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.floats(0, 1, exclude_min=True))
def test_a_percentile_occurred_and_leaves_no_more_above_than_asked(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("a", "ms", 50.0, at_most=50), "met"),
        (Row("a", "ms", 50.1, at_most=50), "MISSED"),
        (Row("a", "1/s", 2500.0, at_least=2500), "met"),
        (Row("a", "1/s", 2499.0, at_least=2500), "MISSED"),
        (Row("a", "ms", 50.0, 1.0), ""),
        (Row("a", "ms", None, 1.0, at_most=1), ""),
    ],
)
def test_a_target_is_met_up_to_itself(row: Row, verdict: str) -> None:
    assert row.verdict == verdict
    assert Table("t", "r", rows=[row]).kept()["rows"][0]["verdict"] == verdict


def test_a_table_says_what_stands_beside_what() -> None:
    rows = [Row("first sign, p95", "ms", 32.71, 12.0, at_most=100), Row("events", "1/s", 2541.4)]
    text = Table("Signs", "bare Bolt", ("Fifteen rounds.",), rows).printed()
    assert "Reference: bare Bolt" in text
    assert text.splitlines()[-2].split() == ["first", "sign,", "p95", "ms", "32.7", "12.0", "≤", "100.0", "met"]
    assert text.splitlines()[-1].split() == ["events", "1/s", "2,541", "–"]


@pytest.mark.parametrize(
    ("figure", "text"), [(None, "–"), (0.034, "0.03"), (9.96, "9.96"), (10.0, "10.0"), (1e4, "10,000")]
)
def test_figures_have_three_digits(figure: float | None, text: str) -> None:
    assert shown(figure) == text


def test_a_measured_house_gets_no_setting_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    for name in ("SLACK_BOT_TOKEN", "DATABASE_URL", "ENCRYPTION_KEY_FILE"):
        monkeypatch.setenv(name, "someone's")
    env = environment(tmp_path, HTTP_PORT="1")
    assert not {"SLACK_BOT_TOKEN", "DATABASE_URL", "ENCRYPTION_KEY_FILE"} & env.keys()
    assert (env["STEWARD_HOME"], env["HTTP_PORT"]) == (str(tmp_path), "1")


def test_a_scripted_model_names_tools_that_exist() -> None:
    from app.agent.tools import TOOLS, langchain_tool

    kind = Kind("x", "create_event", {"title": "A"}, [])
    (call,) = kind.turns[0]["tool_calls"]
    assert call["function"]["name"] in {langchain_tool(tool).name for tool in TOOLS}


async def test_the_meaning_of_phrases_is_judged_by_section() -> None:
    (table,) = await time_phrases.measure(ROOT / "tests" / "data" / "time_phrases_sample.json")
    judged = {row.what: row for row in table.rows}
    assert {"duckling", "duckling durations", "recognizers"} <= judged.keys()
    assert all(judged[name].at_least == 0.9 for name in ("duckling", "duckling durations", "recognizers"))
    assert (judged["no time, and read as one"].product, judged["no time, and read as one"].at_most) == (0, 0)
    assert {judged[f"a phrase, {what}"].unit for what in ("mean", "p99")} == {"ms"}


async def test_phrases_that_arent_there_are_not_measured(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="time_phrases_dev"):
        await time_phrases.measure(tmp_path / "time_phrases_dev.json")
