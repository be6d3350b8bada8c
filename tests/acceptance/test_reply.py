"""The walk of a reply: exactly the approved bytes, to exactly these people, in its thread, once."""

from email.message import EmailMessage
from email.parser import Parser
from email.policy import default
from email.utils import getaddresses

from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.people import Person
from tests.acceptance.stand_ins import Mail


async def conversation(house: House, account: str, *letters: EmailMessage) -> str:
    """These mails arrive one after the other; the thread they are in."""
    threads = {(await house.google.deliver(account, letter.as_string()))["thread"] for letter in letters}
    (thread,) = threads
    return str(thread)


async def sent_in(house: House, account: str, thread: str) -> list[Mail]:
    return [m for m in (await house.google.mails(account)).values() if m.thread == thread and "SENT" in m.labels]


async def drafts(house: House, account: str) -> list[Mail]:
    return [m for m in (await house.google.mails(account)).values() if m.draft]


def addresses(value: str) -> list[str]:
    return [email for _, email in getaddresses([value])]


async def test_a_reply_goes_out_in_its_thread(house: House, alex: Person) -> None:
    work = alex.accounts[0]
    first = mail(sender="Ottilie Brandt <ottilie@brandt-glas.example>", to=work, subject="Glass for the lab")
    second = mail(
        sender="Ottilie Brandt <ottilie@brandt-glas.example>",
        to=work,
        cc="karl@brandt-glas.example",
        subject="Re: Glass for the lab",
        answers=[first["Message-ID"]],
    )
    thread = await conversation(house, work, first, second)
    mark = await house.google.mark()
    card = (await alex.ask('Respond to Ottilie Brandt\'s last email with "The panes fit."')).card

    assert card.kind == "SendReply"
    assert card.lines[0] == "Send a reply"
    assert f"Account work · {work}" in card.lines
    assert "Subject Re: Glass for the lab" in card.lines
    assert "To Ottilie Brandt <ottilie@brandt-glas.example> · in this thread" in card.lines
    assert not any("karl" in line for line in card.lines)
    assert "The panes fit." in card.text
    assert card.offers == ["Send", "Edit", "Reject"]
    assert await house.google.commits(mark) == []

    done = await alex.approve(card)
    assert done.status == "done"
    assert "✅ Sent to Ottilie Brandt <ottilie@brandt-glas.example>" in done.lines
    assert f"From {work}" in done.lines
    assert thread in done.text
    assert done.offers == []  # what is sent can't be brought back

    (sent,) = await sent_in(house, work, thread)
    assert addresses(sent.header("To")) == ["ottilie@brandt-glas.example"]
    assert sent.header("Cc") == ""
    assert sent.header("Bcc") == ""
    assert addresses(sent.header("From")) == [work]
    assert sent.header("Subject") == "Re: Glass for the lab"
    assert sent.header("In-Reply-To") == second["Message-ID"]
    assert sent.header("References").split() == [first["Message-ID"], second["Message-ID"]]
    assert sent.header("X-Steward-Action") == card.id
    shown = card.text[card.text.index("Hi ") : card.text.index("🔹")].strip()
    assert sent.text.splitlines() == shown.splitlines()
    assert await drafts(house, work) == []
    left = [m for m in await house.google.outbox() if m["subject"] == "Re: Glass for the lab"]
    assert [m["to"] for m in left] == ["ottilie@brandt-glas.example"]
    raw = Parser(policy=default).parsestr(left[0]["raw"])
    assert raw["Message-ID"] == sent.header("Message-ID")


async def test_reply_all_reaches_everybody_but_oneself(house: House, alex: Person) -> None:
    work, home = alex.accounts
    letter = mail(
        sender="Sam Carter <sam.carter@larkspur.example>",
        to=f"{work}, Tomás Herrera <tomas.herrera@larkspur.example>",
        cc=f"Yuki Tanaka <yuki.tanaka@larkspur.example>, {home}",
        subject="Umbrella stand",
    )
    thread = await conversation(house, work, letter)
    card = (await alex.ask("Reply all to the umbrella stand thread: I vote for the blue one.")).card
    done = await alex.approve(card)
    assert done.status == "done"
    (sent,) = await sent_in(house, work, thread)
    assert addresses(sent.header("To")) == ["sam.carter@larkspur.example"]
    assert sorted(addresses(sent.header("Cc"))) == ["tomas.herrera@larkspur.example", "yuki.tanaka@larkspur.example"]
    left = [m["to"] for m in await house.google.outbox() if m["subject"] == "Re: Umbrella stand"]
    assert sorted(left) == [
        "sam.carter@larkspur.example",
        "tomas.herrera@larkspur.example",
        "yuki.tanaka@larkspur.example",
    ]


async def test_an_address_never_seen_takes_two_clicks(house: House, alex: Person) -> None:
    work = alex.accounts[0]
    letter = mail(
        sender="Ruperta Holm <ruperta@holm-pumps.example>",
        to=work,
        reply_to="orders@unknown-place.example",
        subject="Pump offer",
    )
    thread = await conversation(house, work, letter)
    card = (await alex.ask("Reply to Ruperta Holm's last email: Please send the price list.")).card
    (to,) = [line for line in card.lines if line.startswith("To ") and "orders@unknown-place.example" in line]
    assert "⚠️ never seen before, came from Ruperta Holm’s mail “Pump offer” of" in to
    await alex.click(card, "approve")
    again = await alex.screen.until(
        lambda: alex.now(card) if alex.now(card).offers[:1] == ["Confirm once more"] else None,
        what="the second question",
    )
    assert again.status == "proposed"
    assert await sent_in(house, work, thread) == []
    done = await alex.approve(again)
    assert done.status == "done"
    (sent,) = await sent_in(house, work, thread)
    assert addresses(sent.header("To")) == ["orders@unknown-place.example"]


async def test_a_new_mail_in_the_thread_makes_a_new_card(house: House, alex: Person) -> None:
    work = alex.accounts[0]
    first = mail(sender="Wilma Stein <wilma@stein-saws.example>", to=work, subject="Saw blades")
    thread = await conversation(house, work, first)
    card = (await alex.ask("Reply to Wilma Stein's last email: Yes please, twelve of them.")).card
    second = mail(
        sender="Wilma Stein <wilma@stein-saws.example>",
        to=work,
        subject="Re: Saw blades",
        text="Sorry, only the small ones are left.",
        answers=[first["Message-ID"]],
    )
    await conversation(house, work, second)
    stale = await alex.approve(card)
    assert stale.status == "stale"
    assert "only the small ones are left" in stale.text
    assert await sent_in(house, work, thread) == []
    assert await drafts(house, work) == []
    renewed = await alex.screen.until(
        lambda: next((c for c in alex.cards(card.thread) if c.status == "proposed"), None), what="the new card"
    )
    done = await alex.approve(renewed)
    assert done.status == "done"
    (sent,) = await sent_in(house, work, thread)
    assert sent.header("In-Reply-To") == second["Message-ID"]
    assert sent.header("References").split() == [first["Message-ID"], second["Message-ID"]]


async def test_reject_sends_nothing(house: House, alex: Person) -> None:
    work = alex.accounts[0]
    letter = mail(sender="Ewald Prinz <ewald@prinz-tea.example>", to=work, subject="Tea samples")
    await conversation(house, work, letter)
    mark = await house.google.mark()
    card = (await alex.ask("Reply to Ewald Prinz's last email: No thank you.")).card
    await alex.click(card, "reject")
    await alex.until_shows(card, "rejected")
    assert await house.google.commits(mark) == []
    assert await drafts(house, work) == []
