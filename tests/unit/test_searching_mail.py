"""A search by files, exact words, exclusion and several senders: from the tool to the card and back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.agent.tools import ChangeMail, SearchMail
from app.domain.actions import ArchiveEmails
from app.domain.types import Address, Attachment, MailQuery
from integrations.google.syntax import gmail_query
from tests.fakes import ManualClock
from tests.samples import WORK
from tests.unit.desk_world import mail
from tests.unit.planner_office import SYSTEM, TOOLS, talk
from tests.unit.planner_talk import Json, Talk, World
from tests.unit.test_agent_tools import Table

HOUR = timedelta(hours=1)
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


# Going on, page by page.


async def test_the_pages_of_a_search_hold_every_mail_of_all_accounts_once() -> None:
    now = ManualClock().now()
    here = [mail(f"m{n}", thread=f"t{n}", received=now - 2 * n * HOUR) for n in range(9)]
    there = tuple(mail(f"p{n}", thread=f"p{n}", received=now - (2 * n + 1) * HOUR) for n in range(4))
    made = Table(*here, private=there)
    pages = [await made.use(SearchMail(limit=5, skip=skip)) for skip in (0, 5, 10, 15)]
    assert [(page["total"], page["shown"]) for page in pages] == [(13, 5), (13, 5), (13, 3), (13, 0)]
    listed = [row["thread"] for page in pages for row in page["mails"]]
    both = sorted((*here, *there), key=lambda m: m.email.received, reverse=True)
    assert [ref.partition(":")[2] for ref in listed] == [m.email.thread for m in both]


async def test_open_threads_are_listed_page_by_page_too() -> None:
    now = ManualClock().now()
    made = Table(*(mail(f"m{n}", thread=f"t{n}", received=now - n * HOUR) for n in range(1, 4)))
    pages = [await made.use(SearchMail(owed="by_me", limit=2, skip=skip)) for skip in (0, 2)]
    assert [[row["thread"] for row in page["threads"]] for page in pages] == [["work:t1", "work:t2"], ["work:t3"]]


class Shelf(World):
    """Forty mails, of which as many are listed as is asked for."""

    def _search_mail(self, args: Mapping[str, Any]) -> Json:
        (like,) = super()._search_mail(args)["mails"]
        skip, limit = args.get("skip", 0), args["limit"]
        rows = [{**like, "thread": f"work:{n}", "subject": f"Letter {n}"} for n in range(40)][skip : skip + limit]
        return {"total": 40, "shown": len(rows), "mails": rows}


@pytest.mark.parametrize(
    "more", ["show me more", "more", "More please!", "the next ones", "next page", "next 10", "show me the next mails"]
)
def test_more_is_what_comes_after_the_list_shown_last(more: str) -> None:
    at = Talk(Shelf(), system=SYSTEM, tools=TOOLS)
    at.say("find mails from Dana about the budget")
    first = at.made("search_mail")
    assert "skip" not in first
    for skip in (10, 20):
        answer = at.say(more)
        assert at.made("search_mail") == first | {"skip": skip}
        assert "40 mails, the next 10:" in answer
        assert f"Letter {skip}" in answer


def test_after_the_last_page_there_is_no_other() -> None:
    at = Talk(Shelf(), system=SYSTEM, tools=TOOLS)
    at.say("find mails from Dana about the budget")
    assert [at.say("more").partition("\n")[0] for _ in range(4)][-1] == "There is no mail after those."


# Stars.


@pytest.mark.parametrize("ask", ["show me my starred mails", "list the mails I've starred", "any starred emails?"])
def test_starred_mails_are_asked_for(ask: str) -> None:
    at = talk()
    at.say(ask)
    assert at.made("search_mail")["label"] == "starred"


async def test_starred_mails_are_found() -> None:
    made = Table(mail("m1"), mail("m2", thread="t2", labels=("INBOX", "STARRED")))
    assert [row["thread"] for row in (await made.use(SearchMail(label="starred")))["mails"]] == ["work:t2"]


@pytest.mark.parametrize(
    ("label", "asked"),
    [("starred", "is:starred"), ("Important", "is:Important"), ("A/B", "label:A-B")],
)
def test_stars_are_a_state_to_gmail_and_no_label(label: str, asked: str) -> None:
    assert gmail_query(MailQuery(label=label), "UTC") == asked
