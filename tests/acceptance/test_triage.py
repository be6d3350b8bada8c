"""Triage over real processes: counts, categories and priorities compared with what Google holds, each mail judged once,
and archived exactly what was shown."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import getaddresses

from sandbox.playing.blocks import buttons
from tests.acceptance.house import House
from tests.acceptance.offers import labels, reported, taken
from tests.acceptance.people import ALEX, TURN, Json, Person, payload
from tests.acceptance.stand_ins import Mail
from tests.acceptance.waiting import until

SORTED = 100
"""Mails that are sorted at once: the newest."""
LINE = re.compile(r"^(?:• )?\S+ (.+?) (?:\(https?://\S+\) )?· (\d+)/10 · (.+?) · (.+?) · (.+)$", re.MULTILINE)
"""A mail in the list: subject, priority, sender, category, reason."""
NEWS, OFFERS = "Newsletters", "Promotions"
RANGES = {
    "Needs you now": range(8, 11),
    "Important to read": range(5, 8),
    "To hand on": range(1, 8),
    "Routine": range(1, 5),
    NEWS: range(2, 3),
    OFFERS: range(1, 2),
    "Suspicious": range(1, 2),
}
"""Every category, and the priorities that go with it."""
SUBJECT = 69
"""Characters of a subject that the list shows of one that is too long, without what says so."""
Row = tuple[str, int, str, str]


async def unread(house: House) -> list[Mail]:
    """What is unread in both inboxes, as many of the newest as are sorted."""
    mails = [m for account in ALEX for m in (await house.google.mails(account)).values()]
    waiting = [m for m in mails if m.labels >= {"INBOX", "UNREAD"}]
    return sorted(waiting, key=lambda m: m.received, reverse=True)[:SORTED]


def title(mail: Mail) -> str:
    return " ".join(mail.header("Subject").split())


def kind(mail: Mail) -> str:
    """Where a mail stands by its labels and headers, as far as they settle it (RFC 2369, RFC 2919, RFC 3834)."""
    if calendars(mail):
        return ""
    if "CATEGORY_PROMOTIONS" in mail.labels:
        return OFFERS
    machine = mail.header("Auto-Submitted").lower() not in ("", "no")
    to_many = mail.header("Precedence").lower() in ("bulk", "list", "junk")
    listed = mail.header("List-Unsubscribe") or mail.header("List-Id")
    return NEWS if machine or to_many or listed else ""


def calendars(mail: Mail) -> bool:
    """Whether a calendar wrote it."""
    return "calendar-notification@" in mail.header("Sender")


async def listed(alex: Person) -> list[Row]:
    """The whole list, page by page."""
    answer = await alex.ask("triage list")
    thread, rows = answer.asked, list(_rows(answer.words))

    def last() -> Json:
        return [m for m in alex.screen.steward(alex.dm, thread) if payload(m, TURN)][-1]

    while more := [label for label in labels(last()) if label.startswith("Show the next")]:
        rows += _rows((await taken(alex, last(), more[0])).words)
    return rows


def _rows(words: str) -> Iterator[Row]:
    for subject, priority, _, category, reason in LINE.findall(words):
        yield subject, int(priority), category, reason


async def test_the_list_is_what_google_holds_and_no_mail_is_judged_twice(house: House, alex: Person) -> None:
    mails = await unread(house)
    rows = await listed(alex)
    assert sorted(s.rstrip("…")[:SUBJECT] for s, *_ in rows) == sorted(title(m)[:SUBJECT] for m in mails)
    assert [priority for _, priority, *_ in rows] == sorted((priority for _, priority, *_ in rows), reverse=True)
    for settled in (NEWS, OFFERS):
        told = sorted(s.rstrip("…")[:SUBJECT] for s, _, category, _ in rows if category == settled)
        assert told == sorted(title(m)[:SUBJECT] for m in mails if kind(m) == settled)
    by_subject = {
        start: [m for m in mails if title(m)[:SUBJECT] == start] for start in {title(m)[:SUBJECT] for m in mails}
    }
    sent = [m for account in ALEX for m in (await house.google.mails(account)).values() if "SENT" in m.labels]
    for subject, priority, category, reason in rows:
        assert priority in RANGES[category], (subject, priority, category)
        mail, *more = by_subject[subject.rstrip("…")[:SUBJECT]]
        if more or kind(mail) or calendars(mail):
            continue
        assert priority >= head(mail, sent) - 1, (subject, priority, reason)
        assert (category != "To hand on") or not named(mail, "To") & set(ALEX)
    asked = len(await house.models.requests())
    again = await alex.ask("triage")
    assert len(await house.models.requests()) == asked
    counts = {name: sum(category == name for _, _, category, _ in rows) for name in RANGES}
    for name, count in counts.items():
        assert (f"{name} ({count})" in again.words) is bool(count), name


def named(mail: Mail, *headers: str) -> set[str]:
    return {address.lower() for _, address in getaddresses([mail.header(name) for name in headers]) if address}


def head(mail: Mail, sent: Sequence[Mail]) -> int:
    """The priority of a mail that a person wrote, by its head alone; what it asks for can only add to it."""
    to, people = named(mail, "To"), named(mail, "To", "Cc")
    since = datetime.now(UTC) - timedelta(days=59)
    wrote = sum(bool(named(mail, "From") & named(m, "To", "Cc")) for m in sent if m.received >= since)
    answered = any(m.thread == mail.thread for m in sent if m.received >= since)
    mine = set(ALEX)
    strange = not wrote and not answered
    return 3 + 2 * (bool(to & mine) and people <= mine) - (not to & mine) + answered + (wrote >= 3) - strange


async def test_it_says_how_far_it_is_while_it_sorts(house: House, alex: Person) -> None:
    for number in range(3):
        await house.google.deliver(ALEX[0], letter(f"Sorting takes a while {number}"))
    since = await house.slack.mark()
    await house.models.hold("/api/chat")
    asked = await alex.say("triage")
    await house.models.until_held()
    await house.models.release()
    answer = await alex.answered(asked)
    assert answer.state == "ended"

    async def told() -> bool:
        said = [str(e) for e in await house.slack.log(since, kind="api")]
        return any(re.search(r"is sorting your mail: \d+ of \d+", each) for each in said)

    await until(told, what="how far the sorting is")


def letter(subject: str, *, to: str = ALEX[0], text: str = "Nothing much.", **headers: str) -> str:
    """A mail from a stranger, a minute ago."""
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = "Una Nova <una@newcomer.example>", to, subject
    found["Date"] = datetime.now(UTC) - timedelta(minutes=1)
    found["Message-ID"] = f"<{abs(hash(subject))}@newcomer.example>"
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found.as_bytes().decode()


async def test_the_button_archives_exactly_what_was_shown(house: House, alex: Person) -> None:
    shown = [m for m in await unread(house) if kind(m) == NEWS]
    report = reported(alex, await alex.ask("triage"))
    label = f"Archive all newsletters ({len(shown)})"
    assert label in [button.text for button in buttons(report)]
    later = "Came after it was shown"
    await house.google.deliver(ALEX[0], letter(later, List_Unsubscribe="<mailto:off@newcomer.example>"))
    answer = await taken(alex, report, label)
    assert {card.kind for card in answer.cards} == {"ArchiveEmails"}
    for card in answer.cards:
        assert (await alex.approve(card)).status == "done"
    now = {m.id: m for account in ALEX for m in (await house.google.mails(account)).values()}
    assert all("INBOX" not in now[mail.id].labels for mail in shown)
    left = [title(m) for m in await unread(house) if kind(m) == NEWS]
    assert later in left
    others = {m.id for m in now.values() if "INBOX" in m.labels}
    assert {m.id for m in shown}.isdisjoint(others)


async def test_what_is_for_others_is_handed_on_to_whom_alex_named(house: House, alex: Person) -> None:
    ben = next(e for e in house.everyone if e.startswith("ben."))
    kept = reported(alex, await alex.ask(f"Hand work on to {ben}"))
    try:
        for number in range(2):
            asked = letter(
                f"Pump {number}", to="rosa@newcomer.example", Cc=ALEX[0], text=f"Can pump {number} be done by today?"
            )
            await house.google.deliver(ALEX[0], asked)
        report = reported(alex, await alex.ask("triage"))
        (label,) = [each for each in labels(report) if each.startswith("Hand on to ")]
        before = set(await house.google.mails(ALEX[0]))
        answer = await taken(alex, report, label)
        cards = [card for card in answer.cards if "Pump" in card.text]
        assert {card.kind for card in answer.cards} == {"ForwardEmails"}
        assert all(ben in card.text and "⚠️" not in card.text for card in answer.cards)
        assert sum(card.text.count("Pump") for card in cards) == 2
        assert set(await house.google.mails(ALEX[0])) == before  # nothing goes before it is approved
        for card in answer.cards:
            assert (await alex.approve(card)).status == "done"
        now = await house.google.mails(ALEX[0])
        sent = [m for ident, m in now.items() if ident not in before and "SENT" in m.labels]
        assert all(named(mail, "To", "Cc") == {ben} for mail in sent)
        words = {line for mail in sent for line in mail.text.splitlines()}
        assert {f"Can pump {number} be done by today?" for number in range(2)} <= words
    finally:
        await taken(alex, kept, next(each for each in labels(kept) if "Undo" in each))
