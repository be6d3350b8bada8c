"""One try of one wording: from the message over every card to the comparison of what Google holds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.acceptance.workflows import about_mail, about_meetings, about_time
from tests.acceptance.workflows.asking import carried_out
from tests.acceptance.workflows.moment import Moment, Story
from tests.acceptance.workflows.seen import seen

Entry = dict[str, Any]
WORDINGS: list[Entry] = json.loads((Path(__file__).parents[2] / "data" / "workflows.json").read_text("utf-8"))
CHECKS: dict[int, Callable[[Moment], None]] = {
    1: about_mail.summary_and_draft,
    2: about_mail.unread_from_the_manager,
    3: about_mail.promotions_archived,
    4: about_meetings.meeting_with_all_who_wrote,
    5: about_time.slots_for_a_workshop,
    6: about_meetings.tomorrow_is_free,
    7: about_time.focus_of_the_day,
    8: about_mail.unread_by_priority,
    9: about_time.deep_work_blocked,
    10: about_meetings.personal_meetings_at_work,
    11: about_mail.private_mails_forwarded,
    12: about_time.availability_mirrored,
}


def wording(entry: Entry, story: Story) -> str:
    """As the person says it in their world."""
    names = {name: story[name] for name in ("project", "private", "topic")}
    return str(entry["ask"]).format(**names)


async def tried(house: House, person: Person, entry: Entry) -> Moment:
    """The request carried out, with everything before and after it."""
    work, home = person.accounts
    story = house.stories[work]
    people = [one["email"] for one in await house.google.get("accounts")]
    now = datetime.now(UTC)
    before = await seen(house.google, people, now)
    outcome = await carried_out(house, person, wording(entry, story), knowing=Knows(story))
    after = await seen(house.google, people, now)
    return Moment(now, ZoneInfo(person.zone), work, home, story, entry, before, after, outcome)


def check(moment: Moment) -> None:
    CHECKS[moment.entry["workflow"]](moment)


@dataclass(frozen=True)
class Knows:
    """A person who knows their manager and their team."""

    story: Story

    def choose(self, words: str, options: Sequence[str]) -> int | None:
        """The manager, where it is asked who that is; else who is named most often, or the first."""
        manager, team = self.story["manager"], self.story["team"]
        known = (manager["email"], manager["name"].lower(), team["email"], *team["members"])
        of_manager = any(who in words.lower() for who in ("manager", "boss"))
        told = [sum(name in option.lower() for name in (known[:2] if of_manager else known)) for option in options]
        return None if of_manager and not max(told) else told.index(max(told))

    def tell(self, words: str) -> str:
        asked = words.lower()
        if "who is your" in asked or "who's your" in asked:
            return f"My manager is {self.story['manager']['name']} <{self.story['manager']['email']}>"
        if "who is in" in asked or "who belongs" in asked or "who are" in asked:
            return f"The engineering team is {', '.join(self.story['team']['members'])}"
        return ""
