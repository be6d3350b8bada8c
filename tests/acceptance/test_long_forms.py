"""Forms of many mails: who wrote them is read once from Google, whichever process the form comes back to."""

import re

from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.people import Card, Json, Person
from tests.acceptance.test_forms import form, the_new_one
from tests.acceptance.waiting import until

MANY = 230
"""More than a card looks at before it is shown."""
LISTED = 5
"""Mails on the card."""
MARK = "Gazette of the house"
KEPT, LEFT_OUT = "news@gazette.example", "adverts@gazette.example"


async def proposed(house: House, person: Person) -> tuple[Card, dict[str, str]]:
    """A card of many mails, and who wrote each; every tenth is from whom the person will leave out."""
    account, sent = person.accounts[0], {}
    for n in range(MANY):
        sender = KEPT if n % 10 else LEFT_OUT
        letter = mail(sender=f"{MARK} <{sender}>", to=account, subject=f"Issue {n}")
        sent[str((await house.google.deliver(account, letter.as_string()))["id"])] = sender
    ask = f"Please see to the {MARK}"
    call = calls("change_mail", do="archive", sender=MARK, account="work")
    await house.models.script(call, {"content": "A card is ready."}, match=ask)
    return (await person.ask(ask)).card, sent


async def filled(person: Person, card: Card) -> Json:
    """The form with every sender in it."""
    await form(person, card)

    async def counted() -> Json | None:
        (view,) = (await person.page.get("views", user=person.user))["modals"]
        return dict(view) if any(b["block_id"] == "senders:0" for b in view["blocks"]) else None

    return await until(counted, what="the form with the senders")


async def left_out(person: Person, view: Json) -> Json:
    """What Slack says to a form in which the senders were chosen."""
    (block,) = [b for b in view["blocks"] if b["block_id"] == "senders:0"]
    chosen = [o for o in block["element"]["options"] if o["value"] == LEFT_OUT]
    state = {"senders:0": {block["element"]["action_id"]: {"selected_options": chosen}}}
    return dict(await person.page.post("submit", view_id=view["id"], state={"values": state}))


async def read_since(house: House, mark: int, sent: dict[str, str]) -> int:
    """How often Google was asked for one of these mails since."""
    asked = await house.google.get("log", since=mark, kind="request")
    found = [re.search(r"/messages/([^/]+)$", entry["path"]) for entry in asked if entry["method"] == "GET"]
    return sum(match is not None and match[1] in sent for match in found)


async def check(house: House, person: Person, new: Card, sent: dict[str, str]) -> None:
    """Exactly the mails of the others are archived."""
    assert (await person.approve(new)).status == "done"
    labels = {i: m.labels for i, m in (await house.google.mails(person.accounts[0])).items() if i in sent}
    assert {i for i, has in labels.items() if "INBOX" in has} == {i for i, who in sent.items() if who == LEFT_OUT}


async def test_senders_are_read_once_although_the_form_comes_back_to_another_process(
    house: House, alex: Person
) -> None:
    card, sent = await proposed(house, alex)
    view = await filled(alex, card)
    await house.kill_app(house.app)
    await house.start_app(house.app)
    mark = await house.google.mark()
    assert await left_out(alex, view) == {}
    new = await the_new_one(alex, card)
    assert await read_since(house, mark, sent) <= LISTED
    await check(house, alex, new, sent)


async def test_what_is_not_known_any_more_is_read_again(house: House, alex: Person) -> None:
    """An operator empties the wake-up server while the form is open."""
    card, sent = await proposed(house, alex)
    view = await filled(alex, card)
    house.flush()
    mark = await house.google.mark()
    assert await left_out(alex, view) == {}
    new = await the_new_one(alex, card)
    assert await read_since(house, mark, sent) >= MANY * 9 // 10 - 200
    await check(house, alex, new, sent)
