"""Who a reply goes to, and what it is called."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.types import Address, Email
from app.planning.replies import recipients, subject
from tests.unit.desk_world import mail

OWN = {"ann@example.com", "ann.private@example.net"}


def people(*emails: str) -> tuple[Address, ...]:
    return tuple(Address(email=e) for e in emails)


def answered(**fields: Any) -> Email:
    given_: dict[str, Any] = {"sender": Address(email="carol@example.org"), "to": people("ann@example.com")} | fields
    return mail(**given_).email


def emails(found: tuple[tuple[Address, ...], tuple[Address, ...]]) -> tuple[list[str], list[str]]:
    return [a.email for a in found[0]], [a.email for a in found[1]]


@pytest.mark.parametrize(
    ("mail_", "alone", "everyone"),
    [
        (answered(), (["carol@example.org"], []), (["carol@example.org"], [])),
        (
            answered(to=people("ann@example.com", "dan@example.org"), cc=people("eve@example.org")),
            (["carol@example.org"], []),
            (["carol@example.org"], ["dan@example.org", "eve@example.org"]),
        ),
        (
            answered(reply_to=people("desk@example.org"), cc=people("carol@example.org")),
            (["desk@example.org"], []),
            (["desk@example.org"], ["carol@example.org"]),
        ),
        (  # one's own mail goes where it went
            answered(
                sender=Address(email="Ann@Example.com"), to=people("dan@example.org"), cc=people("eve@example.org")
            ),
            (["dan@example.org"], []),
            (["dan@example.org"], ["eve@example.org"]),
        ),
        (  # to oneself alone: nobody is left
            answered(sender=Address(email="ann@example.com"), to=people("ann.private@example.net")),
            ([], []),
            ([], []),
        ),
        (  # nobody twice, whatever the case
            answered(
                to=people("CAROL@example.org", "dan@example.org", "Dan@example.org"), cc=people("dan@EXAMPLE.org")
            ),
            (["carol@example.org"], []),
            (["carol@example.org"], ["dan@example.org"]),
        ),
        (answered(sender=Address(email="")), ([], []), ([], [])),
    ],
)
def test_a_reply_goes_to(
    mail_: Email, alone: tuple[list[str], list[str]], everyone: tuple[list[str], list[str]]
) -> None:
    assert emails(recipients(mail_, OWN, everyone=False)) == alone
    assert emails(recipients(mail_, OWN, everyone=True)) == everyone


ADDRESS = st.builds(lambda n, upper: f"{'P' if upper else 'p'}{n}@example.org", st.integers(0, 6), st.booleans())
LIST = st.lists(ADDRESS.map(lambda e: Address(email=e)), max_size=6).map(tuple)


@given(sender=ADDRESS, to=LIST, cc=LIST, reply_to=LIST, own=st.sets(ADDRESS, max_size=3), everyone=st.booleans())
def test_nobody_gets_it_twice_and_oneself_never(sender: str, own: set[str], *, everyone: bool, **lists: Any) -> None:
    mail_ = answered(sender=Address(email=sender), **lists)
    to, cc = recipients(mail_, own, everyone=everyone)
    reached = [a.email.lower() for a in (*to, *cc)]
    assert len(reached) == len(set(reached))
    assert not set(reached) & {o.lower() for o in own}
    named = {a.email.lower() for a in (mail_.sender, *mail_.to, *mail_.cc, *mail_.reply_to)}
    assert set(reached) <= named
    if not everyone:
        assert cc == ()


@pytest.mark.parametrize(
    ("of", "called"),
    [
        ("Lunch", "Re: Lunch"),
        ("Re: Lunch", "Re: Lunch"),
        ("RE: Lunch", "RE: Lunch"),
        ("Re: Re: Lunch", "Re: Re: Lunch"),
        ("Fwd: Lunch", "Re: Fwd: Lunch"),
        ("Regarding lunch", "Re: Regarding lunch"),
        ("two\r\n lines", "Re: two lines"),
        ("", "Re: "),
    ],
)
def test_a_reply_is_called(of: str, called: str) -> None:
    assert subject(of) == called


@given(st.text())
def test_a_subject_is_one_line_and_answered_once(of: str) -> None:
    made = subject(of)
    assert len(made.splitlines()) == 1
    assert made.lower().startswith("re:")
    assert subject(made) == " ".join(made.split()) or not of.split()
