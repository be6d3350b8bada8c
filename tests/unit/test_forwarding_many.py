"""Forwarding all mails that fit: in as many cards as it takes, from the account that is to send."""

from typing import Any

import pytest

from app.agent.tools import ChangeMail
from app.domain.actions import MAX_FORWARDED, ForwardEmails
from app.domain.errors import UnclearAccount
from app.domain.plans import MAX_ACTIONS
from app.domain.types import MailText
from tests.unit.desk_world import mail
from tests.unit.planner_office import changing, talk
from tests.unit.test_agent_tools import Table

DANA = "dana@example.org"


def many(count: int, start: int = 0) -> list[MailText]:
    return [mail(f"m{n:03}", thread=f"t{n:03}") for n in range(start, start + count)]


async def forwarded(made: Table, **more: Any) -> tuple[Any, list[ForwardEmails]]:
    result = await made.use(ChangeMail(do="forward", words="lunch", to=[DANA], **more))
    return result, [one for one in made.bench.actions if isinstance(one, ForwardEmails)]


async def test_more_than_one_card_can_list_come_in_several() -> None:
    made = Table(*many(MAX_FORWARDED + 7), text=DANA)
    result, cards = await forwarded(made)
    assert [len(card.mails) for card in cards] == [MAX_FORWARDED, 7]
    assert len({m.id for card in cards for m in card.mails}) == MAX_FORWARDED + 7
    assert (len(result["proposed"]), "left_out" in result) == (2, False)


async def test_what_is_more_than_all_cards_of_a_turn_can_list_is_said() -> None:
    made = Table(*many(MAX_FORWARDED * MAX_ACTIONS + 3), text=DANA, private=tuple(many(2, start=900)))
    result, cards = await forwarded(made)
    assert [len(card.mails) for card in cards] == [MAX_FORWARDED] * MAX_ACTIONS
    assert result["left_out"] == "5 more mails fit: ask for the rest afterwards"
    assert made.bench.notes == ["_5 more mails fit: ask for the rest afterwards._"]


async def test_another_account_can_send_what_lies_in_this_one() -> None:
    made = Table(text=DANA, private=tuple(many(2)))
    _, (card,) = await forwarded(made, account="home", send_from="work")
    assert (card.source.name, card.account.name, card.sender.email) == ("home", "work", "ann@example.com")
    again = card.asked(made.now)
    assert (again["send_from"], again["threads"]) == ("work", ["home:t001", "home:t000"])
    made.bench.actions.clear()
    _, (same,) = await forwarded(made, **{k: v for k, v in again.items() if k in ("send_from", "threads")})
    assert same.model_copy(update={"id": card.id}) == card
    with pytest.raises(UnclearAccount):
        await forwarded(made, send_from="holiday")


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        ("forward all emails about lunch to dana@example.org using my work account", {"send_from": "work"}),
        (
            "forward all emails about lunch from personal to dana@example.org, via work",
            {"send_from": "work", "account": "personal"},
        ),
        ("forward all emails about lunch to dana@example.org", {}),
    ],
)
def test_the_planner_names_the_account_that_sends(ask: str, wanted: dict[str, str]) -> None:
    at = talk()
    at.say(ask)
    (call,) = changing(at.calls)
    assert {k: v for k, v in call.items() if k in ("send_from", "account")} == wanted
    assert (call["words"].lower(), call["to"]) == ("lunch", [DANA])


def test_one_mail_is_sent_from_there_too() -> None:
    at = talk()
    at.say("forward Dana's last email to Tom via my personal address")
    assert (at.made("write_mail")["account"], at.made("write_mail")["kind"]) == ("personal", "forward")
