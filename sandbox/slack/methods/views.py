"""views.*: modals opened by a trigger, and Home tabs."""

from typing import Any

from sandbox.slack.call import Call, Method
from sandbox.slack.faults import SlackError, invalid_arguments
from sandbox.slack.rates import TIER_4
from sandbox.slack.views import View, checked_view


async def open_view(call: Call) -> dict[str, Any]:
    return {"view": _shown(call, fresh=True)}


async def push(call: Call) -> dict[str, Any]:
    return {"view": _shown(call, fresh=False)}


def _shown(call: Call, *, fresh: bool) -> View:
    """The view is checked before the trigger is used up."""
    view = _view(call, "modal")
    surfaces = call.backend.surfaces
    if view["external_id"] and surfaces.find_external(view["external_id"]) is not None:
        raise SlackError("duplicate_external_id")
    user = call.backend.tickets.triggers.exchange(call.required("trigger_id"))
    return surfaces.push(user, view, fresh=fresh)


def _view(call: Call, surface: str) -> View:
    if "view" not in call.arguments:
        raise invalid_arguments("missing required field: view")
    return checked_view(call.arguments["view"], call.backend.directory, surface)


async def update(call: Call) -> dict[str, Any]:
    surfaces = call.backend.surfaces
    view_id = call.text("view_id") or surfaces.find_external(call.text("external_id") or "")
    found = surfaces.find(view_id or "")
    if found is None:
        raise SlackError("not_found")
    view = _view(call, found[1]["type"])
    return {"view": surfaces.update(found[1]["id"], view, expected_hash=call.text("hash"))}


async def publish(call: Call) -> dict[str, Any]:
    user = call.backend.directory.user(call.required("user_id"))
    view = _view(call, "home")
    return {"view": call.backend.surfaces.publish_home(user["id"], view, expected_hash=call.text("hash"))}


METHODS = (
    Method("views.open", open_view, per_minute=TIER_4),
    Method("views.push", push, per_minute=TIER_4),
    Method("views.update", update, per_minute=TIER_4),
    Method("views.publish", publish, per_minute=TIER_4),
)
