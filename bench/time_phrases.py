"""How many phrases of two public corpora mean what the corpora say, by section, and how long one takes.

    python -m bench.time_phrases [file] [--misses]

The file is time_phrases_dev.json (Duckling, BSD-3-Clause; Recognizers-Text, MIT); the default lies beside the
repository in ../shared/data. A meaning counts as exact when kind, bounds and grain agree. The corpora and the product
differ on purpose in one thing, which is not counted as a miss: whether a bound said aloud is the mark itself or the
first moment after it ("9:30-11:00" ends at 11:01 in Duckling and at 11:00 here; "10/1-10/7" ends on the 7th in
Recognizers-Text and on the 8th at midnight here). "Offered" counts the right meaning among the options of an ambiguity.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

from app.planning.phrases import Ambiguous, Duration, Grain, Instant, Interval, Recurrence, resolve
from bench.measuring import Row as Figure
from bench.measuring import Table, percentile
from bench.programs import NotMeasured

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "time_phrases_dev.json"
# Duckling's reference stands two hours west of Greenwich; Recognizers-Text has no zone.
DUCKLING_ZONE, RECOGNIZERS_ZONE = "Etc/GMT+2", "UTC"
_UNITS = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Row = dict[str, Any]


def step(grain: Grain) -> relativedelta:
    """One unit of a grain."""
    if grain is Grain.QUARTER:
        return relativedelta(months=3)
    return relativedelta(**{grain.word + "s": 1})  # type: ignore[arg-type]


def near(ours: datetime | None, theirs: datetime | None, grain: Grain) -> bool:
    """Whether two bounds are the same, or one is the mark and the other the first moment after it."""
    if ours is None or theirs is None:
        return ours is theirs
    unit = step(grain)
    return theirs in (ours, ours + unit, ours - unit)


def agrees_duckling(meaning: object, row: Row) -> bool:
    """Whether a meaning is the one of a Duckling row."""
    expected = row["expected"]
    if expected is None:
        return meaning is None
    if expected["kind"] == "duration":
        return isinstance(meaning, Duration) and (meaning.value, meaning.grain.word) == (
            expected["value"],
            expected["grain"],
        )
    start = datetime.fromisoformat(expected["start"]) if "start" in expected else None
    end = datetime.fromisoformat(expected["end_exclusive"]) if "end_exclusive" in expected else None
    if expected["kind"] == "instant":
        return isinstance(meaning, Instant) and (meaning.start, meaning.grain.word) == (start, expected["grain"])
    if not isinstance(meaning, Interval):
        return False
    if expected["kind"] == "interval":
        return meaning.start == start and near(meaning.end, end, meaning.grain)
    mark = start or end or datetime.fromisoformat(expected["end"])
    bound, other = (meaning.start, meaning.end) if expected["kind"] == "open_after" else (meaning.end, meaning.start)
    return other is None and near(bound, mark, meaning.grain)


def agrees_recognizers(meaning: object, row: Row) -> bool:
    """Whether a meaning is one of the values of a Recognizers-Text row."""
    return any(_agrees_value(meaning, value) for value in row["values"])


def _agrees_value(meaning: object, value: Row) -> bool:
    kind = value["type"]
    if kind == "timerange" and "value" in value:  # "circa 5 in the morning"
        kind = "time"
    if kind == "duration":
        return isinstance(meaning, Duration) and str(meaning.seconds) == value["value"]
    if kind == "set":
        return isinstance(meaning, Recurrence) and _same_set(meaning, value["timex"])
    if kind in {"date", "time", "datetime"}:
        if not isinstance(meaning, Instant) or "value" not in value:
            return False
        wall = meaning.start.replace(tzinfo=None)
        if kind == "date":
            return wall.date().isoformat() == value["value"]
        return (wall.time().isoformat() if kind == "time" else wall.isoformat(" ")) == value["value"]
    return _same_range(meaning, value, kind)


def _same_range(meaning: object, value: Row, kind: str) -> bool:
    """Whether an interval, or the unit an instant names, has the bounds of a value."""
    span = meaning.span() if isinstance(meaning, Instant) else meaning
    if not isinstance(span, Interval):
        return False
    grain = meaning.stated if isinstance(meaning, Instant) else span.grain

    def same(ours: datetime | None, text: str | None) -> bool:
        if ours is None or text is None:
            return ours is text
        wall = ours.replace(tzinfo=None)
        if kind == "timerange":
            wall = datetime.combine(date(2000, 1, 1), wall.time())
            return near(wall, datetime.fromisoformat(f"2000-01-01 {text}"), min(grain, Grain.HOUR)) or (
                text == "23:59:59" and wall.hour == 0
            )
        return near(wall, datetime.fromisoformat(text), grain)

    return same(span.start, value.get("start")) and same(span.end, value.get("end"))


def _same_set(meaning: Recurrence, timex: str) -> bool:
    """Whether a rule says what a TIMEX says, as far as TIMEX can: unit and count, weekday, time of day."""
    rule = dict(part.split("=") for part in meaning.rrule.split(";"))
    if match := re.fullmatch(r"P(\d+)([DWMY])", timex):
        return rule["FREQ"] == _UNITS[match[2]] and rule.get("INTERVAL", "1") == match[1]
    match = re.match(r"XXXX-WXX-(\d)", timex)
    if match and rule.get("BYDAY") != _WEEKDAYS[int(match[1]) - 1]:
        return False
    if match := re.search(r"T(\d\d)(?::(\d\d))?", timex):
        return meaning.start.strftime("%H:%M") == f"{match[1]}:{match[2] or '00'}"
    return True


def judge(row: Row, section: str) -> tuple[str, object, float]:
    """ "exact", "offered" or "missed", the meaning, and the seconds it took."""
    ours = section == "recognizers"
    zone = RECOGNIZERS_ZONE if ours else DUCKLING_ZONE
    at = datetime.fromisoformat(row["reference"] + ("+00:00" if ours else ""))
    agrees = agrees_recognizers if ours else agrees_duckling
    begin = time.perf_counter()
    meaning = resolve(row["span"] if ours else row["text"], at=at, zone=zone)
    spent = time.perf_counter() - begin
    if not isinstance(meaning, Ambiguous):
        return "exact" if agrees(meaning, row) else "missed", meaning, spent
    offered = any(agrees(option, row) for option in meaning.options)
    return "offered" if offered else "missed", meaning, spent


NEGATIVES = "duckling_negatives"
SECTIONS = ("duckling", NEGATIVES, "duckling_durations", "recognizers")
EXACT = 0.90
"""The share that shall mean what the corpora say."""
AT_MOST_MS = 1.0
"""Milliseconds a phrase."""


class Tally:
    """The verdicts by section and kind, and the seconds each phrase took."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.spent: list[float] = []

    def add(self, section: str, row: Row, verdict: str, seconds: float) -> None:
        label = f"{section} {row['type'].partition('.')[2]}" if section == "recognizers" else section
        self.spent.append(seconds)
        for name in {label, section}:
            self.counts[name][verdict] += 1


def verdicts(corpus: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, Row, str, object, float]]:
    """Each phrase with what is made of it: section, row, verdict, meaning, seconds."""
    for section in SECTIONS:
        for row in corpus[section]:
            yield section, row, *judge(row, section)


async def measure(file: Path = DEFAULT) -> Sequence[Table]:
    """The shares by section. Raises NotMeasured without the phrases, which don't belong to the repository."""
    if not file.exists():
        raise NotMeasured(f"the phrases are kept outside the repository, and {file.name} isn't there")
    corpus, tally = json.loads(file.read_text(encoding="utf-8")), Tally()
    for _ in verdicts(corpus):  # what is only slow the first time
        pass
    for section, row, verdict, _, seconds in verdicts(corpus):
        tally.add(section, row, verdict, seconds)
    table = Table(
        "What phrases of time mean",
        "what two public corpora say they mean",
        (f"{len(tally.spent):,} phrases of Duckling's and Recognizers-Text's, one at a time.",),
    )
    table.rows += (_share(name, by) for name, by in sorted(tally.counts.items()))
    mean = sum(tally.spent) / len(tally.spent) * 1e3
    table.rows += (
        Figure("a phrase, mean", "ms", mean, at_most=AT_MOST_MS),
        Figure("a phrase, p99", "ms", percentile(tally.spent, 0.99) * 1e3),
    )
    return [table]


def _share(name: str, by: Mapping[str, int]) -> Figure:
    total, exact = sum(by.values()), by["exact"]
    note = f"{exact} of {total}" + (f", {by['offered']} more offered" if by["offered"] else "")
    if name == NEGATIVES:
        return Figure("no time, and read as one", "phrases", total - exact, at_most=0, note=f"of {total}")
    floor = EXACT if name in SECTIONS else None
    return Figure(name.replace("_", " "), "exact", exact / total, at_least=floor, note=note)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--misses", action="store_true", help="print what is not exact")
    options = parser.parse_args()
    if not options.file.exists():
        sys.exit(f"{options.file} is not there")
    tally = Tally()
    for section, row, verdict, meaning, seconds in verdicts(json.loads(options.file.read_text(encoding="utf-8"))):
        tally.add(section, row, verdict, seconds)
        if options.misses and verdict != "exact":
            expected = row.get("expected", row.get("values"))
            print(f"{verdict}: {row.get('span', row['text'])!r} {expected}\n    {meaning}")
    report(tally.counts, tally.spent)


def report(counts: Mapping[str, Mapping[str, int]], spent: list[float]) -> None:
    for name, by in sorted(counts.items()):
        total = sum(by.values())
        exact, offered = by["exact"], by["offered"]
        print(f"{name:28} {exact:4} of {total:4} exact ({exact / total:6.1%}), {offered} more offered")
    spent.sort()
    mean, high = sum(spent) / len(spent), spent[int(len(spent) * 0.99)]
    print(f"{mean * 1e3:.2f} ms a phrase, 99 % under {high * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
