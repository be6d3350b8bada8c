"""The person API: what a person at the page can read and do, as JSON over HTTP."""

from collections.abc import Awaitable, Callable
from json import JSONDecodeError
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.page.control import Control
from sandbox.page.events import Listeners
from sandbox.slack.faults import SlackError

Json = dict[str, Any]

# What Slack's clients say in words where its API gives a code.
REASONS = {
    "not_in_channel": "You are not in this channel.",
    "channel_not_found": "You can't see this conversation.",
    "message_not_found": "This message is no longer there.",
    "cant_update_message": "This message is not yours to change.",
    "no_text": "There is nothing to send.",
    "not_found": "This dialog is no longer open.",
}


class Workspace(Protocol):
    """The Slack stand-in, as far as the page uses it."""

    team: Json
    bot_user_id: str

    def people(self) -> list[Json]: ...
    def channels(self, user: str) -> list[Json]: ...
    def history(self, channel: str, thread_ts: str | None = None) -> list[Json]: ...
    def status(self, channel: str, thread_ts: str) -> Json | None: ...
    def home(self, user: str) -> Json | None: ...
    def open_views(self, user: str) -> list[Json]: ...
    def commands(self) -> list[Json]: ...
    def suggested_prompts(self, channel: str, thread_ts: str | None) -> list[Json]: ...
    def subscribe(self, listener: Callable[[Json], None]) -> Callable[[], None]: ...

    async def say(
        self, user: str, channel: str, text: str, *, thread_ts: str | None = None, files: list[Json] | None = None
    ) -> str: ...
    async def edit(self, user: str, channel: str, ts: str, text: str) -> None: ...
    async def delete(self, user: str, channel: str, ts: str) -> None: ...
    async def click(
        self,
        user: str,
        *,
        container: Json,
        block_id: str,
        action_id: str,
        selection: Json | None = None,
        state: Json | None = None,
    ) -> None: ...
    async def submit(self, user: str, view_id: str, state: Json) -> Json: ...
    async def close(self, user: str, view_id: str) -> None: ...
    async def open_home(self, user: str) -> None: ...
    async def open_messages(self, user: str, channel: str) -> None: ...
    async def command(self, user: str, channel: str, command: str, text: str) -> str | None: ...


class Refused(Exception):
    """A request the page's server won't pass on."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the workspace refuses is told to the page as JSON, with a status that fits."""
    try:
        return await handler(request)
    except Refused as refusal:
        return web.json_response({"error": str(refusal)}, status=refusal.status)
    except SlackError as error:
        return web.json_response({"error": REASONS.get(error.code, error.code)}, status=409)
    except (JSONDecodeError, UnicodeDecodeError):
        return web.json_response({"error": "Send JSON."}, status=400)


class PersonApi:
    """One method per path; all of them on behalf of the person named in the request."""

    def __init__(self, workspace: Workspace, *, banner: Callable[[], Json], control: Control) -> None:
        self._workspace = workspace
        self._banner = banner
        self._control = control
        self.listeners = Listeners(workspace)

    def add_to(self, app: web.Application) -> None:
        for name, read in (
            ("state", self._state),
            ("history", self._history),
            ("views", self._views),
            ("events", self._events),
        ):
            app.router.add_get(f"/api/{name}", read)
        posts: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "messages": self._messages,
            "command": self._command,
        }
        for name, act in posts.items():
            app.router.add_post(f"/api/{name}", self._posted(act))

    def _posted(self, act: Callable[[Json], Awaitable[Json]]) -> Handler:
        async def post(request: web.Request) -> web.Response:
            if request.content_type != "application/json":
                raise Refused(415, "Send JSON.")
            body = await request.json()
            if not isinstance(body, dict):
                raise Refused(400, "Send a JSON object.")
            self._known(_text(body, "user"))
            return web.json_response(await act(body))

        return post

    # Reading.

    async def _state(self, request: web.Request) -> web.Response:
        user = self._known(request.query.get("user") or self._workspace.people()[0]["id"])
        people = self._workspace.people()
        return web.json_response(
            {
                "team": self._workspace.team,
                "bot_user_id": self._workspace.bot_user_id,
                "people": people,
                "me": next(person for person in people if person["id"] == user),
                "channels": self._workspace.channels(user),
                "commands": self._workspace.commands(),
                "banner": self._banner(),
            }
        )

    async def _history(self, request: web.Request) -> web.Response:
        channel = self._seen(self._known(request.query.get("user", "")), request.query.get("channel", ""))
        thread = request.query.get("thread_ts") or None
        messages = self._workspace.history(channel, thread)
        return web.json_response(
            {
                "messages": messages,
                "status": self._workspace.status(channel, thread) if thread else None,
                "statuses": {} if thread else self._statuses(channel, messages),
                "prompts": self._workspace.suggested_prompts(channel, thread),
            }
        )

    def _statuses(self, channel: str, messages: list[Json]) -> Json:
        showing = ((message["ts"], self._workspace.status(channel, message["ts"])) for message in messages)
        return {ts: status for ts, status in showing if status}

    async def _views(self, request: web.Request) -> web.Response:
        user = self._known(request.query.get("user", ""))
        return web.json_response({"home": self._workspace.home(user), "modals": self._workspace.open_views(user)})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        user = self._known(request.query.get("user", ""))
        if self._control.switches["refuse_events"]:
            raise Refused(503, "The sandbox was told to refuse this.")
        return await self.listeners.serve(request, user)

    # Doing.

    async def _say(self, body: Json) -> Json:
        user, channel = self._place(body)
        files = body.get("files")
        text = _text(body, "text", empty=bool(files))
        thread = _optional(body, "thread_ts")
        return {"ts": await self._workspace.say(user, channel, text, thread_ts=thread, files=_files(files))}

    async def _edit(self, body: Json) -> Json:
        user, channel = self._place(body)
        await self._workspace.edit(user, channel, _text(body, "ts"), _text(body, "text"))
        return {}

    async def _delete(self, body: Json) -> Json:
        user, channel = self._place(body)
        await self._workspace.delete(user, channel, _text(body, "ts"))
        return {}

    async def _click(self, body: Json) -> Json:
        user, container = body["user"], _object(body, "container") or {}
        if container.get("type") == "message":
            self._seen(user, str(container.get("channel", "")))
        warnings: list[str] = []

        def warned(event: Json) -> None:
            if event["type"] == "warning" and event.get("user") == user and event.get("container") == container:
                warnings.append(event["text"])

        unsubscribe = self._workspace.subscribe(warned)
        try:
            await self._workspace.click(
                user,
                container=container,
                block_id=_text(body, "block_id"),
                action_id=_text(body, "action_id"),
                selection=_object(body, "selection"),
                state=_object(body, "state"),
            )
        finally:
            unsubscribe()
        if warnings:
            raise Refused(504, warnings[0])
        return {}

    async def _submit(self, body: Json) -> Json:
        return await self._workspace.submit(body["user"], _text(body, "view_id"), _object(body, "state") or {})

    async def _close(self, body: Json) -> Json:
        await self._workspace.close(body["user"], _text(body, "view_id"))
        return {}

    async def _home(self, body: Json) -> Json:
        await self._workspace.open_home(body["user"])
        return {}

    async def _messages(self, body: Json) -> Json:
        await self._workspace.open_messages(*self._place(body))
        return {}

    async def _command(self, body: Json) -> Json:
        user, channel = self._place(body)
        text = _text(body, "text", empty=True)
        error = await self._workspace.command(user, channel, _text(body, "command"), text)
        return {"error": error} if error else {}

    # Checking.

    def _known(self, user: str) -> str:
        if all(person["id"] != user for person in self._workspace.people()):
            raise Refused(404, "There is no such person in this workspace.")
        return user

    def _seen(self, user: str, channel: str) -> str:
        if all(seen["id"] != channel for seen in self._workspace.channels(user)):
            raise Refused(403, "This person can't see that conversation.")
        return channel

    def _place(self, body: Json) -> tuple[str, str]:
        user = _text(body, "user")
        return user, self._seen(user, _text(body, "channel"))


def _text(body: Json, name: str, *, empty: bool = False) -> str:
    value = body.get(name, "" if empty else None)
    if not isinstance(value, str) or not (value.strip() or empty):
        raise Refused(400, f"“{name}” must be a text.")
    return value


def _optional(body: Json, name: str) -> str | None:
    return _text(body, name) if body.get(name) is not None else None


def _object(body: Json, name: str) -> Json | None:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refused(400, f"“{name}” must be an object.")
    return value


def _files(value: object) -> list[Json] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(file, dict) and file.get("name") for file in value):
        raise Refused(400, "“files” must be a list of files with names.")
    return [{key: file[key] for key in ("name", "size", "mimetype") if key in file} for file in value]
