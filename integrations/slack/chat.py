"""The port Chat over Slack's Web API: posts carry our ids, nothing unfurls, nothing is posted twice."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from app.domain.approvals import Approval
from app.domain.errors import ChatError
from app.domain.forms import Form
from app.domain.grants import Invitation
from app.domain.plans import Plan
from app.domain.types import Account, Address, Person, Place, Turn, person_id
from app.planning.sanitising import answer, escaped, visible
from integrations.slack import surfaces
from integrations.slack.accounts import accounts_blocks, invitation_blocks, invitation_title
from integrations.slack.blocks import Block, approval_blocks, context, header, literal, plain_fallback, summary
from integrations.slack.forms import modal
from integrations.slack.plans import plain_plan, plan_blocks, plan_summary
from integrations.slack.questions import question_blocks
from integrations.slack.reports import plain_report, report_blocks

TURN = "steward_turn"
QUOTE = "steward_request"
ACTION = "steward_action"
CONNECT = "steward_connect"
ACCOUNTS = "steward_accounts"
MOVED = "steward_moved"
PLAN = "steward_plan"
REASON = "steward_reason"
IDENTITIES = {QUOTE: "request", TURN: "turn", ACTION: "action", PLAN: "turn", REASON: "action", CONNECT: "ended"}
"""Which field of a message's metadata says what it stands for."""
QUIET = {"unfurl_links": False, "unfurl_media": False}
"""No link is fetched for a preview. Where Slack's reference doesn't list this (chat.update, chat.postEphemeral) it is
ignored; what we say there holds no link but in link elements of our own making."""
UNANSWERED = "unanswered"
MOVED_ON = "This card was shown again further down. Decide there."
SECTION = 3_000
"""Characters of a section's text (Slack's Block Kit reference)."""
MAX_SECTIONS = 4
"""Sections of a reply: a message holds about 13,200 characters."""
PATIENCE = 5
"""Attempts of a call that Slack asks to slow down."""
LOOK_BACK = 100
"""Messages searched for one of ours after an interruption."""
UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError)

Client = AsyncWebClient
"""Slack's own client, by a name that needs nobody else to know its library."""
log = structlog.get_logger(__name__)


def make_client(token: str, base_url: str) -> AsyncWebClient:
    """A client that never repeats a post by itself: the SDK would re-post after a reset connection."""
    return AsyncWebClient(token=token, base_url=base_url, retry_handlers=[], timeout=10)


@dataclass(frozen=True)
class Post:
    """A message to be posted: what it says, and what it is known by."""

    place: Place
    text: str
    blocks: list[Block]
    event: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    fallback: list[Block] = field(default_factory=list)


class SlackChat:
    """One bot in one workspace."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    # Messages.

    async def say(
        self, place: Place, text: str, *, turn: Turn | None = None, actions: int = 0, again: bool = False
    ) -> str:
        """Post a message and return its ts; with `again`, one that stands already is found and not repeated."""
        if turn is None:
            return await self._post(Post(place, text, paragraphs(text)))
        return await self._once(_reply(turn, text, actions), again=again)

    async def answered(self, turn: Turn) -> None:
        """Draw the question of a turn anew, with what was chosen in the place of its buttons. Raises ChatError."""
        await self._update(_reply(turn, turn.reply, 0, over=True), turn.reply_ts)

    async def restate(self, place: Place, text: str, *, key: str) -> str:
        """Post what a person asked by command, once per key, and return its ts: the answer stands in its thread."""
        words = f"You asked: {visible(text)}"
        return await self._once(Post(place, words, literal(words), QUOTE, {"request": key}), again=True)

    async def whisper(self, place: Place, user: str, text: str) -> None:
        """Tell one person something that the channel doesn't keep."""
        safe = answer(text, typed="")
        await self._call(
            self._client.chat_postEphemeral,
            channel=place.channel,
            thread_ts=place.thread or None,
            user=user,
            text=safe,
            blocks=paragraphs(safe),
            **QUIET,
        )

    async def status(self, place: Place, text: str) -> None:
        """Show what is being done; a status that Slack doesn't take is lost, and that is all."""
        if not place.thread:
            return
        try:
            await self._client.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread, status=text[:50]
            )
        except (SlackClientError, *UNREACHABLE) as lost:
            log.info("status_lost", error=type(lost).__name__)

    # Cards.

    async def show(self, approval: Approval, *, again: bool = False) -> str:
        """Post the card of an action and return its ts; with `again`, one that stands already is found."""
        blocks, fallback = approval_blocks(approval), plain_fallback(approval)
        post = Post(approval.place, summary(approval), blocks, ACTION, _payload(approval), fallback)
        return await self._once(post, again=again)

    async def redraw(self, approval: Approval) -> None:
        """Draw the card anew from its row."""
        blocks, fallback = approval_blocks(approval), plain_fallback(approval)
        post = Post(approval.place, summary(approval), blocks, ACTION, _payload(approval), fallback)
        await self._update(post, approval.card_ts)

    async def plan(self, plan: Plan, *, again: bool = False) -> str:
        """Post the message of a plan, or draw it anew where it stands; returns its ts."""
        payload = {"turn": str(plan.turn.id), "steps": len(plan.steps), "waiting": len(plan.undecided)}
        post = Post(plan.turn.place, plan_summary(plan), plan_blocks(plan), PLAN, payload, plain_plan(plan))
        if not plan.turn.plan_ts:
            return await self._once(post, again=again)
        await self._update(post, plan.turn.plan_ts)
        return plan.turn.plan_ts

    async def open_form(self, trigger: str, form: Form, *, name: str, about: object) -> str:
        """Open a form on the screen of who has just clicked, within Slack's three seconds; the view's id."""
        view = modal(form, callback=name, about=about)
        opened = await self._call(self._client.views_open, trigger_id=trigger, view=view)
        return str(opened["view"]["id"])

    async def fill_form(self, view: str, form: Form, *, name: str, about: object) -> None:
        """Show another form in the place of one that is open."""
        await self._call(self._client.views_update, view_id=view, view=modal(form, callback=name, about=about))

    async def quote(self, approval: Approval, *, again: bool = False) -> str:
        """Post in a card's thread why it was rejected; with `again`, what stands already is found."""
        place = approval.place.model_copy(update={"thread": approval.place.thread or approval.card_ts})
        words = f"↪️ Rejected, because: {visible(approval.reason)}"
        payload = {"action": str(approval.id)}
        return await self._once(Post(place, words, literal(words), REASON, payload), again=again)

    async def leave(self, approval: Approval) -> None:
        """Take the buttons from a card that was shown again elsewhere, and say so there. Raises ChatError."""
        metadata = {"event_type": MOVED, "event_payload": {"action": str(approval.id)}}
        await self._call(
            self._client.chat_update,
            channel=approval.place.channel,
            ts=approval.card_ts,
            text=MOVED_ON,
            blocks=[header(approval.card.title), context(f"↪️ {MOVED_ON}")],
            metadata=metadata,
        )

    # Steward's own surfaces.

    async def invite(self, place: Place, invitation: Invitation) -> str:
        """Post the card that leads to the consent page, and return its ts. Of those that reconnect, one stands for each
        end of a connection: it is drawn anew, with the link of now."""
        account = invitation.account
        ended = f"{account.id} {account.ended_at}" if account is not None and invitation.reconnects else ""
        payload = {"accounts": len(invitation.accounts), "ended": ended}
        post = Post(place, invitation_title(invitation), invitation_blocks(invitation), CONNECT, payload)
        if ended and (ts := await self._find(post)):
            await self._update(post, ts)
            return ts
        return await self._post(post)

    async def close(self, place: Place, ts: str, title: str) -> None:
        """Take the links off such a card: this came of them. Raises ChatError."""
        payload = {"accounts": 0, "ended": ""}
        await self._update(Post(place, title, literal(f"✅ {title}."), CONNECT, payload), ts)

    async def accounts(self, place: Place, accounts: Sequence[Account], *, card: str = "") -> str:
        """Post the list of a person's accounts with its buttons, or draw it anew where it stands; returns its ts."""
        post = Post(place, "Your accounts", accounts_blocks(accounts), ACCOUNTS, {"accounts": len(accounts)})
        if not card:
            return await self._post(post)
        await self._update(post, card)
        return card

    async def welcome(self, place: Place, *, connected: bool) -> None:
        """Post what Steward does and how to begin."""
        await self._post(Post(place, surfaces.ASKED_NOTHING, surfaces.welcome(connected=connected)))

    async def prompts(self, place: Place) -> None:
        """Suggest a few requests; lost when Slack doesn't take them."""
        prompts = [{"title": title, "message": message} for title, message in surfaces.PROMPTS]
        try:
            await self._client.assistant_threads_setSuggestedPrompts(
                channel_id=place.channel, thread_ts=place.thread or None, title="Try one of these", prompts=prompts
            )
        except (SlackClientError, *UNREACHABLE) as lost:
            log.info("prompts_lost", error=type(lost).__name__)

    async def home(self, user: str, accounts: Sequence[Account], waiting: Sequence[Approval]) -> None:
        """Publish a person's Home tab."""
        await self._call(self._client.views_publish, user_id=user, view=surfaces.home(accounts, waiting))

    # People.

    async def person(self, team: str, user: str) -> Person:
        """Who this is: name, address, zone, membership."""
        found = (await self._call(self._client.users_info, user=user))["user"]
        member = _member(found, team)
        return Person(
            id=person_id(team, user),
            team=team,
            user=user,
            name=_name(found),
            email=found.get("profile", {}).get("email", ""),
            zone=known_zone(found.get("tz")),
            dm=await self.dm(user) if member else "",
            member=member,
        )

    async def called(self, team: str, user: str) -> Address:
        """Somebody who was mentioned: their name, and their address if they are of this workspace and Slack tells."""
        found = (await self._call(self._client.users_info, user=user))["user"]
        email = found.get("profile", {}).get("email", "") if _member(found, team) else ""
        return Address(email=email, name=_name(found))

    async def link(self, place: Place, ts: str) -> str:
        """Where a person sees a message for themselves: Slack's own link to it, for which no scope is needed."""
        found = await self._call(self._client.chat_getPermalink, channel=place.channel, message_ts=ts)
        return str(found["permalink"])

    async def dm(self, user: str) -> str:
        """The channel of a person's direct messages with Steward."""
        return str((await self._call(self._client.conversations_open, users=user))["channel"]["id"])

    # The wire.

    async def _post(self, post: Post) -> str:
        metadata = {"event_type": post.event, "event_payload": post.payload} if post.event else None
        answered = await self._call(
            self._client.chat_postMessage,
            channel=post.place.channel,
            thread_ts=post.place.thread or None,
            text=fitting(post.text),
            blocks=post.blocks,
            metadata=metadata,
            **QUIET,
        )
        return str(answered["ts"])

    async def _once(self, post: Post, *, again: bool) -> str:
        """Post a message that bears an identity; one that stands already is returned instead of repeated."""
        if again and (ts := await self._find(post)):
            return ts
        try:
            return await self._post(post)
        except ChatError as refused:
            if refused.facts["why"] == "invalid_blocks" and post.fallback:
                return await self._post(replace(post, blocks=post.fallback))
            if refused.facts["why"] == UNANSWERED and (ts := await self._find(post)):
                return ts
            raise

    async def _update(self, post: Post, ts: str) -> None:
        """Draw a message of ours anew."""
        metadata = {"event_type": post.event, "event_payload": post.payload}
        call = {"channel": post.place.channel, "ts": ts, "text": post.text, "metadata": metadata}
        try:
            await self._call(self._client.chat_update, **call, blocks=post.blocks, **QUIET)
        except ChatError as refused:
            if refused.facts["why"] != "invalid_blocks":
                raise
            await self._call(self._client.chat_update, **call, blocks=post.fallback, **QUIET)

    async def _find(self, post: Post) -> str | None:
        where: dict[str, Any] = {"channel": post.place.channel, "limit": LOOK_BACK, "include_all_metadata": True}
        if post.place.thread:
            found = await self._call(self._client.conversations_replies, **where, ts=post.place.thread)
        else:
            found = await self._call(self._client.conversations_history, **where)
        ident = IDENTITIES[post.event]
        for message in found["messages"]:
            metadata = message.get("metadata", {})
            bears = metadata.get("event_payload", {}).get(ident)
            if metadata.get("event_type") == post.event and bears == post.payload[ident]:
                return str(message["ts"])
        return None

    async def _call(self, method: Callable[..., Awaitable[Any]], **arguments: Any) -> Any:
        """One call, slowed down as Slack asks; raises ChatError with Slack's word or "unanswered"."""
        for _ in range(PATIENCE):
            try:
                return await method(**{k: v for k, v in arguments.items() if v is not None})
            except SlackApiError as refused:
                if (why := reason(refused)) not in ("ratelimited", "rate_limited"):
                    raise ChatError(why=why) from refused
                await asyncio.sleep(float(refused.response.headers.get("Retry-After", 1)))
            except (SlackClientError, *UNREACHABLE) as lost:
                raise ChatError(why=UNANSWERED) from lost
        raise ChatError(why="ratelimited")


def _reply(turn: Turn, text: str, actions: int, *, over: bool = False) -> Post:
    """The answer to a request, with the links that code makes, and its question; `over` when that was answered. A
    report stands for the words that tell it."""
    payload: dict[str, Any] = {"turn": str(turn.id), "state": turn.status.value, "actions": actions}
    if turn.then:
        payload["then"] = True
    if turn.question and not over:
        payload["options"] = len(turn.question.options)
    if turn.report:
        blocks, fallback = (
            report_blocks(turn.report, turn=turn.id, taken=turn.taken),
            plain_report(turn.report, turn=turn.id),
        )
        return Post(turn.place, escaped(visible(turn.report.worded())), blocks, TURN, payload, fallback)
    safe = answer(text, typed=turn.words, sources=turn.listed)
    asked = question_blocks(turn.id, turn.question, over=over) if turn.question else []
    return Post(turn.place, safe, [*paragraphs(safe), *asked], TURN, payload)


def reason(refused: SlackApiError) -> str:
    """Slack's word for a refusal; an answer that isn't Slack's (a proxy's, a fault's) leaves open what became of it."""
    told = getattr(refused.response, "data", refused.response)
    return str(told.get("error", "unknown")) if isinstance(told, dict) else UNANSWERED


def fitting(text: str) -> str:
    """As much of a reply as a message holds; what is left out is said to be."""
    limit = SECTION * MAX_SECTIONS
    return text if len(text) <= limit else text[: limit - 40] + "\n… (too long for one message)"


def paragraphs(text: str) -> list[Block]:
    """A reply as sections that Slack doesn't search for links."""
    chunks = list(_chunks(fitting(text))) or [" "]
    return [{"type": "section", "text": {"type": "mrkdwn", "text": c, "verbatim": True}} for c in chunks]


def _chunks(text: str) -> Iterator[str]:
    """Pieces of at most SECTION characters, parted between lines or words: a cut entity would show its ampersand."""
    while len(text) > SECTION:
        at = next((end + 1 for mark in "\n " if (end := text.rfind(mark, 0, SECTION)) > 0), SECTION)
        yield text[:at]
        text = text[at:]
    if text:
        yield text


def _member(found: dict[str, Any], team: str) -> bool:
    outside = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
    return not any(found.get(flag) for flag in outside) and found.get("team_id", team) == team


def _name(found: dict[str, Any]) -> str:
    return str(found.get("profile", {}).get("real_name") or found.get("real_name") or found.get("name", ""))


def known_zone(name: object) -> str:
    """An IANA name that this machine knows; whatever else Slack says is UTC."""
    try:
        return ZoneInfo(str(name)).key
    except (KeyError, ValueError, OSError):
        return "UTC"


def _payload(approval: Approval) -> dict[str, Any]:
    return {"action": str(approval.id), "kind": approval.action.kind, "status": approval.status.value}
