"""Logs without content, and metrics in a registry of their own."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from app.telemetry import CONTENT, QUIET, Telemetry, configure_logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Logging is the whole process's: leave it as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("key", sorted(CONTENT))
@pytest.mark.parametrize("style", ["json", "console"])
def test_what_people_wrote_never_reaches_a_log(capsys: pytest.CaptureFixture[str], key: str, style: str) -> None:
    configure_logs(level="INFO", style=style)
    structlog.get_logger().info("heard", turn="t1", **{key: "the launch code is swordfish"})
    written = capsys.readouterr().err
    assert "swordfish" not in written
    assert "t1" in written
    assert "heard" in written


def test_a_line_is_one_json_object_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="INFO", style="json")
    structlog.get_logger().warning("late", seconds=3)
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")  # type: ignore[attr-defined]
    assert line == {"event": "late", "level": "warning", "seconds": 3}


def test_the_level_is_kept_by_our_logs_and_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="INFO", style="json")
    structlog.get_logger().debug("unseen")
    for name in QUIET:
        logging.getLogger(name).info("what a library carries")
    assert capsys.readouterr().err == ""


async def test_ids_belong_to_their_own_task(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="INFO", style="json")
    both_bound = asyncio.Barrier(2)

    async def request(name: str) -> None:
        structlog.contextvars.bind_contextvars(request=name)
        await both_bound.wait()
        structlog.get_logger().info("answered", asked=name)

    await asyncio.gather(request("one"), request("two"))
    assert sorted((str(line["request"]), str(line["asked"])) for line in lines(capsys)) == [
        ("one", "one"),
        ("two", "two"),
    ]


def test_metrics_are_counted_apart_from_other_instances() -> None:
    first, second = Telemetry(), Telemetry()
    first.envelopes.labels("kept").inc()
    first.envelopes.labels("duplicate").inc(2)
    first.keeping.observe(0.3)
    first.waiting.labels("turn").set(4)
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(first.render()[0].decode())
        for sample in family.samples
    }
    assert samples["steward_envelopes_total", "kept"] == 1
    assert samples["steward_envelopes_total", "duplicate"] == 2
    assert samples["steward_keeping_seconds_count",] == 1
    assert samples["steward_keeping_seconds_bucket", "0.25"] == 0
    assert samples["steward_keeping_seconds_bucket", "0.5"] == 1
    assert samples["steward_waiting", "turn"] == 4
    assert b'duplicate"' not in second.render()[0]
    assert REGISTRY.get_sample_value("steward_envelopes_total", {"outcome": "kept"}) is None
    assert first.render()[1].startswith("text/plain")
