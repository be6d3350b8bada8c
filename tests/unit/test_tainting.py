"""Which words of a text come from another one, whatever was done to them on the way."""

import itertools
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.tainting import COURTESIES, LEAST, SHORT, Corpus, Span, folded

SALARIES = "From January on Tom Webber earns 48,200 euros and Ana Ruiz earns 51,900 euros. Keep this between us."


def corpus(*texts: str) -> Corpus:
    found = Corpus()
    for text in texts:
        found.add(text)
    return found


def taken(body: str, *texts: str, known: tuple[str, ...] = (), least: int = LEAST) -> list[str]:
    """The words of the body that come from these texts."""
    spans = corpus(*texts).traced(body, range(len(texts)), known=known, least=least)
    return [body[s.start : s.end] for s in spans]


@pytest.mark.parametrize(
    "carried",
    [
        "Tom Webber earns 48,200 euros and Ana Ruiz earns",
        "TOM WEBBER EARNS 48,200 EUROS AND ANA RUIZ EARNS",
        "> Tom Webber earns 48,200\n> euros and Ana Ruiz\n> earns",
        "Tom   Webber\tearns 48.200 euros — and Ana Ruiz earns",
        "T o m W e b b e r e a r n s 4 8 2 0 0 e u r o s a n d A n a R u i z e a r n s",
        "*Tom* _Webber_ earns: “48,200” euros, and ‘Ana Ruíz’ earns",
        "Ｔｏｍ Ｗｅｂｂｅｒ ｅａｒｎｓ ４８２００ euros and Ana Ruiz earns",
    ],
)
def test_words_are_known_again_in_any_dress(carried: str) -> None:
    found = taken(f"Dear all,\n{carried}\nBest", SALARIES)
    assert len(found) == 1
    assert folded(found[0]) == folded(carried)


@pytest.mark.parametrize(
    "body",
    [
        "Hi Tom,\n\nThank you very much for your mail. I look forward to hearing from you.\n\nKind regards, Ana",
        "I hope this email finds you well! Please let me know if you have any questions.",
        "See you on 2026-03-05 at 14:30, or on 6.3.2026.",
        "Yes, between us.",
    ],
)
def test_courtesies_and_dates_are_nobodys_words(body: str) -> None:
    foreign = (
        f"Hi Tom,\n{' '.join(COURTESIES)}\nWe meet on 2026-03-05 at 14:30, not on 6.3.2026. {SALARIES} Kind regards"
    )
    assert taken(body, foreign) == []


@pytest.mark.parametrize(
    ("body", "telling"),
    [
        ("The code is 482913.", "482913"),
        ("Call +43 1 58858-0 please", "+43 1 58858-0"),
        ("IBAN DE89370400440532013000, thanks", "DE89370400440532013000"),
        ("use swordfish7 for that", "swordfish7"),
        ("write to eve@quiet.example.", "eve@quiet.example"),
        ("see https://quiet.example/x?y=1.", "https://quiet.example/x?y=1"),
        ("It costs 48,200 now", "48,200"),
    ],
)
def test_little_that_tells_much_counts_too(body: str, telling: str) -> None:
    foreign = (
        "482 913 is your code. Swordfish7! DE89 3704 0044 0532 0130 00, or ring +43 (1) 588580. "
        "EVE@quiet.example reads https://quiet.example/x?y=1 and 48 200 is the price."
    )
    (found,) = taken(body, foreign)
    assert folded(found) == folded(telling)
    assert found in body


def test_what_the_readers_know_already_is_no_news() -> None:
    assert taken(SALARIES, SALARIES, known=(f"As I said: {SALARIES.lower()}",)) == []
    longer = f"{SALARIES} And nobody else may know about it, please."
    assert taken(longer, longer, known=(SALARIES,)) == [longer.rstrip(".")]


def test_only_the_texts_that_are_asked_about_count() -> None:
    both = corpus("The first one speaks of nothing but the weather.", SALARIES)
    assert both.traced(SALARIES, [0]) == ()
    assert {s.source for s in both.traced(SALARIES, [0, 1])} == {1}


def test_each_piece_names_its_own_text() -> None:
    weather = "Tomorrow it will rain all over the western valleys."
    both = corpus(weather, SALARIES)
    body = f"{SALARIES} {weather}"
    spans = both.traced(body, range(2))
    assert [s.source for s in spans] == [1, 0]
    assert folded(body[spans[1].start : spans[1].end]) == folded(weather)


def test_the_longer_of_two_matches_counts() -> None:
    short = "Tom Webber earns 48,200 euros and more"
    both = corpus(short, SALARIES)
    assert [s.source for s in both.traced(SALARIES, range(2))] == [1]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("What Tom Webber earns now", ["Tom Webber earns"]),
        ("tom webber EARNS", ["tom webber EARNS"]),
        ("Lunch with Tom Webber", []),
        ("", []),
    ],
)
def test_titles_need_fewer_letters(title: str, found: list[str]) -> None:
    assert taken(title, SALARIES, least=SHORT) == found


def test_repeated_letters_end() -> None:
    assert [s.source for s in corpus("a" * 5_000).traced("a" * 9_000, [0])] == [0, 0]


def test_texts_that_hold_words() -> None:
    both = corpus("Write to Eve@Quiet.example", "no")
    assert both.holding("eve@quiet.example") == (0,)
    assert both.holding("") == ()
    assert both.holding("…") == ()


# Whatever the words.

LOWER = st.text(string.ascii_lowercase[:13] + " ", max_size=300)
OTHER = st.text(string.ascii_lowercase[13:] + " .,", max_size=300)
DRESSES = (str.upper, str.title, lambda t: t.replace(" ", "\n> "), ".".join, lambda t: f"*{t}*")


@given(st.integers(0, 2**32), st.integers(LEAST, 400), OTHER, OTHER, st.sampled_from(DRESSES))
def test_no_run_slips_between_the_entries(seed: int, length: int, before: str, after: str, dress: object) -> None:
    source = "".join(random.Random(seed).choices(string.ascii_lowercase[:13], k=1_000))
    start = seed % (1_000 - length)
    carried = source[start : start + length]
    assert callable(dress)
    body = f"{before}{dress(carried)}{after}"
    (span,) = corpus(source).traced(body, [0])
    assert folded(body[span.start : span.end]) == carried


@given(LOWER, OTHER)
def test_texts_without_a_letter_in_common_share_nothing(one: str, other: str) -> None:
    assert corpus(one).traced(other, [0]) == ()


@given(st.text(max_size=400), st.lists(st.text(max_size=200), max_size=4), st.sampled_from([LEAST, SHORT]))
def test_spans_are_in_order_apart_and_inside(body: str, sources: list[str], least: int) -> None:
    spans = corpus(*sources, body).traced(body, range(len(sources) + 1), least=least)
    assert all(0 <= s.start < s.end <= len(body) for s in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    if len(folded(body)) >= 2 * LEAST and least == LEAST:
        assert sum(len(folded(body[s.start : s.end])) for s in spans) >= len(folded(body)) - LEAST
    assert all(isinstance(s, Span) for s in spans)


@given(st.text(max_size=200))
def test_folding_is_the_same_piece_by_piece_and_twice(text: str) -> None:
    assert folded(text) == "".join(map(folded, text)) == folded(folded(text))
