"""The calendars of an invented world: series, tomorrow, the coming week, and what everybody has for themselves."""

from __future__ import annotations

import random
from typing import Any

from sandbox.world.invented import words
from sandbox.world.invented.company import OWNERS, STAFF, Company

Entry = dict[str, Any]
_WORKING_DAYS = ("MO", "TU", "WE", "TH", "FR")
_SERIES_WEEKS = 8


def meetings(company: Company, chance: random.Random) -> list[Entry]:
    """Enough of each kind that every request about time has something to find."""
    found: list[Entry] = []
    for owner in OWNERS:
        planner = _Planner(company, owner, chance)
        found += [*planner.series(), *planner.tomorrow(), *planner.at_home(), *planner.later()]
    for key in (*company.engineers, *STAFF, *(f"{owner}_manager" for owner in OWNERS)):
        days = ",".join(sorted(chance.sample(_WORKING_DAYS, 2), key=_WORKING_DAYS.index))
        entry = _timed(f"{company.cast.contacts[key].first_name}'s hour", key, chance, minutes=60)
        found.append(entry | {"repeat": days, "since": _SERIES_WEEKS, "zone": company.cast.contacts[key].zone})
    return found


def _timed(
    title: str, organizer: str, chance: random.Random, *, minutes: int, guests: list[str] | None = None
) -> Entry:
    clock = f"{chance.randint(9, 15):02d}:{chance.choice((0, 15, 30)):02d}"
    return {"title": title, "organizer": organizer, "guests": guests or [], "at": clock, "minutes": minutes}


class _Planner:
    """One owner's calendars."""

    def __init__(self, company: Company, owner: str, chance: random.Random) -> None:
        self._owner = owner
        self._company = company
        self._chance = chance
        self._zone = company.cast.contacts[owner].zone
        self._titles = iter(chance.sample(words.MEETINGS, len(words.MEETINGS)))
        self._errands = iter(chance.sample(words.ERRANDS, len(words.ERRANDS)))

    def _meeting(self, organizer: str, minutes: int, *guests: str, title: str = "", **more: Any) -> Entry:
        name = title or f"{next(self._titles)} {self._company.cast.contacts[self._owner].first_name}"
        entry = _timed(name, organizer, self._chance, minutes=minutes, guests=list(guests))
        return entry | {"zone": self._zone} | more

    def series(self) -> list[Entry]:
        manager, first = f"{self._owner}_manager", self._company.cast.contacts[self._owner].first_name
        team = "Engineering weekly" if self._owner == OWNERS[1] else "Product weekly"
        guests = ["engineering"] if self._owner == OWNERS[1] else [*STAFF[:2], OWNERS[1]]
        weekly, day = self._chance.sample(_WORKING_DAYS, 2)
        title = f"1:1 {self._company.cast.contacts[manager].first_name} / {first}"
        return [
            self._meeting(self._owner, 45, *guests, title=team, repeat=weekly, since=_SERIES_WEEKS),
            self._meeting(manager, 30, self._owner, title=title, repeat=day, since=_SERIES_WEEKS),
        ]

    def tomorrow(self) -> list[Entry]:
        """Two of one's own, a series, one of somebody else's that overlaps another, one declined, a whole day."""
        engineers, owner = self._company.engineers, self._owner
        mine = self._meeting(owner, self._chance.choice((30, 45, 60)), self._chance.choice(STAFF), day="+1d")
        overlapping = self._meeting(engineers[1], 30, owner, day="+1d", at=mine["at"])
        return [
            mine,
            overlapping,
            self._meeting(owner, 30, *engineers[:2], repeat="tomorrow", since=4),
            self._meeting("design", 30, owner, "legal", day="+1d", responses={owner: "declined"}),
            {"title": "Fair, all day", "organizer": owner, "day": "+1d", "days": 1},
        ]

    def at_home(self) -> list[Entry]:
        home, friend = self._company.home(self._owner), f"{self._owner}_friend"
        days = self._chance.sample(_WORKING_DAYS, 3)
        return [
            self._meeting(home, 45, title=next(self._errands), day=f"next {days[0]}", at="08:00"),
            self._meeting(home, 60, friend, title="Lunch, my turn", day=f"next {days[1]}", at="12:30"),
            self._meeting(friend, 60, home, title="Evening at our place", day=f"next {days[2]}", at="17:45"),
            self._meeting(home, 60, title="Sport", repeat="TU,TH", since=_SERIES_WEEKS, at="18:30"),
            self._meeting(home, 180, title="Club", day="+20d", at="19:00", calendar=f"{self._owner}_club"),
        ]

    def later(self) -> list[Entry]:
        partner = self._chance.choice(["partner_0", "partner_1", "partner_2"])
        away = {"title": "Away", "organizer": self._owner, "kind": "outOfOffice", "day": "+13w"}
        focus = {"title": "Writing", "organizer": self._owner, "kind": "focusTime", "zone": self._zone}
        return [
            self._meeting(
                partner, 60, self._owner, day="+3w", responses={self._owner: "needsAction"}, invited="1w 11:00"
            ),
            away | {"at": "09:00", "minutes": 480, "zone": self._zone},
            focus | {"repeat": self._chance.choice(_WORKING_DAYS), "since": 4, "at": "09:00", "minutes": 90},
        ]
