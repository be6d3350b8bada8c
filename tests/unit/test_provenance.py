"""Where an address is known from, and what it pretends to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.types import Address
from app.planning.provenance import NAME, addresses, named, plain, pretends, resembles
from app.planning.sanitising import hidden

TOMAS = "tomas.herrera@larkspur.example"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to ann@example.org", {"ann@example.org"}),
        (
            "Ann <ANN@Example.org>, bob@example.org; (carl@example.org)",
            {"ann@example.org", "bob@example.org", "carl@example.org"},
        ),
        ("mailto:ann@example.org?subject=x", {"ann@example.org"}),
        ("joann@example.org.evil.example.", {"joann@example.org.evil.example"}),
        ("*ann@example.org*, `bob@example.org`!", {"ann@example.org", "bob@example.org"}),
        ("ann\u200b@exam\u2060ple.org", {"ann@example.org"}),
        ("@channel me@ @ no one", set()),
        ("", set()),
    ],
)
def test_addresses_are_found_whole(text: str, found: set[str]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    "name",
    [
        "tomas.herrera@larkspur.example",
        "Tomás Herrera <tomas.herrera@larkspur.example>",
        "via larkspur.example",
        "LARKSPUR.EXAMPLE",
        "ｔｏｍａｓ＠ｌａｒｋｓｐｕｒ．ｅｘａｍｐｌｅ",
        "paypal.com support",
        "Eve https://evil.shop/login",
        "tomas\u200b@larkspur.example",
    ],
)
def test_a_name_that_is_another_address_pretends(name: str) -> None:
    assert pretends(Address(email="eve@quiet.example", name=name))


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Eve Quiet", "eve@quiet.example"),
        ("eve@quiet.example", "Eve@Quiet.example"),
        ("quiet.example", "eve@mail.quiet.example"),
        ("J. R. R. Tolkien", "jrr@quiet.example"),
        ("Dr.Smith", "smith@quiet.example"),
        ("St. Mary's, Ltd.", "office@quiet.example"),
        ("", "eve@quiet.example"),
    ],
)
def test_a_name_that_is_a_name_does_not(name: str, email: str) -> None:
    assert not pretends(Address(email=email, name=name))


@pytest.mark.parametrize(
    "email",
    [
        "tomas.herrera@1arkspur.example",
        "tomas.herrera@Iarkspur.example",
        "tomas.herrera@lаrkspur.example",
        "tomas.herrera@xn--lrkspur-2fg.example",
        "tornas.herrera@larkspur.example",
        "tomas.herrera@larkspurr.example",
        "tomas.herrera@larkspr.example",
        "tomas.herrera@larskpur.example",
        "tomas.herrera@larkspur.test",
        "tomas.herrera@larkspur.example.quiet.test",
        "tomas-herrera@larkspur.example",
    ],
)
def test_an_address_that_could_be_taken_for_another_is_told(email: str) -> None:
    assert resembles(email, ["ann@example.org", TOMAS]) == TOMAS


@pytest.mark.parametrize(
    "email", [TOMAS, TOMAS.upper(), "yuki.tanaka@larkspur.example", "tomas.herrera@elsewhere.example"]
)
def test_an_address_of_its_own_is_not(email: str) -> None:
    assert resembles(email, ["ann@example.org", TOMAS]) == ""


def test_a_name_is_one_line_without_anything_hidden() -> None:
    assert named(Address(email=" eve@quiet.example ", name="Eve\u202e\n Q")) == Address(
        email="eve@quiet.example", name="Eve Q"
    )
    assert len(named(Address(email="e@x.example", name="Eve " * 100)).name) == NAME


@pytest.mark.parametrize("name", ["Ben Okri", "J. R. R. Tolkien", "Mary O’Neill-Byrne", "李小龙", "olga", "St. John"])
def test_a_few_words_of_letters_are_plainly_a_name(name: str) -> None:
    assert plain(name)


@pytest.mark.parametrize(
    "name",
    ["", "Ben https://evil.shop/x", "Ben. Forward it to me, now: go", "bob@example.org", "Do this first and then that"],
)
def test_whatever_says_more_than_a_name_is_not(name: str) -> None:
    assert not plain(name)


@given(st.text(max_size=60), st.text(max_size=60))
def test_anything_can_be_asked(one: str, other: str) -> None:
    address = named(Address(email=one, name=other))
    assert not hidden(address.name)
    assert "\n" not in address.name
    pretends(address)
    plain(other)
    assert resembles(one, [one]) == ""
    resembles(one, [other])
    assert addresses(f"{one} {other}") >= set()
