"""Connects a person's Google accounts as their browser would: from Steward's link over the consent page and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientSession, CookieJar
from bs4 import BeautifulSoup, Tag

from sandbox.playing.blocks import buttons, harmless, render
from sandbox.playing.errors import PlayError
from sandbox.playing.page import Board, Json, Page

CONNECT = "steward_connect"
_WORD = "connect"  # what a person types to get a link


@dataclass(slots=True)
class Form:
    """The consent page, as far as filling it in needs it."""

    address: str
    action: str
    fields: list[tuple[str, str]]
    accounts: dict[str, str] = field(default_factory=dict)  # address → name, as the page offers them
    go: tuple[str, str] = ("", "")  # the button that continues


async def connect_all(page: Page, board: Board) -> list[str]:
    """Connects every account of this person that isn't; the addresses that were connected now."""
    connected: list[str] = []
    link = _newest_link(board)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:  # cookies of loopback addresses, too
        while True:
            form = await _open(browser, link) if link else None
            if form is not None and not _missing(form, page, board=board, connected=connected):
                return connected
            # A link can be followed once: for each account Steward is asked for one.
            link = await _fresh_link(page, board)
            form = await _open(browser, link)
            if form is None:
                raise PlayError("Steward's connect link does not lead to a consent page.")
            for email in _missing(form, page, board=board, connected=connected)[:1]:
                await _consent(browser, form, email=email)
                await _acknowledged(board, email)
                connected.append(email)


async def allow(link: str, email: str, *, without: str = "") -> None:
    """Follows one link and says yes for an account, with every box ticked but those of scopes that end like this."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        form = await _open(browser, link)
        if form is None:
            raise PlayError("The link does not lead to a consent page.")
        if without:
            form.fields = [(name, value) for name, value in form.fields if not value.endswith(without)]
        await _consent(browser, form, email=email)


def _cards(board: Board) -> list[Json]:
    return [message for message in board.all_of_steward() if message.get("metadata", {}).get("event_type") == CONNECT]


def _link_in(card: Json) -> str | None:
    """Of a card's links the last, which asks for everything at once."""
    return next((button.url for button in reversed(buttons(card)) if button.url), None)


def _newest_link(board: Board) -> str | None:
    links = [link for card in _cards(board) if (link := _link_in(card))]
    return links[-1] if links else None


async def _fresh_link(page: Page, board: Board) -> str:
    ts = (await page.post("say", channel=page.channel, text=_WORD))["ts"]

    def newer() -> str | None:
        links = [_link_in(card) for card in _cards(board) if float(card["ts"]) > float(ts)]
        return next((link for link in links if link), None)

    return await board.until(newer, "Steward's connect card")


def _missing(form: Form, page: Page, *, board: Board, connected: list[str]) -> list[str]:
    """This person's accounts on the consent page that Steward hasn't said are connected: on its newest connect card
    or since."""
    since = float(_cards(board)[-1]["ts"])
    said = "\n".join(
        f"{render(message)}\n{message.get('text', '')}"
        for message in board.all_of_steward()
        if float(message["ts"]) >= since
    )
    own = [email for email, name in form.accounts.items() if name == page.name]
    return [email for email in own if email not in connected and email not in said]


async def _acknowledged(board: Board, email: str) -> None:
    def said() -> bool | None:
        return any(email in str(message) for message in board.all_of_steward()) or None

    await board.until(said, f"Steward to say that {email} is connected")


async def _open(browser: ClientSession, link: str) -> Form | None:
    """Follows a link to the consent page; None when it leads elsewhere, as an old one may."""
    try:
        async with browser.get(link) as response:
            text, address = await response.text(), str(response.url)
    except (ClientError, OSError) as error:
        raise PlayError(f"The connect link can't be followed: {error}.") from None
    return _read_form(text, address)


def _read_form(text: str, address: str) -> Form | None:
    found = BeautifulSoup(text, "html.parser").find("form")
    if not isinstance(found, Tag):
        return None
    form = Form(address, urljoin(address, str(found.get("action", ""))), [])
    for box in found.find_all("input"):
        name, value = str(box.get("name", "")), str(box.get("value", "on"))
        if box.get("type") == "radio":
            form.accounts[value] = _account_name(box, value)
        elif box.get("type") in ("hidden", "checkbox"):  # every permission that is offered is given
            form.fields.append((name, value))
    for button in found.find_all("button"):
        form.go = (
            str(button.get("name", "")),
            str(button.get("value", "")),
        )  # the last one continues, as on Google's page
    return form


def _account_name(box: Tag, email: str) -> str:
    """The name that stands beside an account's radio button."""
    label = box.find_parent("label")
    spoken = [text for text in (label.stripped_strings if label is not None else ()) if text != email]
    return max(spoken, key=len, default="")


async def _consent(browser: ClientSession, form: Form, *, email: str) -> None:
    """Chooses the account, continues, and follows the way back to Steward."""
    parts = urlsplit(form.address)
    headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
    content = [*form.fields, ("account", email), form.go]
    try:
        async with browser.post(form.action, data=content, headers=headers) as response:
            text, status = await response.text(), response.status
    except (ClientError, OSError) as error:
        raise PlayError(f"The way back from the consent page failed: {error}.") from None
    if status >= 400:
        shown = " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())
        raise PlayError(f"{email} could not be connected ({status}): {harmless(shown)[:300]}")
