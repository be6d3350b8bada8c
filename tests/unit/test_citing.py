"""References in answers: known ones are kept for code to link, unknown ones are dropped, the rest is left alone."""

import pytest

from app.agent.citing import MOST, cited, spoken_of
from app.domain.asking import Listed
from app.planning.sanitising import answer

LUNCH = Listed(ref="work:18f3a0", title="Lunch", link="https://mail.example/18f3a0")
CALL = Listed(ref="work:ann@example.com:e1", title="Call", link="https://calendar.example/e1")
OLD = Listed(ref="my home:x1", title="Old")
KNOWN = {each.ref: each for each in (OLD, LUNCH, CALL)}
ACCOUNTS = ("work", "my home")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Carol asks for lunch [work:18f3a0].", "Carol asks for lunch [work:18f3a0]."),
        ("Carol asks for lunch work:18f3a0.", "Carol asks for lunch [work:18f3a0]."),
        ("Carol asks for lunch (work:18f3a0).", "Carol asks for lunch [work:18f3a0]."),
        ("Both [work:18f3a0, work:ann@example.com:e1]", "Both [work:18f3a0] [work:ann@example.com:e1]"),
        ("Both [work:18f3a0; work:nothing]", "Both [work:18f3a0]"),
        ("Invented [work:nothing].", "Invented."),
        ("A list [1] and a note [see below: x].", "A list [1] and a note [see below: x]."),
        ("Longer work:18f3a0b stays", "Longer work:18f3a0b stays"),
        ("At home [my home:x1]", "At home [my home:x1]"),
        ("", ""),
    ],
)
def test_what_is_known_is_bracketed_and_what_is_invented_goes(said: str, kept: str) -> None:
    assert cited(said, KNOWN, ACCOUNTS)[0] == kept


def test_an_answer_speaks_of_what_it_names_in_its_order() -> None:
    assert cited("1. [work:ann@example.com:e1]\n2. [work:18f3a0]", KNOWN, ACCOUNTS)[1] == (CALL, LUNCH)


def test_the_second_one_counts_from_what_was_listed_last() -> None:
    shown, told = (LUNCH, CALL), (OLD, LUNCH)
    assert spoken_of(shown, told, ()) == shown
    assert spoken_of((), told, shown) == told
    assert spoken_of((), (), shown) == shown
    assert spoken_of((CALL,), (CALL,), told) == (*told, CALL)  # "reply to it": the list stands, the link is known
    assert spoken_of((LUNCH,), (), ()) == (LUNCH,)
    many = [Listed(ref=f"work:{n}", title="") for n in range(30)]
    assert spoken_of((), many, ()) == tuple(many[:MOST])


def test_code_makes_the_link_and_nobody_else_does() -> None:
    said = "• Lunch with <Carol> [work:18f3a0]\n• Old [my home:x1]\n• https://evil.example/x [work:18f3a0]"
    shown = answer(said, typed="", sources=(LUNCH, OLD))
    assert shown.splitlines() == [
        "• Lunch with &lt;Carol&gt; <https://mail.example/18f3a0|source>",
        "• Old ",
        "• evil.example <https://mail.example/18f3a0|source>",
    ]
    assert answer("[work:18f3a0]", typed="") == "[work:18f3a0]"
