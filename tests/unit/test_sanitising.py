"""Text that others wrote: nothing hidden, nothing obeyed, no link of an attacker."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.sanitising import address, answer, escaped, hidden, urls, visible

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\u202e\u2066\u2069\u200b\u200f\u00ad\ufeff\u2060\u3164\u2800\U000e0041\U000e007f\x00\x1b\r"),
        st.sampled_from("<>&*_`~|[](){}!@#:/\\\"'\n\t"),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("exe\u202egpj.evil", "exegpj.evil"),
        ("pass\u200bword", "password"),
        ("\ufeffbom", "bom"),
        ("tag\U000e0068\U000e0069s", "tags"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u3164b\u2800c\uffa0d\u115fe", "abcde"),
        ("soft\u00adhyphen", "softhyphen"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("naïve Ünal 漢字 مرحبا", "naïve Ünal 漢字 مرحبا"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("private \ue000 use", "private  use"),
        ("pass\u200dword with\u200cin", "password within"),
        ("می\u200c\u200c\u200dخواهم", "می\u200cخواهم"),
        ("❤️\u200d🔥 1\ufe0f\u20e3 ✔︎", "❤️\u200d🔥 1\ufe0f\u20e3 ✔︎"),
        ("no\ufe0fthing 😀\ufe0f\ufe0e\ufe0f", "nothing 😀\ufe0f"),
        ("smug\U000e0155gled\ufe03\u034f\u180b", "smuggled"),
        ("z\u0300\u0301\u0302\u0303\u0304\u0305\u0306a", "z\u0300\u0301\u0302\u0303a"),
        ("e\u0301 ệ Việt", "e\u0301 ệ Việt"),
        ("z\u0300\u0301\u200b\u0302\u0303\u200d\u0304", "z\u0300\u0301\u0302\u0303\u200d"),
    ],
)
def test_what_hides_or_turns_is_taken_away_and_nothing_else(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert hidden(text) is (text != shown)


@given(HOSTILE)
def test_nothing_invisible_survives(text: str) -> None:
    clean = visible(text)
    assert all(c in "\n\t\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn") for c in clean)
    assert visible(clean) == clean
    assert not hidden(clean)
    clean.encode()  # no half of a surrogate pair


@given(HOSTILE)
def test_escaped_text_gives_slack_nothing_to_obey(text: str) -> None:
    shown = escaped(text)
    assert "<" not in shown
    assert ">" not in shown
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann@EXAMPLE.org", "ann@EXAMPLE.org"),
        ("ann@exаmple.org", "ann@exаmple.org (xn--exmple-4nf.org)"),  # a Cyrillic а
        ("ann@münchen.example", "ann@münchen.example (xn--mnchen-3ya.example)"),
        ("ann\u200b@example.org", "ann@example.org"),
        ("ann@" + "x" * 64 + ".org", "ann@" + "x" * 64 + ".org (not a valid address)"),
        ("ann@a..b", "ann@a..b (not a valid address)"),
        ("", ""),
    ],
)
def test_an_address_is_shown_as_it_really_is(email: str, shown: str) -> None:
    assert address(email) == shown


@given(HOSTILE)
def test_any_address_can_be_shown(email: str) -> None:
    assert not hidden(address(email))


TYPED = "look at https://example.com/report?q=1 please"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("See https://example.com/report?q=1.", "See https://example.com/report?q=1."),
        ("See https://evil.example/x?leak=secret now", "See evil.example now"),
        ("HTTPS://Evil.example/?a", "evil.example"),
        ("[Click me](https://evil.example/?q=1)", "Click me (evil.example)"),
        ("[](https://evil.example/?q=1)", "evil.example"),
        ("<https://evil.example/a|your bank>", "&lt;evil.example|your bank&gt;"),
        ("![x](https://evil.example/p.png)", "!x (evil.example)"),
        ("**Done** <!channel> <@U1>", "*Done* &lt;!channel&gt; &lt;@U1&gt;"),
        ("http://user:pw@evil.example:8080/a", "evil.example"),
        ("a & b", "a &amp; b"),
        ("https://", "https://"),
        ("http://[::1", "link"),
        ("0http://evil.example/a!", "0evil.example!"),
        ("ftp://evil.example/a slack://channel?id=1", "evil.example channel"),
        ("[x](evil.example/?q=secret) evil.example?q evil.example#a", "[x](evil.example) evil.example evil.example"),
        ("www.evil.example/x, evil.example:8080/x.", "www.evil.example, evil.example."),
        ("and/or 24.12/25.12 e.g. report.pdf at evil.example", "and/or 24.12/25.12 e.g. report.pdf at evil.example"),
        ("https://exаmple.com/report", "exаmple.com (xn--exmple-4nf.com)"),  # a Cyrillic а
        ("https://example.com/report?q=1&leak=secret", "example.com"),
        ("write to eve@evil.example/x", "write to eve@evil.example/x"),
    ],
)
def test_a_link_survives_only_if_the_person_typed_it(said: str, shown: str) -> None:
    assert answer(said, typed=TYPED) == shown


@given(HOSTILE, st.from_regex(r"https?://[a-z]{1,9}\.example/[a-z?=&#%\[\]()]{0,12}", fullmatch=True), HOSTILE)
def test_no_address_that_a_stranger_wrote_can_be_fetched(before: str, url: str, after: str) -> None:
    shown = answer(f"{before}{url}{after}", typed=TYPED)
    assert not re.search(r"https?://[^\s/]+\.example", shown, re.IGNORECASE)
    assert "<" not in shown


@given(HOSTILE)
def test_any_answer_can_be_shown(said: str) -> None:
    shown = answer(said, typed="")
    assert not hidden(shown)
    assert "<" not in shown
    assert ">" not in shown


def test_the_urls_of_a_text() -> None:
    assert urls("a https://x.example/1, (http://y.example) b") == {"https://x.example/1", "http://y.example"}
    assert urls("no link") == frozenset()
