"""An office in which one manager and one team are known, and every tool of the product: who the planner talks to."""

from collections.abc import Mapping
from typing import Any

from sandbox.models.planner.conversation import Call
from tests.unit.planner_talk import Talk, World, person

FIELDS = {
    "search_mail": "words sender to subject category label unread attachment exact_phrase without older_than_days"
    " newer_than_days when account where owed limit skip",
    "read_thread": "thread",
    "change_mail": "words sender to subject category label unread attachment older_than_days"
    " newer_than_days when account where do threads name not_from note send_from replaces",
    "write_mail": "kind thread to cc subject body account draft_only replaces",
    "list_events": "start end words account",
    "create_event": "title start minutes end guests place notes account calendar repeat video notify replaces",
    "change_events": "do events start end words to minutes title place notes add_guests remove_guests which notify"
    " account replaces",
    "find_free_time": "within minutes people account",
    "block_time": "kind within minutes total_minutes title account into replaces",
    "find_person": "name save forget",
    "ask_person": "question options",
    "continue_after": "what",
}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"properties": {f: {} for f in fields.split()}}}}
    for name, fields in FIELDS.items()
]
SYSTEM = (
    "You are Steward, the assistant of Maya Lindqvist, over their mail and calendar.\n\nNow: Tuesday 5 May 2026, 09:00"
    " (Europe/Berlin). Accounts: work (maya@larkspur.example), personal (maya@home.example)."
)
READING = {"search_mail", "read_thread", "list_events", "find_person", "find_free_time"}
TEAM = ["tom.ng@example.org", "sara.li@example.org"]
SLOTS = [
    {"start": "Tue 12 May 2026 10:00", "end": "12:00", "why": "everybody is free"},
    {"start": "Wed 13 May 2026 14:00", "end": "16:00", "why": "inside everyone's hours"},
]


class Office(World):
    """A world in which one manager and one team are known."""

    def _find_person(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if args.get("save"):
            return {"saved": {"name": args["name"]}}
        if "team" in args["name"]:
            return {"people": [person("Tom Ng"), person("Sara Li")], "evidence": "you said so"}
        if "manager" in args["name"] or "boss" in args["name"]:
            return {"people": [person("Priya Raman")], "evidence": "you said so"}
        return super()._find_person(args)

    def _find_free_time(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"zone": "Europe/Berlin", "slots": SLOTS}

    def _change_events(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"proposed": ["Reschedule an event"]}

    def _block_time(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"proposed": ["An event"]}

    def _write_mail(self, args: Mapping[str, Any]) -> dict[str, Any]:
        return {"proposed": f"A mail ({args['kind']})"}

    def _ask_person(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"asked": "The turn ends here; the answer comes as the next message."}


def talk() -> Talk:
    return Talk(Office(), system=SYSTEM, tools=TOOLS)


def changing(calls: list[Call]) -> list[dict[str, Any]]:
    return [{"tool": call.tool, **call.args} for call in calls if call.tool not in READING]
