"""Who owes whom an answer: the last word counts, and some mail waits for nobody."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.types import Address, Email
from app.planning.owing import debt
from tests.fakes import ManualClock
from tests.samples import WORK
from tests.unit.desk_world import mail

OWN = frozenset({"ann@example.com", "ann@home.example"})
ANN, HOME = Address(email="Ann@Example.com"), Address(email="ann@home.example")
CAROL = Address(email="carol@example.org", name="Carol")
NOW = ManualClock().now()


def one(days: int, sender: Address, *to: Address, **more: Any) -> Email:
    labels = ("SENT",) if sender in (ANN, HOME) else ("INBOX",)
    given = {"labels": labels, "sender": sender, "to": to, "received": NOW - timedelta(days=days)} | more
    return mail(f"m{days}", **given).email


@pytest.mark.parametrize(
    ("mails", "owed"),
    [
        ([one(1, CAROL, ANN)], "by_me"),
        ([one(1, CAROL, HOME)], "by_me"),
        ([one(2, CAROL, ANN), one(1, ANN, CAROL)], "to_me"),
        ([one(1, ANN, CAROL), one(2, CAROL, ANN)], "to_me"),
        ([one(2, ANN, CAROL), one(1, CAROL, ANN)], "by_me"),
        ([one(1, ANN, CAROL)], "to_me"),
        ([one(1, ANN, HOME)], None),
        ([one(1, HOME, ANN)], None),
        ([one(1, CAROL, Address(email="dan@example.org"), cc=(ANN,))], None),
        ([one(1, CAROL, ANN, bulk=True)], None),
        ([one(2, CAROL, ANN), one(1, CAROL, ANN, bulk=True)], None),
        ([one(1, CAROL, ANN, invitation=True)], None),
        ([one(1, ANN, CAROL, invitation=True)], None),
        ([one(2, CAROL, ANN), one(1, CAROL, ANN, invitation=True, bulk=True)], "by_me"),
        ([one(1, Address(email="no-reply@example.org"), ANN)], None),
        ([one(1, Address(email="noreply+x@example.org"), ANN)], None),
        ([one(1, ANN, Address(email="postmaster@example.org"))], None),
        ([one(2, CAROL, ANN), one(1, ANN, CAROL, labels=("DRAFT",))], "by_me"),
        ([one(2, ANN, CAROL), one(1, CAROL, ANN, labels=("TRASH",))], "to_me"),
        ([one(1, CAROL, ANN, labels=("SPAM",))], None),
        ([one(1, Address(email=""), ANN)], None),
        ([], None),
    ],
)
def test_the_last_word_decides(mails: list[Email], owed: str | None) -> None:
    found = debt(mails, OWN)
    assert (found.owed if found else None) == owed


def test_it_says_since_when_and_who_is_to_answer() -> None:
    found = debt([one(3, CAROL, ANN), one(1, ANN, CAROL, HOME)], OWN)
    assert found is not None
    assert (found.since, found.by, found.last.account) == (NOW - timedelta(days=1), (CAROL,), WORK)
