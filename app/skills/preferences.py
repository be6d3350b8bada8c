"""The errand "prefer": keep how a person wants their days, show it back in words, list all of it, and undo each."""

from typing import ClassVar

from app.domain.asking import MAX_OPTIONS, Question
from app.domain.desk import Desk
from app.domain.memory import SAID, Relation, Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.preferences import DIGEST, TITLES, Preferences, Said, shown
from app.domain.reports import MAX_LINES, Group, Line, Offer, Report
from app.planning.preferences import Doubtful, Unread, read

ERRAND = "prefer"
UNDO, FORGET = "undo", "forget"
EXAMPLES = "Say, for instance: “No meetings on Friday afternoon”, “I work 8 to 4 in Lisbon”, “Digest at 7:30”."
WHO = "Whom you mean"
MAX_STATED = 5
"""Preferences stated in one message: what each of them came to is shown with a button to undo it."""


class Prefer:
    long: ClassVar[bool] = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Without an argument all preferences, and whom they mean by which name; "NAME VALUE" keeps one, with one more
        on each line; "undo NAME" has hold what held before; "forget WHO" is for such a name."""
        del desk
        await watch("is looking at your preferences…")
        lines = [line.removeprefix(f"{ERRAND} ").strip() for line in argument.splitlines()][:MAX_STATED]
        stated = [line for line in lines if line.partition(" ")[0] in TITLES]
        if lines and lines[0].startswith(f"{UNDO} "):
            return await self._undone(lines[0].removeprefix(f"{UNDO} "), request)
        if lines and lines[0].startswith(f"{FORGET} "):
            return _forgotten(lines[0].removeprefix(f"{FORGET} "), request)
        return await self._stated(stated, request) if stated else await self._listed(request)

    async def _stated(self, lines: list[str], request: Request) -> Thought:
        """Keep what was said, each shown back as it was understood."""
        said, offers = [], []
        for line in lines:
            name, _, words = line.partition(" ")
            try:
                said.append(await self._keep(name, words, request))
                offers.append(_undoing(name, f"Undo {TITLES[name].lower()}" if len(lines) > 1 else "Undo"))
            except Doubtful as doubt:
                return _asked(name, words, doubt)
            except Unread as wrong:
                said.append(f"I don't understand “{words}” for {TITLES[name].lower()}. It takes {wrong}.")
        noted = Report(title="Noted" if offers else "Not understood", summary="\n".join(said), offers=tuple(offers))
        return Thought(reply=noted.summary, trail=Trail(report=noted))

    async def _keep(self, name: str, words: str, request: Request) -> str:
        """Keep one, and what it is now in words. Raises Doubtful, and Unread for what it can't be."""
        store, person = self._services.store.preferences, request.person.id
        before = await store.of(person)
        value = read(name, words, before)
        try:
            after = Preferences.model_validate(before.model_dump(mode="json") | {name: value})
        except ValueError as beyond:
            raise Unread(_possible(name)) from beyond
        if after != before:  # thought about again, what holds already isn't stated anew: it would be what Undo restores
            after = await store.state(person, name, value, words=words)
        return f"{TITLES[name]}: {shown(name, getattr(after, name))}.{_beside(name, after)}"

    async def _undone(self, name: str, request: Request) -> Thought:
        after = await self._services.store.preferences.undo(request.person.id, name)
        if after is None or name not in TITLES:
            return Thought(reply="There is nothing to undo any more.")
        return Thought(reply=f"Undone. {TITLES[name]}: {shown(name, getattr(after, name))}.")

    async def _listed(self, request: Request) -> Thought:
        store, person = self._services.store.preferences, request.person.id
        preferences = await store.of(person)
        said = {each.name: each for each in await store.said(person)}
        mine = tuple(_group(name, preferences, said[name], request) for name in TITLES if name in said)
        usual = tuple(_line(name, preferences) for name in TITLES if name not in said)
        people = tuple(_meant(relation) for relation in request.relations)
        whom = (Group(title=WHO, lines=people[:MAX_LINES], more=len(people[MAX_LINES:])),) if people else ()
        as_usual = (Group(title="As usual, until you say otherwise", lines=usual),) if usual else ()
        groups = (*mine, *whom, *as_usual)
        shown_ = Report(title="How you want your days", summary=EXAMPLES, groups=groups)
        return Thought(reply=shown_.summary, trail=Trail(report=shown_))


def _beside(name: str, after: Preferences) -> str:
    """What another preference makes of one that was stated."""
    if name == "notify" and not after.new_mail and after.notify != DIGEST:
        return " For now none is: say “Tell me about urgent mail” to switch it on."
    if name == "new_mail" and after.new_mail and after.notify == DIGEST:
        return " It comes in the morning digest only, as you said before."
    if name == "digest" and after.digest:
        return " It comes every day." if after.digest_off else " It comes on days you work."
    if name == "digest_off" and after.digest_off and not after.digest:
        return " For now none comes: say “Digest at 8” to switch it on."
    return ""


def _possible(name: str) -> str:
    field = Preferences.model_json_schema()["properties"][name]
    bounds = next((b for b in field.get("anyOf", [field]) if "maximum" in b), None)
    return f"a number from {bounds['minimum']} to {bounds['maximum']}" if bounds else "less than that"


def _asked(name: str, words: str, doubt: Doubtful) -> Thought:
    """Which of several readings was meant, as buttons: what is clicked is said by the person."""
    options = tuple(f"{TITLES[name]}: {reading}" for reading in doubt.args)[:MAX_OPTIONS]
    return Thought(reply=f"“{words}” could be several things. Which?", trail=Trail(question=Question(options=options)))


def _undoing(name: str, label: str) -> Offer:
    return Offer(label=label, errand=f"{ERRAND} {UNDO} {name}")


def _meant(relation: Relation) -> Line:
    """Whom they mean by a name, and how to have it forgotten."""
    told = f"{relation.origin} on {relation.since:%-d %b %Y}"
    forget = Offer(label="Forget", errand=f"{ERRAND} {FORGET} {relation.key}")
    return Line(text=f"{relation.name}: {relation.shown}", detail=told, choices=(forget,))


def _forgotten(key: str, request: Request) -> Thought:
    """Have it forgotten whom they mean by a name, as the turn ends."""
    known = next((relation for relation in request.relations if relation.key == key), None)
    if known is None:
        return Thought(reply="That is forgotten already.")
    nobody = Relation(name=known.name, people=(), origin=SAID, since=request.now)
    return Thought(reply=f"Forgotten: {known.name} was {known.shown}.", trail=Trail(learned=(nobody,)))


def _line(name: str, preferences: Preferences) -> Line:
    return Line(text=f"{TITLES[name]}: {shown(name, getattr(preferences, name))}")


def _group(name: str, preferences: Preferences, said: Said, request: Request) -> Group:
    day = said.since.astimezone(request.now.tzinfo)
    words = f"you said “{said.words}” on {day:%-d %b %Y}" if said.words else ""
    line = Line(text=shown(name, getattr(preferences, name)), detail=words)
    return Group(title=TITLES[name], lines=(line,), offers=(_undoing(name, "Undo"),))
