"""The walk of "Archive all promotional emails older than 30 days": from the message to the receipt, and back."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.people import Person
from tests.acceptance.stand_ins import Mail

ASK = "Archive all promotional emails older than 30 days"


def old_promotions(mails: dict[str, Mail], person: Person) -> list[Mail]:
    """By the calendar of the person's zone, newest first."""
    zone = ZoneInfo(person.zone)
    first_kept = datetime.now(zone).date() - timedelta(days=30)
    found = [
        m
        for m in mails.values()
        if {"INBOX", "CATEGORY_PROMOTIONS"} <= m.labels and m.received.astimezone(zone).date() < first_kept
    ]
    return sorted(found, key=lambda m: m.received, reverse=True)


def without_inbox(mails: dict[str, Mail], chosen: list[Mail]) -> dict[str, frozenset[str]]:
    """The labels of every mail, had exactly these been archived."""
    ids = {m.id for m in chosen}
    return {i: m.labels - {"INBOX"} if i in ids else m.labels for i, m in mails.items()}


def labels(mails: dict[str, Mail]) -> dict[str, frozenset[str]]:
    return {i: m.labels for i, m in mails.items()}


async def test_exactly_these_are_archived_and_brought_back(house: House, alex: Person) -> None:
    before = {account: await house.google.mails(account) for account in alex.accounts}
    answer = await alex.ask(ASK)
    assert len(answer.cards) == 2
    for card, account, name in zip(answer.cards, alex.accounts, ("work", "personal"), strict=True):
        chosen = old_promotions(before[account], alex)
        assert len(chosen) > 5
        assert card.lines[0] == f"Archive {len(chosen)} mails"
        assert f"Account {name} · {account}" in card.lines
        zone = ZoneInfo(alex.zone)
        listed = [f"{m.received.astimezone(zone):%-d %b %Y}" for m in chosen[:5]]
        shown = [line for line in card.lines if any(m.header("Subject") in line for m in chosen[:5])]
        assert [line.rsplit(", ", 1)[1] for line in shown] == listed
        assert [m.header("Subject") for m in chosen[:5]] == [
            line[: len(m.header("Subject"))] for m, line in zip(chosen, shown, strict=False)
        ]
        assert f"… and {len(chosen) - 5} more" in card.lines
        assert card.offers == ["Approve", "Edit", "Reject"]
        assert labels(await house.google.mails(account)) == labels(before[account])

        done = await alex.approve(card)
        assert done.status == "done"
        assert f"✅ Archived {len(chosen)} mails in {name}" in done.lines
        assert done.offers == ["Undo"]
        assert labels(await house.google.mails(account)) == without_inbox(before[account], chosen)

    for card, account in zip(answer.cards, alex.accounts, strict=True):
        await alex.click(alex.now(card), "undo")
        undone = await alex.until_shows(card, "undone")
        count = len(old_promotions(before[account], alex))
        assert f"↩️ {count} mails back in the inbox" in undone.lines
        assert undone.offers == []
        assert labels(await house.google.mails(account)) == labels(before[account])


async def test_what_arrives_after_the_card_is_not_archived(house: House, alex: Person) -> None:
    work = alex.accounts[0]

    async def arrives(number: int) -> str:
        letter = mail(sender="Kiosk Weekly <post@kiosk-weekly.example>", to=work, subject=f"Kiosk {number}")
        return str((await house.google.deliver(work, letter.as_string()))["id"])

    meant = [await arrives(n) for n in range(3)]
    card = (await alex.ask("Archive everything from Kiosk Weekly")).card
    assert card.lines[0] == "Archive 3 mails"
    later = await arrives(3)
    done = await alex.approve(card)
    assert "✅ Archived 3 mails in work" in done.lines
    mails = await house.google.mails(work)
    assert ["INBOX" in mails[i].labels for i in meant] == [False, False, False]
    assert "INBOX" in mails[later].labels


async def test_days_are_those_of_the_persons_zone(house: House, priya: Person) -> None:
    work, zone = priya.accounts[0], ZoneInfo(priya.zone)
    today = datetime.now(zone).date()
    late = datetime.combine(today - timedelta(days=11), time(23, 30), zone)  # in UTC that is the day after
    early = datetime.combine(today - timedelta(days=10), time(0, 30), zone)
    ids = []
    for received in (late, early):
        letter = mail(sender="Night Desk <news@night-desk.example>", to=work, subject="Night news").as_string()
        ids.append((await house.google.post("deliver", account=work, raw=letter, received=received.isoformat()))["id"])
    card = (await priya.ask("Archive everything from Night Desk older than 10 days")).card
    assert card.lines[0] == "Archive 1 mail"
    assert f"Night news Night Desk, {late:%-d %b %Y}" in card.lines
    await priya.approve(card)
    mails = await house.google.mails(work)
    assert ["INBOX" in mails[i].labels for i in ids] == [False, True]


async def test_reject_changes_nothing(house: House, alex: Person) -> None:
    before = {account: labels(await house.google.mails(account)) for account in alex.accounts}
    mark = await house.google.mark()
    answer = await alex.ask(ASK)
    for card in answer.cards:
        await alex.click(card, "reject")
        rejected = await alex.until_shows(card, "rejected")
        assert rejected.offers == ["Say why"]
        assert "✖️ Rejected. Nothing was changed." in rejected.lines
    assert await house.google.commits(mark) == []
    assert {account: labels(await house.google.mails(account)) for account in alex.accounts} == before


async def test_nothing_fits(house: House, alex: Person) -> None:
    answer = await alex.ask("Archive everything from Nobody Inparticular")
    assert answer.state == "ended"
    assert answer.cards == []
