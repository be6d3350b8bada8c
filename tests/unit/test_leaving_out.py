"""Archiving all but some senders' mails, as a person asks for it: whoever is named is left out, in every account."""

from typing import Any

import pytest

from app.agent.tools import ChangeMail
from app.domain import actions
from app.domain.actions.bulk import LOOKED_AT
from app.domain.errors import Refusal
from app.domain.types import Address
from tests.unit.desk_world import mail
from tests.unit.test_agent_tools import Table

SHOP = Address(email="news@shop.example", name="Shop News")
BANK = Address(email="post@bank.example", name="Bank")
CLUB = Address(email="info@club.example")


def inbox(*senders: Address, start: int = 0) -> list[Any]:
    return [mail(f"m{n}", sender=sender) for n, sender in enumerate(senders, start=start)]


@pytest.mark.parametrize("name", ["shop", "Shop News", "NEWS@shop.example", "news shop"])
async def test_who_is_named_stays_and_the_card_says_so(name: str) -> None:
    at = Table(*inbox(SHOP, BANK, SHOP))
    await at.use(ChangeMail(do="archive", not_from=[name, " "]))
    assert at.proposed.ids == ("m1",)
    assert ("Left out", "mails from news@shop.example") in [(f.label, f.value) for f in at.proposed.card().fields]
    assert at.proposed.asked(at.now)["not_from"] == ["news@shop.example"]


async def test_also_beyond_the_mails_that_are_looked_at() -> None:
    at = Table(*inbox(*[SHOP] * LOOKED_AT, BANK, CLUB))
    await at.use(ChangeMail(do="archive", not_from=["Bank"]))
    assert set(at.proposed.ids) == {f"m{n}" for n in range(LOOKED_AT)} | {f"m{LOOKED_AT + 1}"}


async def test_a_name_that_nobody_has_proposes_nothing() -> None:
    at = Table(*inbox(SHOP, BANK))
    with pytest.raises(Refusal, match="None of these mails is from Tom"):
        await at.use(ChangeMail(do="archive", not_from=["Bank", "Tom"]))
    assert at.bench.actions == []


async def test_each_account_leaves_out_whom_it_has() -> None:
    at = Table(*inbox(SHOP, BANK), private=tuple(inbox(BANK, CLUB, start=5)))
    await at.use(ChangeMail(do="archive", not_from=["Shop", "club"]))
    assert [(a.ids, a.left_out) for a in at.bench.actions if isinstance(a, actions.ArchiveEmails)] == [
        (("m1",), ("news@shop.example",)),
        (("m5",), ("info@club.example",)),
    ]


async def test_an_account_in_which_nothing_is_left_has_no_card() -> None:
    at = Table(*inbox(SHOP, SHOP), private=tuple(inbox(BANK, start=5)))
    await at.use(ChangeMail(do="archive", not_from=["Shop"]))
    assert at.proposed.ids == ("m5",)
    nothing = Table(*inbox(SHOP))
    assert "nothing" in await nothing.use(ChangeMail(do="archive", not_from=["Shop"]))
