"""Gmail's search language, over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import quote

import pytest

from sandbox.google.gmail import query
from sandbox.google.seed import SeedAccount, SeedMail
from tests.contract.google_world import ADA, BOB, NOW, World, mail, running


def with_attachment(size: int = 3_000_000) -> bytes:
    found = EmailMessage()
    found["From"], found["To"], found["Cc"], found["Subject"] = "Dora <dora@ops.example>", ADA, BOB, "Quarterly figures"
    found["Message-ID"] = "<figures@ops.example>"
    found.set_content("See the attached file.")
    found.add_attachment(b"x" * size, maintype="application", subtype="pdf", filename="Q2 Report.pdf")
    return found.as_bytes()


def mails() -> list[SeedMail]:
    def one(name: str, days: float, *labels: str, text: str = "Hello.", **headers: str) -> SeedMail:
        return SeedMail(mail(name, text, **headers), NOW - timedelta(days=days), labels)

    return [
        one(
            "lunch",
            1,
            "INBOX",
            "UNREAD",
            text="The secret is: a birthday party on the roof",
            sender="Amy <amy@example.com>",
        ),
        one("dinner", 10, "INBOX", "STARRED", text="Crème brûlée with Zoë", sender="Ben <ben@examplex.com>"),
        one("offer", 40, "INBOX", "CATEGORY_PROMOTIONS", text="50% off", List_ID="Deals <deals.shop.example>"),
        one("gone", 5, "TRASH", text="trashed lunch"),
        one("junk", 5, "SPAM", text="spam lunch"),
        one("mine", 3, "SENT", sender=ADA, to=BOB, message_id="<mine@work.example>"),
        one("filed", 400, "Big Project/Sub", "IMPORTANT", text="archived long ago"),
        SeedMail(with_attachment(), NOW - timedelta(days=2), ("INBOX",)),
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("google"), [SeedAccount(ADA, "Ada", "Europe/London", mails())]) as found:
        yield found


EVERYTHING = {"lunch", "dinner", "offer", "mine", "filed", "Quarterly figures"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYTHING),
        ("lunch", {"lunch"}),
        ("lunc", set()),
        ("in:anywhere lunch", {"lunch", "gone", "junk"}),
        ("in:trash", {"gone"}),
        ("in:spam lunch", {"junk"}),
        ("label:trash", {"gone"}),
        ("from:amy", {"lunch"}),
        ("from:example.com", {"lunch"}),
        ("from:exam", set()),
        ("from:amy@example.com", {"lunch"}),
        ("from:(amy OR ben)", {"lunch", "dinner"}),
        ("from:{amy ben}", {"lunch", "dinner"}),
        ("{from:amy from:ben}", {"lunch", "dinner"}),
        ("from:amy OR from:ben", {"lunch", "dinner"}),
        ("from:me", {"mine"}),
        ("to:me subject:lunch", {"lunch"}),
        ("to:bob", {"mine", "Quarterly figures"}),
        ("cc:bob", {"Quarterly figures"}),
        ("subject:(quarterly figures)", {"Quarterly figures"}),
        ('subject:"quarterly figures"', {"Quarterly figures"}),
        ('subject:"figures quarterly"', set()),
        ('"birthday party"', {"lunch"}),
        ('"party birthday"', set()),
        ("creme brulee", {"dinner"}),
        ("ZOË", {"dinner"}),
        ("in:inbox -category:promotions -from:ben", {"lunch", "Quarterly figures"}),
        ("in:inbox -{from:amy from:ben}", {"offer", "Quarterly figures"}),
        ("in:inbox -(from:amy lunch)", {"dinner", "offer", "Quarterly figures"}),
        ("category:promotions", {"offer"}),
        ("in:inbox category:primary", {"lunch", "dinner", "Quarterly figures"}),
        ("is:unread", {"lunch"}),
        ("in:inbox is:read", {"dinner", "offer", "Quarterly figures"}),
        ("is:starred", {"dinner"}),
        ("is:important", {"filed"}),
        ("in:sent", {"mine"}),
        ("label:big-project-sub", {"filed"}),
        ("has:userlabels", {"filed"}),
        ("in:archive", {"filed"}),
        ("has:attachment", {"Quarterly figures"}),
        ("filename:pdf", {"Quarterly figures"}),
        ("filename:report", {"Quarterly figures"}),
        ("filename:repo", set()),
        ("larger:2M", {"Quarterly figures"}),
        ("in:inbox smaller:1k", {"lunch", "dinner", "offer"}),
        ("older_than:30d", {"offer", "filed"}),
        ("older_than:1y", {"filed"}),
        ("newer_than:2m in:inbox", EVERYTHING - {"mine", "filed"}),
        ("after:2026/06/01", {"lunch", "Quarterly figures"}),
        ("before:2026-05-01", {"offer", "filed"}),
        ("before:05/01/2026", {"offer", "filed"}),
        (f"after:{int((NOW - timedelta(days=1, seconds=1)).timestamp())}", {"lunch"}),
        ("rfc822msgid:mine@work.example", {"mine"}),
        ("list:deals.shop.example", {"offer"}),
        ("deliveredto:ada@work.example in:sent", {"mine"}),
        ("secret AROUND 2 birthday", {"lunch"}),
        ("secret AROUND 1 birthday", set()),
        ("birthday AROUND 10 secret", {"lunch"}),
        ("lunch dinner", set()),
        ("lunch OR dinner is:starred", {"dinner"}),
        ("from:", EVERYTHING),
        ("(((lunch", {"lunch"}),
        ("lunch)))", {"lunch"}),
        ('"lunch', {"lunch"}),
        ("older_than:soon", set()),
        ("label:nowhere", set()),
        ("-", EVERYTHING),
    ],
)
def test_finds(world: World, text: str, expected: set[str]) -> None:
    listed = world.gmail("GET", f"messages?q={quote(text)}").get("messages", [])
    kept = {message["id"]: dict(map(tuple, message["headers"]))["Subject"] for message in mailbox(world)}
    assert {kept[message["id"]] for message in listed} == expected


def mailbox(world: World) -> list[dict[str, list[list[str]]]]:
    found: list[dict[str, list[list[str]]]] = world.control(f"mailbox?account={ADA}")["messages"]
    return found


def test_dates_are_midnights_on_the_american_west_coast() -> None:
    class Mail:
        labels: set[str] = set()  # noqa: RUF012
        seconds = datetime(2026, 6, 3, 6, 59, tzinfo=UTC).timestamp()

    assert query.parse("before:2026/06/03", now=0).matches(Mail())  # type: ignore[arg-type]
    Mail.seconds += 60
    assert not query.parse("before:2026/06/03", now=0).matches(Mail())  # type: ignore[arg-type]
    assert query.parse("after:2026/06/03", now=0).matches(Mail())  # type: ignore[arg-type]


def test_a_thousand_brackets_are_no_trouble(world: World) -> None:
    reply = world.api("GET", f"/gmail/v1/users/me/messages?q={'(' * 1000}")
    assert reply.status == 200
