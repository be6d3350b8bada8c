"""Socket Mode: several sockets, envelopes and their acks, redelivery of events."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any
from uuid import uuid4

from sandbox.slack.log import Log
from sandbox.slack.sockets import MAX_SOCKETS, Socket
from sandbox.slack.store import Store
from sandbox.slack.switches import Switches

ACK_WITHIN_S = 3  # Slack's limit for every envelope
RETRY_AFTER_S = (0, 60, 300)  # events: at once, after one minute, after five

_dumps = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(slots=True, eq=False)
class Delivery:
    """One event on its way to the app."""

    event_id: str
    payload: str
    attempt: int = 0
    reason: str = ""
    kept: bool = False
    acked: bool = False
    on_ack: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app said to an envelope: `error` is None once it acked."""

    payload: dict[str, Any] | None = None
    error: str | None = None


class Hub:
    def __init__(self, store: Store, switches: Switches, log: Log) -> None:
        self._store, self._switches, self._log = store, switches, log
        self._sockets: deque[Socket] = deque()
        self._outstanding: dict[str, Delivery] = {}
        self._deadlines: deque[tuple[float, str]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._asked: dict[str, asyncio.Future[Answer]] = {}
        self._parked: list[Delivery] = []
        self._retries: dict[Delivery, asyncio.TimerHandle] = {}
        for event_id, body in store.outbox():
            self._parked.append(Delivery(event_id, body["payload"], body["attempt"], body["reason"], kept=True))

    # Sockets.

    @property
    def sockets(self) -> list[Socket]:
        return list(self._sockets)

    def join(self, socket: Socket) -> bool:
        """False: there are too many already."""
        if len(self._sockets) >= MAX_SOCKETS:
            return False
        self._sockets.append(socket)
        return True

    def flush(self) -> None:
        """What waited for a socket goes out now, as the retry it is."""
        parked, self._parked = self._parked, []
        for delivery in parked:
            delivery.attempt = max(delivery.attempt, 1)
            delivery.reason = delivery.reason or "connection_failed"
            self._send(delivery)

    def leave(self, socket: Socket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)

    def _next_socket(self) -> Socket | None:
        favoured = self._switches.favoured_ports
        if any(socket.usable and socket.port in favoured for socket in self._sockets):
            return self._next_of(favoured)
        return self._next_of(None)

    def _next_of(self, ports: list[int] | None) -> Socket | None:
        """The one whose turn it is, of those from these ports or of all."""
        for _ in range(len(self._sockets)):
            socket = self._sockets[0]
            self._sockets.rotate(-1)
            if socket.usable and (ports is None or socket.port in ports):
                return socket
        return None

    # Events.

    def deliver(self, event_id: str, payload: dict[str, Any]) -> None:
        delivery = Delivery(event_id, _dumps(payload))
        self._keep(delivery)
        self._send(delivery)

    def deliver_measured(self, event_id: str, payload: dict[str, Any], on_ack: Callable[[], None]) -> bool:
        """As `deliver`, calling back at the first ack; False when no socket is open."""
        socket = self._next_socket()
        if socket is None:
            return False
        self._put(socket, Delivery(event_id, _dumps(payload), on_ack=on_ack))
        return True

    def _send(self, delivery: Delivery) -> None:
        socket = self._next_socket()
        if socket is None:
            self._parked.append(delivery)
            return
        self._put(socket, delivery)
        if self._switches.duplicate_envelopes:
            self._put(self._next_socket() or socket, delivery)

    def _put(self, socket: Socket, delivery: Delivery) -> None:
        envelope_id = str(uuid4())
        self._outstanding[envelope_id] = delivery
        self._deadlines.append((monotonic() + self._switches.patience(ACK_WITHIN_S), envelope_id))
        if self._sweep is None:
            self._watch()
        socket.send(
            f'{{"envelope_id":"{envelope_id}","payload":{delivery.payload},"type":"events_api",'
            f'"accepts_response_payload":false,"retry_attempt":{delivery.attempt},"retry_reason":"{delivery.reason}"}}'
        )

    def _keep(self, delivery: Delivery) -> None:
        """In the file until it is acked, so that it outlives a restart of the stand-in."""
        delivery.kept = True
        body = {"payload": delivery.payload, "attempt": delivery.attempt, "reason": delivery.reason}
        self._store.put_outbox(delivery.event_id, body)

    def _settle(self, delivery: Delivery) -> None:
        if delivery.kept:
            delivery.kept = False
            self._store.drop_outbox(delivery.event_id)

    def _watch(self) -> None:
        """All deadlines are equally far away (until time_scale is turned), so the first in the queue is the next."""
        while self._deadlines and self._deadlines[0][1] not in self._outstanding:
            self._deadlines.popleft()
        self._sweep = None
        if self._deadlines:
            wait = max(0.0, self._deadlines[0][0] - monotonic())
            self._sweep = asyncio.get_running_loop().call_later(wait, self._expire)

    def _expire(self) -> None:
        now = monotonic()
        while self._deadlines and self._deadlines[0][0] <= now:
            delivery = self._outstanding.pop(self._deadlines.popleft()[1], None)
            if delivery is not None and not delivery.acked:
                self._retry(delivery)
        self._watch()

    def _retry(self, delivery: Delivery) -> None:
        if delivery in self._retries:
            return  # the duplicate of an envelope timed out as well
        if delivery.attempt >= len(RETRY_AFTER_S):
            self._log.add("event_given_up", event_id=delivery.event_id)
            self._settle(delivery)
            return
        wait = self._switches.scaled(RETRY_AFTER_S[delivery.attempt])
        delivery.attempt += 1
        delivery.reason = "timeout"
        if delivery.kept:
            self._keep(delivery)
        self._log.add("event_retry", event_id=delivery.event_id, retry_attempt=delivery.attempt, after_s=wait)
        self._retries[delivery] = asyncio.get_running_loop().call_later(wait, self._resend, delivery)

    def _resend(self, delivery: Delivery) -> None:
        del self._retries[delivery]
        self._send(delivery)

    # Interactions: never redelivered.

    async def ask(self, kind: str, payload: dict[str, Any], *, accepts_payload: bool) -> Answer:
        """Sends an interactive or slash_commands envelope and waits for its ack."""
        socket = self._next_socket()
        if socket is None:
            return Answer(error="dispatch_failed")
        envelope_id = str(uuid4())
        envelope = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": accepts_payload,
        }
        asked: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[envelope_id] = asked
        socket.send(_dumps(envelope))
        try:
            async with asyncio.timeout(self._switches.patience(ACK_WITHIN_S)):
                return await asked
        except TimeoutError:
            return Answer(error="operation_timeout")
        finally:
            del self._asked[envelope_id]

    # Acks.

    def heard(self, text: str) -> None:
        """A text frame from the app; what is not an ack of an open envelope is ignored, as Slack does."""
        try:
            ack = json.loads(text)
            envelope_id = ack["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._log.add("unknown_frame", text=text[:200])
            return
        if self._switches.drop_acks > 0:
            self._switches.drop_acks -= 1
            return
        asked = self._asked.get(envelope_id)
        if asked is not None and not asked.done():
            asked.set_result(Answer(payload=ack.get("payload")))
            return
        delivery = self._outstanding.pop(envelope_id, None)
        if delivery is None:
            self._log.add("late_ack", envelope_id=envelope_id)
            return
        self._acked(delivery)

    def _acked(self, delivery: Delivery) -> None:
        if delivery.acked:
            return  # the duplicate of an envelope
        delivery.acked = True
        retry = self._retries.pop(delivery, None)
        if retry is not None:
            retry.cancel()
        self._settle(delivery)
        if delivery.on_ack is not None:
            delivery.on_ack()

    # Control.

    def waiting(self) -> dict[str, int]:
        """How much is not acked yet, by where it stands."""
        return {
            "sockets": len(self._sockets),
            "outstanding": len(self._outstanding),
            "retrying": len(self._retries),
            "parked": len(self._parked),
        }

    def refresh(self, count: int | None = None) -> int:
        """Asks so many sockets (all) to reconnect; how many were asked."""
        chosen = list(islice((socket for socket in self._sockets if socket.usable), count))
        for socket in chosen:
            socket.refresh(self._switches.patience(10))
        return len(chosen)

    async def cut(self) -> int:
        """Drops every connection without a word; how many there were."""
        sockets = self.sockets
        for socket in sockets:
            self.leave(socket)
            socket.cut()
        return len(sockets)

    async def close(self) -> None:
        """Unacked events stay in the file for the next start; sockets are told to go."""
        for socket in self.sockets:
            self.leave(socket)
            await socket.close()
        for timer in (self._sweep, *self._retries.values()):
            if timer is not None:
                timer.cancel()
