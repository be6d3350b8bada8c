"""What a card says of where its recipients and its words come from, on either way to draw it."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.actions import Action
from app.domain.approvals import Status
from app.domain.cards import Origin, Part, Recipient, Taint
from app.domain.types import Address
from integrations.slack.blocks import approval_blocks, plain_fallback
from sandbox.playing.blocks import render
from sandbox.slack.blocks import check
from tests.fakes import ManualClock
from tests.samples import event, message, proposal, reply
from tests.unit.turns import turn_of

NOW = ManualClock().now()
SECRET = "Tom Webber earns 48,200 euros"
SALARIES = Taint(
    part=Part.BODY, text=SECRET, source="Dan’s mail “Salaries” of 1 Mar 2026", readers=("dan@example.org",)
)
OUTSIDER = Recipient(address=Address(email="eve@quiet.example", name="Eve"), role="cc", origin=Origin.TYPED)


def blocks(action: Action, status: Status = Status.PROPOSED) -> list[dict[str, Any]]:
    found = approval_blocks(proposal(action, turn_of(message()), NOW).model_copy(update={"status": status}))
    assert check(found, "message") == []
    return found


def drawn(action: Action) -> str:
    return render({"blocks": blocks(action)})


def plainly(action: Action) -> str:
    found = plain_fallback(proposal(action, turn_of(message()), NOW))
    assert check(found, "message") == []
    return "\n".join(b["text"]["text"] for b in found if b["type"] == "section")


def quoted(action: Action) -> list[tuple[str, bool]]:
    """The pieces of the body with whether they stand out."""
    quotes = [e for b in blocks(action) if b["type"] == "rich_text" for e in b["elements"]]
    pieces = [p for e in quotes if e["type"] == "rich_text_quote" for p in e["elements"]]
    return [(p["text"], p.get("style", {}).get("bold", False)) for p in pieces]


def test_words_from_elsewhere_stand_out_and_say_where_they_come_from() -> None:
    action = reply(Origin.THREAD, body=f"Hello,\n\n{SECRET}. Bye", taints=(SALARIES,))
    assert quoted(action) == [("Hello,\n\n", False), (SECRET, True), (". Bye", False)]
    line = f"⚠️ In bold: “{SECRET}” comes from Dan’s mail “Salaries” of 1 Mar 2026. Not on it: carol@example.org."
    assert line in drawn(action)
    assert line in plainly(action)


def test_words_that_everyone_knows_do_not() -> None:
    known = SALARIES.model_copy(update={"readers": ("carol@example.org",)})
    action = reply(Origin.THREAD, body=SECRET, taints=(known,))
    assert quoted(action) == [(SECRET, False)]
    assert "⚠️" not in drawn(action) + plainly(action)
    more = action.renewed(recipients=(*action.recipients, OUTSIDER))
    assert "Not on it: eve@quiet.example." in drawn(more)


def test_what_was_edited_still_stands_out_where_it_is_left() -> None:
    long = SALARIES.model_copy(update={"text": f"{SECRET} and Ana Ruiz earns 51,900 euros from January on"})
    action = reply(Origin.THREAD, body=f"{SECRET}!", taints=(long,))
    assert quoted(action) == [(SECRET, True), ("!", False)]


def test_titles_and_places_have_lines_of_their_own() -> None:
    taints = tuple(SALARIES.model_copy(update={"part": part}) for part in (Part.TITLE, Part.PLACE))
    action = event(NOW + timedelta(hours=2)).renewed(
        title=SECRET, place=SECRET, taints=taints, viewers=("everyone at example.com",)
    )
    shown = drawn(action)
    for part in ("title", "place"):
        assert f"⚠️ In the {part}: “{SECRET}” comes from Dan’s mail" in shown
    assert "Not on it: everyone at example.com." in shown
    assert "ℹ️ On this calendar it can also be read by everyone at example.com." in shown


def test_a_link_from_nowhere_is_pointed_out() -> None:
    link = Taint(part=Part.BODY, text="https://meet.example/abc", source="")
    action = reply(Origin.THREAD, body="See https://meet.example/abc", taints=(link,))
    assert quoted(action)[-1] == ("https://meet.example/abc", True)
    assert "⚠️ In bold: “https://meet.example/abc” is a link that you didn't type." in drawn(action)
    assert all(piece["type"] != "link" for b in blocks(action) for piece in _elements(b))


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [p for e in block.get("elements", ()) for p in e.get("elements", ())]


def test_of_many_strangers_a_few_are_named() -> None:
    crowd = tuple(
        Recipient(address=Address(email=f"p{n}@example.org"), role="to", origin=Origin.TYPED) for n in range(9)
    )
    assert "p4@example.org and 4 more." in drawn(reply(recipients=crowd, body=SECRET, taints=(SALARIES,)))


@pytest.mark.parametrize(
    ("recipient", "line"),
    [
        (
            Recipient(address=Address(email="ann@example.org", name="Ann"), role="to", origin=Origin.TYPED),
            "Ann <ann@example.org>  · typed by you",
        ),
        (
            Recipient(
                address=Address(email="ann@exаmple.org"), role="to", origin=Origin.CONTACT, evidence="3 mails to them"
            ),
            "<ann@exаmple.org (xn--exmple-4nf.org)>  · someone you write to, 3 mails to them",
        ),
        (
            Recipient(
                address=Address(email="ann@example.org", name="Your boss"),
                role="to",
                origin=Origin.UNSEEN,
                evidence="came from Dan’s mail “Hi” of 1 Mar 2026",
            ),
            "ann@example.org “Your boss”  ⚠️ never seen before, came from Dan’s mail “Hi” of 1 Mar 2026",
        ),
        (
            Recipient(
                address=Address(email="ann@g1ass.example"),
                role="to",
                origin=Origin.THREAD,
                warning="easily taken for ann@glass.example",
            ),
            "ann@g1ass.example  ⚠️ in this thread; easily taken for ann@glass.example",
        ),
    ],
)
def test_a_recipient_is_shown_with_how_they_are_known(recipient: Recipient, line: str) -> None:
    action = reply(recipients=(recipient,))
    assert line in drawn(action)
    assert line.replace("  ", " ") in plainly(action)
    assert action.card().confirmations == (2 if "⚠️" in line else 1)


def test_what_is_sent_is_never_shortened() -> None:
    subject = "Re: " + "x" * 900
    assert subject in drawn(reply(subject=subject))
    assert subject in plainly(reply(subject=subject))


def test_a_card_counts_what_it_says_of_its_words() -> None:
    action = reply(Origin.THREAD, body=SECRET)
    marked = action.renewed(taints=(SALARIES,))
    assert marked.card().length > action.card().length + len(SALARIES.source)
