"""What Slack hands out to be used once or for a while: trigger ids, response URLs, socket addresses."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from sandbox.slack.faults import SlackError
from sandbox.slack.switches import Switches

TRIGGER_LASTS_S = 3
RESPONSE_URL_LASTS_S = 30 * 60
RESPONSE_URL_USES = 5
SOCKET_TICKET_LASTS_S = 30


class Triggers:
    """A trigger id is good for one view, for three seconds."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._issued: dict[str, tuple[str, float]] = {}
        self._exchanged: set[str] = set()

    def issue(self, user: str) -> str:
        numbers = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}"
        trigger = f"{numbers}.{secrets.token_hex(16)}"
        self._issued[trigger] = (user, monotonic() + self._switches.patience(TRIGGER_LASTS_S))
        return trigger

    def exchange(self, trigger: str) -> str:
        """The user who clicked."""
        if trigger in self._exchanged:
            raise SlackError("exchanged_trigger_id")
        if trigger not in self._issued:
            raise SlackError("invalid_trigger_id")
        user, deadline = self._issued[trigger]
        if monotonic() > deadline:
            raise SlackError("expired_trigger_id")
        self._exchanged.add(trigger)
        return user


@dataclass
class Response:
    """Where a response_url leads: a person in a channel, and the message clicked in, if any."""

    user: str
    channel: str
    ts: str | None
    deadline: float
    uses: int = RESPONSE_URL_USES


class ResponseUrls:
    def __init__(self, switches: Switches, public_url: Callable[[], str], *, team: str) -> None:
        self._switches, self._public_url, self._team = switches, public_url, team
        self._issued: dict[str, Response] = {}

    def issue(self, user: str, channel: str, ts: str | None) -> str:
        secret = secrets.token_urlsafe(24)
        deadline = monotonic() + self._switches.patience(RESPONSE_URL_LASTS_S)
        self._issued[secret] = Response(user, channel, ts, deadline)
        return f"{self._public_url().rstrip('/')}/response/{self._team}/{secret}"

    def use(self, secret: str) -> Response:
        found = self._issued.get(secret)
        if found is None:
            raise SlackError("invalid_url")
        if monotonic() > found.deadline:
            raise SlackError("expired_url")
        if found.uses <= 0:
            raise SlackError("used_url")
        found.uses -= 1
        return found


class SocketTickets:
    """The address that apps.connections.open gives opens one socket, soon."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._issued: dict[str, float] = {}

    def issue(self) -> str:
        ticket = secrets.token_urlsafe(24)
        self._issued[ticket] = monotonic() + self._switches.patience(SOCKET_TICKET_LASTS_S)
        return ticket

    def use(self, ticket: str) -> bool:
        deadline = self._issued.pop(ticket, None)
        return deadline is not None and monotonic() <= deadline


@dataclass(frozen=True, slots=True)
class Tickets:
    triggers: Triggers
    response_urls: ResponseUrls
    sockets: SocketTickets
