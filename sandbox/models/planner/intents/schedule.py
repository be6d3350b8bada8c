"""Putting something on the calendar: "set up a 45 min sync with Tom on Friday at 2", "lunch with X at Luigi's"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import MAIL, take_account
from sandbox.models.planner.followups import also_for, correction
from sandbox.models.planner.invitation import Invitation, read_invitation
from sandbox.models.planner.people import ADDRESS, PRONOUNS, display_name, is_relation, names_at, resolve_all
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.times import Moment, take_minutes, take_moment
from sandbox.models.planner.wording import sentence_case

MAILS_LOOKED_AT = 25  # "everyone who emailed about …": as many mails as one search shows
WHEN_ASKED = "When should I put"
_ADDED_GUEST = rx(
    r"^(?:(?:and|also|please|oh)[ ,]+)*(?:add|invite|include|bring(?: in)?|"
    r"with)\s+(?P<names>.+?)(?:\s+(?:too|as well|to (?:it|that|the (?:meeting|call|invite))))*$"
)
_WITH_OTHERS = rx(r"^(?:with|to)\s+(?P<names>\S.*)$")
_NOT_ADDED = rx(rf"\b(?:calendar|{MAIL})\b|^(?:a|an|the|my)\b")
_RENAMED = rx(r"^(?:(?:re)?name|call|title)\s+(?:it|that|this)\s+(?P<title>.+)$")


@dataclass(frozen=True)
class Schedule(Intent):
    """Propose an event, its guests found by name, its time in the person's own words."""

    event: Invitation
    then: str = ""  # what is to follow once it stands on the calendar

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        event = read_invitation(text)
        if event is None:
            return None
        guests = tuple(_meant(name, context) for name in event.guests)
        return cls(replace(event, guests=tuple(dict.fromkeys(guests))))

    def steps(self) -> Steps[Outcome]:
        found = yield from self._guests()
        if isinstance(found, Outcome):
            return found
        emails, names = found
        event = replace(self.event, guests=tuple(names))
        chosen = ""
        if not event.moment.text:
            slot = yield from self._free(emails)
            if not slot:
                return Outcome(f"{WHEN_ASKED} “{event.named}” on the calendar? Say for example “tomorrow at 3pm”.")
            event = replace(event, moment=Moment(said=slot))
            chosen = "You named no time: this one is free for everyone I can see. Say another one to change it."
        result = yield from one(Call("create_event", _arguments(event, emails)))
        if result.get("error") and not result.get("unavailable"):
            second = simpler(event.moment)
            if second.text != event.moment.text:
                result = yield from one(Call("create_event", _arguments(replace(event, moment=second), emails)))
        outcome = proposal([result])
        if chosen and outcome.proposed:
            outcome = replace(outcome, text=f"{outcome.text}\n{chosen}")
        if not (self.then and outcome.proposed):
            return outcome
        noted = yield from one(Call("continue_after", {"what": self.then}))
        after = f"Then I go on: {self.then}." if noted.get("noted") else f"I can't go on with “{self.then}” by myself."
        return replace(outcome, text=f"{outcome.text}\n{after}")

    def _free(self, emails: list[str]) -> Steps[str]:
        """The first time that suits everybody; empty when there are no guests, or nobody can tell."""
        if not emails:
            yield []
            return ""
        args: Json = {"people": emails, **({"minutes": self.event.minutes} if self.event.minutes else {})}
        found = yield from one(Call("find_free_time", args))
        return next((str(slot.get("start", "")) for slot in found.get("slots") or ()), "")

    def _guests(self) -> Steps[Outcome | tuple[list[str], list[str]]]:
        """The guests' addresses and names."""
        emails: list[str] = []
        names: list[str] = list(self.event.guests)
        if self.event.writers_about:
            found = yield from one(
                Call("search_mail", {"words": self.event.writers_about, "where": "anywhere", "limit": MAILS_LOOKED_AT})
            )
            people = writers(found)
            if not people:
                return Outcome(f"I found nobody who wrote about “{self.event.writers_about}”.")
            emails, names = list(people), [*people.values(), *names]
        guests = yield from resolve_all(self.event.guests)
        question = next((guest.outcome for guest in guests if guest.question), None)
        emails = list(dict.fromkeys([*emails, *(email for guest in guests for email in guest.emails)]))
        return question or (emails, names)

    def varied(self, text: str, context: Context) -> Intent | None:
        return self._retimed(text, context) or self._with_others(text) or self._regrouped(text, context)

    def _retimed(self, text: str, context: Context) -> Intent | None:
        """Another time, length or place; a bare phrase of time counts when nothing else is said."""
        changed = correction(text)
        scan = Scan(changed or text)
        minutes, moment = take_minutes(scan), take_moment(scan)
        left = [
            piece
            for piece in scan.rest()
            if not rx(r"^(?:it|the meeting|instead|please|then|and|at|on|to|for|works|is (?:fine|good)|,|\W+)+$").match(
                piece
            )
        ]
        if moment or minutes:
            bare = not left and len(text.split()) <= len(
                ["the", "day", "after", "tomorrow", "at", "half", "past", "three", "in", "the", "afternoon", "please"]
            )
            if not (bare or changed):
                return None
            event = replace(self.event, minutes=minutes or self.event.minutes)
            return replace(self, event=replace(event, moment=event.moment.changed_by(moment)) if moment else event)
        if changed and (place := rx(r"^(?:at|in|on|over|via)\s+(?P<place>.+)$").match(changed)):
            return replace(self, event=replace(self.event, place=sentence_case(place["place"])))
        return None

    def _with_others(self, text: str) -> Intent | None:
        """Somebody else in the guests' place: "with Dana instead"."""
        others = _WITH_OTHERS.match(correction(text) or "")
        names, rest = names_at(others["names"]) if others else ([], "")
        if not names or rest.strip(" .!?"):
            return None
        return replace(self, event=replace(self.event, guests=tuple(names)))

    def _regrouped(self, text: str, context: Context) -> Intent | None:
        """More guests, another name, another calendar, the same with someone else."""
        if renamed := _RENAMED.match(text):
            return replace(self, event=replace(self.event, title=renamed["title"].strip('" ')))
        if (added := _ADDED_GUEST.match(text)) and not _NOT_ADDED.search(added["names"]):
            names, rest = names_at(added["names"])
            if names and not rest.strip(" .!"):
                return replace(self, event=replace(self.event, guests=(*self.event.guests, *names)))
        more = also_for(text)
        if more is None:
            return None
        scan = Scan(more)
        if account := take_account(scan):
            return replace(self, event=replace(self.event, account=account))
        names, rest = names_at(rx(r"^(?:for|with)\s+").sub("", more))
        if names and not rest.strip(" .!?") and more.startswith("with"):
            return replace(self, event=replace(self.event, guests=tuple(names)))
        return None

    @property
    def person(self) -> str:
        return self.event.guests[0] if self.event.guests else ""

    def at(self, phrase: str) -> "Schedule":
        """The same event once the person has chosen between two readings of its time, or of how it repeats."""
        if phrase.startswith("every "):
            return replace(self, event=replace(self.event, repeat=phrase))
        return replace(self, event=replace(self.event, moment=Moment(said=phrase)))

    def for_people(self, name: str, emails: tuple[str, ...]) -> "Schedule":
        """The same event once the person has said who is meant by a name."""
        chosen = tuple(f"{name} <{email}>" if len(emails) == 1 and not is_relation(name) else email for email in emails)
        guests = tuple(
            g for guest in self.event.guests for g in (chosen if guest.lower() == name.lower() else (guest,))
        )
        return replace(self, event=replace(self.event, guests=guests))


def _meant(name: str, context: Context) -> str:
    return context.person if name.lower() in PRONOUNS and context.person else name


def _arguments(event: Invitation, emails: list[str]) -> Json:
    args: Json = {"title": event.named, "start": event.moment.text}
    optional: Json = {
        "minutes": None if event.moment.end else event.minutes,
        "end": event.moment.end,
        "guests": emails,
        "place": event.place,
        "account": event.account,
        "repeat": event.repeat,
        "video": event.video,
    }
    return {**args, **{name: value for name, value in optional.items() if value}}


def simpler(moment: Moment) -> Moment:
    """The same phrase in the plainest words, for a second try when the first was not understood."""
    text = moment.text
    for pattern, plain in (
        (r"\b(?:noon|midday)\b", "12:00"),
        (r"\bmidnight\b", "00:00"),
        (r"\blunch ?time\b", "12:00"),
        (r"\s?@\s?", " at "),
        (r"\b(?:around|about|sometime|after|by)\s+", ""),
        (r"(\d{1,2})[.h](\d{2})\b", r"\1:\2"),
        (r"\b(?:tmrw|tmr)\b", "tomorrow"),
    ):
        text = rx(pattern).sub(plain, text)
    return Moment(said=" ".join(text.split()), until="")


def writers(found: Json) -> dict[str, str]:
    """Who wrote the mails found: name by address, machines left out."""
    people: dict[str, str] = {}
    for mail in found.get("mails") or ():
        sender = str(mail.get("from", ""))
        address = rx(ADDRESS).search(sender)
        if address and not rx(
            r"^(?:no-?reply|do-?not-?reply|notifications?|mailer-daemon|newsletter|bounces?)\b"
        ).match(address[0]):
            people.setdefault(address[0].lower(), display_name(sender))
    return people
