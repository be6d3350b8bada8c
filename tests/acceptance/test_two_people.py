"""Two people with two accounts each ask at once, in turns: every change lands where it belongs, and nowhere else."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.acceptance.workflows.about_mail import check_archived, check_forwarded, mentions
from tests.acceptance.workflows.about_meetings import check_moved
from tests.acceptance.workflows.asking import Outcome, carried_out
from tests.acceptance.workflows.moment import Moment
from tests.acceptance.workflows.seen import seen
from tests.acceptance.workflows.trying import WORDINGS, Knows, wording

ROUNDS = ((3, 11), (11, 10), (10, 3))
"""What the one and the other ask at the same time: archiving, forwarding and moving, each of both."""


async def test_nothing_is_mixed_up(house: House, alex: Person, priya: Person) -> None:
    people, now = (alex, priya), datetime.now(UTC)
    everyone = [*alex.accounts, *priya.accounts, *house.everyone]
    before = await seen(house.google, everyone, now)
    outcomes: dict[str, list[Outcome]] = {person.user: [] for person in people}
    entries = {number: next(e for e in WORDINGS if e["workflow"] == number) for number in (3, 10, 11)}
    for numbers in ROUNDS:
        stories = [house.stories[person.accounts[0]] for person in people]
        asked = (
            carried_out(house, person, wording(entries[number], story), knowing=Knows(story))
            for person, number, story in zip(people, numbers, stories, strict=True)
        )
        for person, outcome in zip(people, await asyncio.gather(*asked), strict=True):
            outcomes[person.user].append(outcome)
    after = await seen(house.google, everyone, now)
    for person in people:
        work, home = person.accounts
        story, (_, _, last) = house.stories[work], outcomes[person.user]
        moment = Moment(now, ZoneInfo(person.zone), work, home, story, entries[3], before, after, last)
        for outcome in outcomes[person.user]:
            assert {card.status for card in outcome.cards} == {"done"}, outcome.all
        check_archived(moment)
        check_forwarded(moment)
        check_moved(moment)
        (other,) = (one for one in people if one is not person)
        strange = [mail for email in other.accounts for mail in after[email].mails.values()]
        assert not [mail for mail in strange if mentions(mail, story["private"])]
