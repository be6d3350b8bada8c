"""Who wrote a mail and whom it went to, from headers in which anything may stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.types import Address
from integrations.mime import addresses, author

EVE = "eve@quiet.example"


def shown(value: str) -> list[tuple[str, str]]:
    return [(a.name, a.email) for a in addresses(value)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ann@example.org", [("", "ann@example.org")]),
        ("Ann Lee <ann@example.org>", [("Ann Lee", "ann@example.org")]),
        ('"Lee, Ann" <ann@example.org>, bob@example.org', [("Lee, Ann", "ann@example.org"), ("", "bob@example.org")]),
        ("Lee, Ann <ann@example.org>", [("Lee, Ann", "ann@example.org")]),
        ("ann@test  . example", [("", "ann@test.example")]),
        ("ann@example.org (Ann Lee)", [("Ann Lee", "ann@example.org")]),
        ("=?utf-8?q?J=C3=B6rg?= <j@example.org>", [("Jörg", "j@example.org")]),
        ("Team: ann@example.org, bob@example.org;", [("", "ann@example.org"), ("", "bob@example.org")]),
        ('"Ann \\"A\\" Lee" <ann@example.org>', [('Ann "A" Lee', "ann@example.org")]),
        (
            "Ann (work <ann@example.org>, Bob <bob@example.org>",
            [("Ann (work", "ann@example.org"), ("Bob", "bob@example.org")],
        ),
        ('Ann " <ann@example.org>, Bob <bob@example.org>', [('Ann "', "ann@example.org"), ("Bob", "bob@example.org")]),
        ("undisclosed-recipients:;", []),
        ("<>", []),
        ("", []),
    ],
)
def test_addresses_with_their_names(value: str, found: list[tuple[str, str]]) -> None:
    assert shown(value) == found


PRETENCES = [
    "boss@corp.example",
    "boss@corp.example <boss@corp.example>",
    "=?utf-8?q?boss=40corp.example?=",
    '"boss@corp.example"',
    "Boss (boss@corp.example)",
    "boss@corp.example,",
    "Boss <boss@corp.example>,",
    'x\\" <boss@corp.example>, \\"',
    "Pay “this” to boss@corp.example at once.",
]


@pytest.mark.parametrize("name", PRETENCES)
def test_nobody_writes_as_the_address_in_their_name(name: str) -> None:
    wrote = author(f"{name} <{EVE}>")
    assert wrote.email == EVE
    assert "boss@corp.example" in wrote.name


@pytest.mark.parametrize("name", [name for name in PRETENCES if "," not in name])
def test_nobody_is_written_to_at_the_address_in_a_name(name: str) -> None:
    assert [a.email for a in addresses(f"{name} <{EVE}>, ann@example.org")] == [EVE, "ann@example.org"]


def test_without_an_address_the_author_is_a_name() -> None:
    assert author("Mail Delivery Subsystem") == Address(email="", name="Mail Delivery Subsystem")
    assert author("") == Address(email="")


@given(st.text(max_size=60).filter(lambda t: "<" not in t and ">" not in t))
def test_whatever_the_name_the_brackets_say_who_wrote(name: str) -> None:
    assert author(f"{name} <{EVE}>").email == EVE


@given(st.text(max_size=80))
def test_any_header_can_be_read(value: str) -> None:
    assert all("@" in a.email for a in addresses(value))
    author(value)
