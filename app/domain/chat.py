"""Slack, as far as a turn, a card and the Home tab need it."""

from collections.abc import Sequence
from typing import Protocol

from app.domain.approvals import Approval
from app.domain.forms import Form
from app.domain.grants import Invitation
from app.domain.plans import Plan
from app.domain.types import Account, Address, Person, Place, Turn


class Chat(Protocol):
    """Slack, as far as a turn, a card and the Home tab need it. Every method may raise ChatError."""

    async def say(
        self, place: Place, text: str, *, turn: Turn | None = None, actions: int = 0, again: bool = False
    ) -> str:
        """Post a message and return its ts. A turn's reply is the model's and is sanitised, other text is ours; with
        `again`, a reply that stands already is found and not repeated."""

    async def answered(self, turn: Turn) -> None:
        """Draw the question of a turn anew, with what was chosen in the place of its buttons."""

    async def restate(self, place: Place, text: str, *, key: str) -> str:
        """Post what a person asked by command, once per key, and return its ts: the answer stands in its thread."""

    async def whisper(self, place: Place, user: str, text: str) -> None:
        """Tell one person something that the channel doesn't keep."""

    async def status(self, place: Place, text: str) -> None:
        """Show what is being done in this thread; empty clears it. Never raises: a status may be lost."""

    async def show(self, approval: Approval, *, again: bool = False) -> str:
        """Post the card of an action and return its ts; with `again`, one that stands already is found."""

    async def redraw(self, approval: Approval) -> None:
        """Draw the card anew from its row."""

    async def open_form(self, trigger: str, form: Form, *, name: str, about: object) -> str:
        """Open a form on the screen of who has just clicked, and return the view's id. `name` and `about` come back
        with what is entered."""

    async def fill_form(self, view: str, form: Form, *, name: str, about: object) -> None:
        """Show another form in the place of one that is open. Raises ChatError, also when it was closed meanwhile."""

    async def quote(self, approval: Approval, *, again: bool = False) -> str:
        """Post in a card's thread why it was rejected; with `again`, what stands already is found."""

    async def leave(self, approval: Approval) -> None:
        """Take the buttons from a card that was shown again elsewhere, and say so there."""

    async def plan(self, plan: Plan, *, again: bool = False) -> str:
        """Post the message that shows a turn's actions together, or draw it anew where it stands; returns its ts. With
        `again`, one that stands already is found."""

    async def invite(self, place: Place, invitation: Invitation) -> str:
        """Post the card that leads to the provider's consent page, and return its ts."""

    async def close(self, place: Place, ts: str, title: str) -> None:
        """Take the links off such a card: this came of them."""

    async def accounts(self, place: Place, accounts: Sequence[Account], *, card: str = "") -> str:
        """Post the list of a person's accounts with its buttons, or draw it anew where it stands; returns its ts."""

    async def welcome(self, place: Place, *, connected: bool) -> None:
        """Post what Steward does and how to begin."""

    async def prompts(self, place: Place) -> None:
        """Suggest a few requests. Never raises."""

    async def home(self, user: str, accounts: Sequence[Account], waiting: Sequence[Approval]) -> None:
        """Publish a person's Home tab."""

    async def person(self, team: str, user: str) -> Person:
        """Who this is: name, address, zone, membership."""

    async def called(self, team: str, user: str) -> Address:
        """Somebody who was mentioned: their name, and their address if they are of this workspace and Slack tells."""

    async def link(self, place: Place, ts: str) -> str:
        """Where a person sees a message for themselves."""

    async def dm(self, user: str) -> str:
        """The channel of a person's direct messages with Steward."""
