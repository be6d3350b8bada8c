"""The response_url of a click or a command: five answers within thirty minutes."""

from typing import Any

from aiohttp import web

from sandbox.slack import blocks
from sandbox.slack.backend import Backend
from sandbox.slack.faults import SlackError
from sandbox.slack.tickets import Response


class Responses:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def answer(self, request: web.Request) -> web.Response:
        entry = self._backend.log.add("response_url", args={}, committed=False)
        try:
            said = await request.json()
            entry["args"] = said
            if said.get("blocks"):
                said["blocks"] = blocks.accepted(said["blocks"])
            self._apply(self._backend.tickets.response_urls.use(request.match_info["secret"]), said)
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        except SlackError as error:
            entry["answer"] = error.code
            status = 404 if error.code.endswith("_url") else 400
            return web.json_response({"ok": False, "error": error.code}, status=status)
        self._backend.store.commit()
        entry |= {"committed": True, "answer": "ok"}
        return web.Response(text="ok")

    def _apply(self, place: Response, said: dict[str, Any]) -> None:
        if place.ts is not None and (said.get("delete_original") or said.get("replace_original")):
            self._change_original(place, place.ts, said)
        elif said.get("text") or said.get("blocks"):
            self._backend.interactions.respond(place.user, place.channel, said)
        else:
            raise SlackError("no_text")

    def _change_original(self, place: Response, ts: str, said: dict[str, Any]) -> None:
        backend = self._backend
        whispered = backend.surfaces.whispered(place.user, ts)
        fields = {"text": said.get("text", ""), "blocks": said.get("blocks")}
        if said.get("delete_original"):
            if whispered is not None:
                backend.surfaces.unwhisper(place.user, place.channel, ts)
            else:
                backend.conversations.remove(place.channel, ts, at=backend.ids.ts())
        elif whispered is not None:
            backend.surfaces.whisper(place.user, place.channel, {**whispered, **fields})
        else:
            backend.conversations.change(place.channel, ts, fields=fields, at=backend.ids.ts())
