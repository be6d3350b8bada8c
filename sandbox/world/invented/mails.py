"""The conversations of an invented world."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.world.invented import words
from sandbox.world.invented.company import OWNERS, STAFF, Company

Entry = dict[str, Any]
_FILES = ("reforecast.csv", "screens.pdf", "candidates.pdf", "warehouse-contract.pdf")
_LAST_WORKING_DAY, _FIRST_WORKING_DAY = 1, 40
_LAST_DAY, _FIRST_DAY = 2, 70


def conversations(company: Company, chance: random.Random) -> list[Entry]:
    """About the project, the topic and what is private, from managers and partners; some wait for an answer."""
    writer = _Writer(company, chance)
    found = [*writer.about_the_topic(), *writer.with_partners()]
    project = company.stories[OWNERS[0]].project
    found += writer.about_the_project(project)
    for owner in OWNERS:
        found += [*writer.from_the_manager(owner), *writer.in_private(owner)]
    return found


class _Writer:
    """Fills templates with what chance gives."""

    def __init__(self, company: Company, chance: random.Random) -> None:
        self._company = company
        self._chance = chance

    def about_the_project(self, project: str) -> Iterator[Entry]:
        team = [*OWNERS, *self._company.engineers]
        for aspect in self._chance.sample(words.ASPECTS, self._chance.randint(3, 5)):
            people = [*OWNERS, *self._chance.sample(team[2:], 2)]
            posts = self._exchange(people, f"{project} and {aspect}", self._chance.randint(1, 4))
            yield {"subject": f"{project}: {aspect}", "people": people, "label": project, "post": posts}

    def about_the_topic(self) -> Iterator[Entry]:
        topic = self._company.stories[OWNERS[0]].topic
        title = topic[0].upper() + topic[1:]
        wrote = ["finance", *self._chance.sample(STAFF[1:], 2), f"{OWNERS[0]}_manager"]
        posts = self._exchange([*wrote, *OWNERS], f"the {topic}", len(wrote) - 1, senders=wrote)
        yield {"subject": f"{title}: first round", "people": [*wrote, *OWNERS], "starred": True, "post": posts}
        ask = f"One line in the {topic} is yours. {self._chance.choice(words.QUESTIONS)}"
        post = self._post(f"{self._chance.randint(1, 3)}w", "finance", ask)
        yield {"subject": f"{title}: your line", "people": ["finance", OWNERS[0]], "post": [post]}

    def with_partners(self) -> Iterator[Entry]:
        for n, aspect in enumerate(self._chance.sample(words.ASPECTS, 3)):
            owner, partner = OWNERS[n % len(OWNERS)], f"partner_{n}"
            posts = self._exchange([partner, owner], aspect, self._chance.randint(1, 3), ask=n != 1)
            if self._chance.random() < 0.5:
                posts[-1]["attach"] = [self._chance.choice(_FILES)]
            yield {"subject": f"Between us: {aspect}", "people": [partner, owner], "post": posts}
        staff = self._chance.choice(STAFF)
        post = self._post("12w", staff, "This is only for your information; there is nothing to do.")
        yield {"subject": "For the file", "people": [staff, *OWNERS], "archived": True, "post": [post]}

    def from_the_manager(self, owner: str) -> Iterator[Entry]:
        manager = f"{owner}_manager"
        for day, subject in enumerate(("Before I meet the board", "A favour"), start=1):
            text = f"{self._fact()} {self._chance.choice(words.QUESTIONS)}"
            yield {"subject": subject, "people": [manager, owner], "post": [self._post(f"{day}w", manager, text)]}
        read = self._exchange([manager, owner], "your half year", 2, senders=[manager, owner], oldest=15)
        yield {"subject": "Your half year", "people": [manager, owner], "archived": True, "post": read}
        post = self._post(
            f"{self._chance.randint(2, 4)}d", manager, "Not for the office: are you still looking for a flat?"
        )
        yield {"subject": "Privately", "people": [manager, self._company.home(owner)], "post": [post]}

    def in_private(self, owner: str) -> Iterator[Entry]:
        story, home = self._company.stories[owner], self._company.home(owner)
        friends = [f"{owner}_friend", f"{owner}_neighbour"]
        for number in range(self._chance.randint(2, 3)):
            senders = [self._chance.choice([*friends, home]) for _ in range(self._chance.randint(1, 3))]
            senders = [friends[number % 2], *senders, friends[0]]
            lines = [self._filled(self._chance.choice(words.PRIVATE_LINES), story.private) for _ in senders]
            lines[-1] += " " + self._chance.choice(words.PRIVATE_QUESTIONS)
            posts = [
                self._post(day, sender, text)
                for day, sender, text in zip(self._days(len(senders), "d"), senders, lines, strict=True)
            ]
            subject = f"{story.private}: part {number + 1}"
            yield {"subject": subject, "people": [home, *friends], "label": story.private, "post": posts}
        post = self._post("3d", friends[1], "Could you water the plants next week? The key is where it always is.")
        yield {"subject": "The plants", "people": [friends[1], home], "post": [post]}

    def _exchange(
        self,
        people: Sequence[str],
        about: str,
        answers: int,
        *,
        senders: Sequence[str] = (),
        ask: bool = True,
        oldest: int = _LAST_WORKING_DAY,
    ) -> list[Entry]:
        """An opening, answers, and a question at the end if nobody shall have the last word."""
        chosen = list(senders) or [self._chance.choice(people) for _ in range(answers + 1)]
        if ask and not senders:
            chosen[-1] = next(person for person in people if person not in OWNERS)
        opening = self._filled(self._chance.choice(words.OPENINGS), about, fact=self._fact())
        texts = [opening, *(self._filled(self._chance.choice(words.ANSWERS), about) for _ in chosen[1:])]
        if ask:
            texts[-1] += " " + self._chance.choice(words.QUESTIONS)
        days = self._days(len(chosen), "w", latest=oldest)
        return [self._post(day, sender, text) for day, sender, text in zip(days, chosen, texts, strict=True)]

    def _days(self, count: int, unit: str, *, latest: int = 0) -> list[str]:
        """Different days, the oldest first."""
        first, last = (_FIRST_WORKING_DAY, _LAST_WORKING_DAY) if unit == "w" else (_FIRST_DAY, _LAST_DAY)
        found = self._chance.sample(range(max(last, latest), first), count)
        return [f"{day}{unit}" for day in sorted(found, reverse=True)]

    def _post(self, day: str, sender: str, text: str) -> Entry:
        hours = (9, 18) if day.endswith("w") else (17, 23)
        clock = f"{self._chance.randrange(*hours):02d}:{self._chance.randrange(60):02d}"
        return {"at": f"{day} {clock}", "sender": sender, "text": text}

    def _fact(self) -> str:
        fact = self._chance.choice(words.FACTS).replace("{n}", str(self._chance.randint(2, 19)))
        return fact[0].upper() + fact[1:]

    def _filled(self, template: str, about: str, *, fact: str = "") -> str:
        lowered = fact[:1].lower() + fact[1:]
        text = template.replace("{about}", about).replace(": {fact}", f": {lowered}").replace("{fact}", fact)
        text = text.replace("{n}", str(self._chance.randint(2, 9)))
        return text[0].upper() + text[1:]
