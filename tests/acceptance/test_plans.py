"""Plans over the whole house: one click for several cards, their order, other cards in their place, and going on."""

import asyncio
from datetime import datetime

from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.people import Card, Person
from tests.acceptance.planning import a_day, an_event, proposed, titled


async def test_one_click_approves_all_but_who_was_never_seen(house: House, alex: Person) -> None:
    day = a_day()
    stranger = mail(sender="Nova <nova@unheard.example>", to=alex.accounts[0], subject="Odd offer", text="Reply to me.")
    stranger["Reply-To"] = "other@elsewhere.example"
    thread = (await house.google.deliver(alex.accounts[0], stranger.as_string()))["thread"]
    steps = (
        an_event("Plan first", day, 9),
        calls("write_mail", kind="reply", thread=f"work:{thread}", body="No, thanks."),
        an_event("Plan last", day, 11),
    )
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the odd plan")
    assert [card.status for card in answer.cards] == ["proposed"] * 3
    assert float(shown.message["ts"]) < min(float(card.ts) for card in answer.cards)
    await shown.until_offers("Approve all (2)", "Reject all")
    assert "Step 2 needs a closer look" in shown.text
    mark = await house.google.mark()
    await shown.click("approve")
    for card in (answer.cards[0], answer.cards[2]):
        await alex.until_shows(card, "done")
    commits = [c for c in await house.google.commits(mark) if "insert" in str(c)]
    assert len(commits) == 2
    assert alex.now(answer.cards[1]).status == "proposed"
    await shown.until_offers()
    assert len(await titled(house, alex, "Plan first")) == len(await titled(house, alex, "Plan last")) == 1
    await alex.click(answer.cards[1], "reject")
    await shown.until_says("rejected")


async def test_many_clicks_for_all_do_it_once(house: House, alex: Person) -> None:
    day = a_day()
    steps = (an_event("Twice one", day, 9), an_event("Twice two", day, 11))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the plan of many clicks")
    await shown.until_offers("Approve all (2)", "Reject all")
    whispers = len(alex.screen.whispers)
    await asyncio.gather(*(shown.click("approve") for _ in range(5)), *(shown.click("reject") for _ in range(5)))
    await alex.screen.until(lambda: len(alex.screen.whispers) >= whispers + 9, what="what the other clicks came to")
    assert set(alex.screen.whispers[whispers:]) == {"These cards are decided already, so the click changed nothing."}
    settled = [await alex.until_shows(card, "done", "rejected") for card in answer.cards]
    assert len({card.status for card in settled}) == 1
    made = len(await titled(house, alex, "Twice one")) + len(await titled(house, alex, "Twice two"))
    assert made == (2 if settled[0].status == "done" else 0)


async def test_cards_decided_one_by_one_in_any_order(house: House, alex: Person) -> None:
    day = a_day()
    steps = (an_event("Loose one", day, 9), an_event("Loose two", day, 11), an_event("Loose three", day, 13))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the loose plan")
    first, second, third = answer.cards
    await alex.approve(third)
    await alex.click(first, "reject")
    await alex.until_shows(first, "rejected")
    await alex.approve(second)
    assert await titled(house, alex, "Loose one") == []
    assert len(await titled(house, alex, "Loose two")) == len(await titled(house, alex, "Loose three")) == 1
    await shown.until_offers()
    for words in ("Loose one”", "rejected", "done"):
        assert words in shown.text


async def test_the_order_is_kept_and_the_rest_skipped_when_a_step_fails(house: House, alex: Person) -> None:
    day = a_day()
    steps = tuple(an_event(f"Chain {n}", day, 8 + 2 * n) for n in range(3))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the chained plan")
    await shown.until_offers("Approve all (3)", "Reject all")
    await house.google.hold("calendar.events.insert", "before")
    await shown.click("approve")
    await house.google.until_held()
    assert [alex.now(card).status for card in answer.cards[1:]] == ["approved", "approved"]
    assert len(await house.google.held()) == 1
    await house.google.release()
    await alex.until_shows(answer.cards[0], "done")
    await alex.until_shows(answer.cards[1], "done")
    await alex.until_shows(answer.cards[2], "done")
    made = [e["start"]["dateTime"] for n in range(3) for e in await titled(house, alex, f"Chain {n}")]
    assert made == sorted(made)
    assert len(made) == 3


async def test_what_comes_after_a_failed_step_is_skipped_and_says_why(house: House, alex: Person) -> None:
    day = a_day()
    steps = tuple(an_event(f"Broken {n}", day, 8 + 2 * n) for n in range(3))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the broken plan")
    await shown.until_offers("Approve all (3)", "Reject all")
    await house.google.turn(fail_next={"calendar.events.insert": {"n": 1, "status": 403, "reason": "forbidden"}})
    await shown.click("approve")
    await alex.until_shows(answer.cards[0], "failed")
    for card in answer.cards[1:]:
        skipped = await alex.until_shows(card, "skipped")
        assert "An earlier step, “Create an event”, wasn't done" in skipped.text
    await shown.until_says("skipped")
    for n in range(3):
        assert await titled(house, alex, f"Broken {n}") == []


async def test_killed_between_two_steps_everything_is_done_once(house: House, alex: Person) -> None:
    day = a_day()
    steps = tuple(an_event(f"Killed {n}", day, 8 + 2 * n) for n in range(3))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the killed plan")
    await shown.until_offers("Approve all (3)", "Reject all")
    await house.google.hold("calendar.events.insert", "after")
    await shown.click("approve")
    await house.google.until_held()
    house.now.kill()
    house.flush()
    await house.google.release(drop=True)
    house.now.start()
    for card in answer.cards:
        await alex.until_shows(card, "done")
    for n in range(3):
        assert len(await titled(house, alex, f"Killed {n}")) == 1
    await shown.until_offers()


async def test_another_time_takes_the_place_of_the_card_from_a_new_thread(house: House, priya: Person) -> None:
    day = a_day()
    card = (await priya.ask(f'Put "Lens review" on my work calendar on {day:%-d %B %Y} at 3pm')).card
    other = await priya.ask("make it 4pm instead")
    assert other.asked != card.thread
    await priya.until_shows(card, "replaced")
    assert "16:00–16:30" in other.card.text
    done = await priya.approve(other.card)
    assert done.status == "done"
    (event,) = await titled(house, priya, "Lens review")
    assert datetime.fromisoformat(event["start"]["dateTime"]).hour == 16


async def test_the_card_that_is_named_is_replaced_and_no_other(house: House, priya: Person) -> None:
    day = a_day()
    ask = f'Put "{{}}" on my work calendar on {day:%-d %B %Y} at {{}}'
    first = (await priya.ask(ask.format("Glass order", "9am"))).card
    second = (await priya.ask(ask.format("Frame fitting", "11am"))).card
    moved = (await priya.ask("move Glass order to 2pm")).card
    await priya.until_shows(first, "replaced")
    assert priya.now(second).status == "proposed"
    assert "Glass order" in moved.text
    assert "14:00" in moved.text
    for card in (moved, second):
        await priya.click(card, "reject")


async def test_a_card_decided_meanwhile_stays_and_the_new_one_says_so(house: House, priya: Person) -> None:
    day = a_day()
    card = (await priya.ask(f'Put "Late change" on my work calendar on {day:%-d %B %Y} at 9am')).card
    await house.models.hold("/api/chat", "before")
    asked = await priya.say("make it 4pm instead")
    await house.models.until_held()
    assert (await priya.approve(card)).status == "done"
    await house.models.release()
    other = await priya.answered(asked)
    assert "has been decided meanwhile" in other.words
    assert priya.now(card).status == "done"
    await priya.click(other.card, "reject")


async def test_the_guests_get_the_link_once_the_event_stands(house: House, priya: Person) -> None:
    work, day = priya.accounts[0], a_day()
    guest = "ines.duarte@pedra.example"
    letter = mail(sender=f"Ines Duarte <{guest}>", to=work, subject="Prisms", text="Shall we meet?")
    await house.google.deliver(work, letter.as_string())
    ask = f'Create an event "Prism talk" with {guest} on {day:%-d %B %Y} at 10:00, then mail the guests its link'
    first = await priya.ask(ask)
    assert first.card.kind == "CreateEvent"
    assert "mail the guests its link" in first.words
    await house.models.turn(keep_bodies=1)
    done = await priya.approve(first.card)
    assert done.status == "done"

    def following() -> Card | None:
        return next((c for c in priya.cards(first.asked) if c.kind == "SendReply"), None)

    card = await priya.screen.until(following, what="the card of the mail")
    (event,) = await titled(house, priya, "Prism talk")
    assert event["htmlLink"] in card.text
    assert guest in card.text
    sent = await priya.approve(card)
    assert sent.status == "done"
    (mailed,) = [m for m in await house.google.outbox() if m["subject"] == "Re: Prisms"]
    assert mailed["to"] == guest
    asked = await house.models.begun()
    assert [text for text in asked if text.startswith("Go on with what I asked before: Create an event")] != []
    assert len([c for c in priya.cards(first.asked) if c.kind == "SendReply"]) == 1


async def test_killed_before_going_on_it_goes_on_once(house: House, priya: Person) -> None:
    """The deed is settled, its card not yet drawn: whoever was to go on is gone, and so is every wake-up."""
    guest, day = "ines.duarte@pedra.example", a_day()
    letter = mail(sender=f"Ines Duarte <{guest}>", to=priya.accounts[0], subject="Lenses", text="Shall we meet?")
    await house.google.deliver(priya.accounts[0], letter.as_string())
    ask = f'Create an event "Lost talk" with {guest} on {day:%-d %B %Y} at 10:00'
    first = await priya.ask(f"{ask}, then mail the guests its link")
    await house.google.hold("calendar.events.insert", "after")
    await priya.click(first.card, "approve")
    await house.google.until_held()
    await priya.until_shows(first.card, "approved")
    await house.slack.hold("chat.update", "before")
    await house.google.release()
    await house.slack.until_held()
    house.now.kill()
    house.flush()
    await house.slack.release(drop=True)
    house.now.start()
    await priya.until_shows(first.card, "done")

    def following() -> list[Card]:
        return [c for c in priya.cards(first.asked) if c.kind == "SendReply"]

    await priya.screen.until(following, what="the card of the mail")
    await priya.ask("What is on my calendar tomorrow?")
    (card,) = following()
    (event,) = await titled(house, priya, "Lost talk")
    assert event["htmlLink"] in card.text
    await priya.click(card, "reject")


async def test_nothing_follows_a_rejected_card(house: House, priya: Person) -> None:
    day = a_day()
    ask = f'Create an event "Never talk" with ines.duarte@pedra.example on {day:%-d %B %Y} at 10:00'
    first = await priya.ask(f"{ask}, then mail the guests its link")
    await priya.click(first.card, "reject")
    await priya.until_shows(first.card, "rejected")
    await priya.ask("What is on my calendar tomorrow?")
    assert len(priya.cards(first.asked)) == 1
