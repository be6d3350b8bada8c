"""A search by files, exact words, exclusion and several senders: from the tool to the card and back."""

from typing import Any

import pytest

from app.agent.tools import ChangeMail, SearchMail
from app.domain.actions import ArchiveEmails
from app.domain.types import Address, Attachment, MailQuery
from tests.samples import WORK
from tests.unit.desk_world import mail
from tests.unit.planner_office import talk
from tests.unit.test_agent_tools import Table

BEN = Address(email="ben@example.org", name="Ben")


def table() -> Table:
    plan = mail("m2", thread="t2", sender=BEN, text="The plan of the harbour")
    return Table(
        mail("m1", text="Lunch at the harbour?"),
        plan.model_copy(update={"attachments": (Attachment(name="plan.pdf", size=9),)}),
        mail("m3", thread="t3", sender=Address(email="eve@example.org"), text="harbour the of"),
    )


@pytest.mark.parametrize(
    ("filters", "threads"),
    [
        ({"attachment": True}, {"work:t2"}),
        ({"attachment": False}, {"work:t1", "work:t3"}),
        ({"exact_phrase": "of the harbour"}, {"work:t2"}),
        ({"words": "harbour", "without": "plan eve"}, {"work:t1", "work:t3"}),
        ({"sender": "Carol or ben@example.org"}, {"work:t1", "work:t2"}),
    ],
)
async def test_mails_are_narrowed_down(filters: dict[str, Any], threads: set[str]) -> None:
    made = table()
    found = await made.use(SearchMail(**filters))
    assert {row["thread"] for row in found["mails"]} == threads


async def test_a_card_says_it_and_can_be_asked_for_anew() -> None:
    made = table()
    filters = {"attachment": True, "sender": "Ben or Carol"}
    await made.use(ChangeMail(do="archive", **filters))
    asked = made.proposed.asked(made.now)
    assert {name: asked[name] for name in filters} == filters
    worded = made.proposed.query.worded()
    for part in ("with files", "from “Ben or Carol”"):
        assert part in worded


def test_what_was_approved_before_there_were_these_keeps_its_hash() -> None:
    action = ArchiveEmails(account=WORK, query=MailQuery(words="x"), ids=("m1",), samples=())
    assert not {"attachment", "exact_phrase", "without"} & action.model_dump(mode="json")["query"].keys()


@pytest.mark.parametrize(
    "ask",
    [
        "find mails with attachments from Priya",
        "show me all emails from Priya that have an attachment",
        "any unread mail from Priya with files attached?",
    ],
)
def test_the_planner_asks_for_files_as_such(ask: str) -> None:
    at = talk()
    at.say(ask)
    (search,) = [call.args for call in at.calls if call.tool == "search_mail"]
    assert search["attachment"] is True
    assert "attach" not in str(search.get("words", ""))
