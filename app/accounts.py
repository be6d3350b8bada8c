"""Connected accounts: the links that connect them and widen what is allowed, their names, and how they go."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from app.aftermath import Aftermath
from app.domain.errors import (
    AnotherAccount,
    ChatError,
    ConsentRefused,
    ConsentUnknown,
    FormErrors,
    GrantDead,
    NameTaken,
    NoCode,
    NotYours,
    ProviderError,
)
from app.domain.forms import Answers, Form, Line
from app.domain.grants import Asked, Identity, Invitation, Needs, Tokens
from app.domain.permissions import CHANGING, READING, Permission, worded
from app.domain.ports import Kind, Services
from app.domain.types import Account, AccountId, Person, PersonId, Place, person_id
from app.planning.sanitising import visible

LINK_LIFETIME = timedelta(minutes=15)
"""How long a link to a new account may be used; Google's own codes live ten minutes."""
RENEWAL_LIFETIME = timedelta(days=7)
"""How long a link may be used that can only renew the account it names: over a holiday."""
STATE_BYTES = 32
"""Randomness of a state: 256 bits (RFC 6749, section 10.10 asks for at least 128)."""
VERIFIER_BYTES = 48
"""64 characters of base64url: within RFC 7636's 43 to 128."""
NAMES = {True: "work", False: "personal"}
"""What an account is called at first, by whether it belongs to a company's domain."""
NAME_LIMIT = 40
"""Characters of an account's name, which stands on every card."""
RENAME, PASTE = "rename", "paste"
"""What the forms are called, which comes back with what was entered."""
PASTED = Form(
    title="Finish connecting",
    submit="Connect",
    inputs=(
        Line(
            name="address",
            label="Address or code",
            value="",
            most=3_000,
            hint="The whole address of the page that Google sent your browser to, which may not have opened.",
        ),
    ),
)
DISCONNECTED = "You disconnected this account. Nothing was changed."

FORGOTTEN = "Its tokens are deleted, its waiting cards are off, and what its other cards held is deleted."
TURNED_AWAY = "This waited for *{name}*, which was disconnected. Ask again once an account for it is connected."


class Accounts:
    """The OAuth use case; the provider's side of it is the port Consent."""

    def __init__(self, services: Services, *, paste: bool = False) -> None:
        self._services = services
        self._grants = services.grants
        self._aftermath = Aftermath(services)
        self._paste = paste

    # Showing the way to the consent page.

    async def invite(self, person: PersonId, place: Place, needs: Needs | None = None) -> None:
        """Show, in the person's DM only, the way to connect an account; or, for each account that needs it, the way to
        allow more."""
        for account in await self._grants.accounts(person):
            if wanted := (needs or {}).get(account.id):
                await self._show(person, place, account.lacks(wanted), account=account)
        if needs is None:
            await self._show(person, place, READING)

    async def widen(self, person: PersonId, account: AccountId, place: Place) -> None:
        """Show the way to renew an account, or to allow it everything it doesn't yet; raises NotYours."""
        known = await self._account(person, account)
        await self._show(person, place, known.lacks(Permission) if known.alive else known.scopes, account=known)

    async def remind(self, person: PersonId, account: AccountId) -> None:
        """Show the way to renew an account whose connection has ended, once."""
        ended = await self._grants.unnoticed(account, person, self._services.clock.now())
        owner = await self._services.store.people.person(person)
        if ended is None or owner is None or not owner.member:
            return
        place = Place(channel=owner.dm or await self._services.chat.dm(owner.user), thread="")
        await self._grants.noticed(ended, await self._show(person, place, ended.scopes or READING, account=ended))

    async def _show(
        self, person: PersonId, place: Place, asks: Sequence[Permission], *, account: Account | None = None
    ) -> str:
        """Post the card; its ts. The link is good before anyone can follow it."""
        owner = await self._services.store.people.person(person)
        if owner is None:
            raise ConsentUnknown
        if not place.channel.startswith("D"):
            place = Place(channel=await self._services.chat.dm(owner.user), thread="")
        state, verifier = secrets.token_urlsafe(STATE_BYTES), secrets.token_urlsafe(VERIFIER_BYTES)

        def link(wanted: Collection[Permission]) -> str:
            hint = account.email if account else ""
            return self._services.consent.url(state, challenge(verifier), asks=wanted, hint=hint)

        invitation = Invitation(
            url=link(asks),
            whole="" if account else link((*asks, *CHANGING)),
            asks=tuple(asks),
            account=account,
            accounts=await self._grants.accounts(person),
            paste=state if self._paste else "",
        )
        about = {"account": account.id if account else None, "asks": tuple(asks)}
        until = self._services.clock.now() + (RENEWAL_LIFETIME if account else LINK_LIFETIME)
        await self._grants.ask(state, Asked(person=person, place=place, verifier=verifier, **about), until=until)
        card = await self._services.chat.invite(place, invitation)
        await self._grants.shown(state, person, card)
        return card

    # The way back.

    async def finish(
        self, *, state: str, code: str, error: str, by: PersonId | None = None
    ) -> tuple[Account, tuple[Permission, ...], str]:
        """The way back from the consent page: the account, what of the asked wasn't allowed, and the name of the person
        it now belongs to. `by` is who brought it, when that is known.

        Raises ConsentUnknown for a state that was used, is too old or is somebody else's, ConsentRefused when the
        person said no, AnotherAccount when they chose one that the link isn't for.
        """
        asked = await self._grants.redeem(state, self._services.clock.now())
        if asked is None or by not in (None, asked.person):
            raise ConsentUnknown
        if error or not code:
            raise ConsentRefused(why="access was not granted" if error == "access_denied" else error or "no code came")
        identity, tokens = await self._services.consent.exchange(code, asked.verifier)
        existing = await self._grants.accounts(asked.person)
        self._meant(asked, identity, existing)
        account = Account(
            id=AccountId(uuid4()),
            person=asked.person,
            subject=identity.subject,
            email=identity.email,
            name=named(identity, existing),
            scopes=tokens.scopes,
        )
        kept = await self._grants.keep(account, tokens)
        missing = kept.lacks(asked.asks)
        await self._tell(asked, kept, missing, renewed=any(a.subject == kept.subject for a in existing))
        person = await self._services.store.people.person(asked.person)
        return kept, missing, person.name if person else ""

    def _meant(self, asked: Asked, identity: Identity, existing: Sequence[Account]) -> None:
        """Raises AnotherAccount, or ConsentUnknown when the account of the link was disconnected meanwhile."""
        if asked.account is None:
            return
        wanted = next((a for a in existing if a.id == asked.account), None)
        if wanted is None:
            raise ConsentUnknown
        if wanted.subject != identity.subject:
            raise AnotherAccount(wanted=wanted.email, chosen=identity.email)

    async def _tell(self, asked: Asked, kept: Account, missing: Collection[Permission], *, renewed: bool) -> None:
        """Say what was connected, take the links off its card, and go on with what waited for it."""
        title = "Connected again" if renewed else "Connected"
        words = f"{title}: {kept.described}. I may {worded(kept.scopes) or 'do nothing there yet'}."
        if missing:
            words += f" You didn't allow me to {worded(missing, 'or')}. Type `accounts` if you change your mind."
        with suppress(ChatError):  # the page in the browser says so too
            await self._services.chat.say(asked.place, words)
        if asked.card:
            with suppress(ChatError):  # its links are used up all the same
                await self._services.chat.close(asked.place, asked.card, title)
        for turn in await self._services.store.parking.waiting(kept.person, kept.id):
            await self._services.queue.wake(Kind.TURN, str(turn), kept.person)

    async def paste(self, state: str, trigger: str) -> None:
        """Show the form into which the address is pasted that a browser couldn't open. Raises ChatError."""
        await self._services.chat.open_form(trigger, PASTED, name=PASTE, about=state)

    async def pasted(self, person: PersonId, state: str, answers: Answers) -> Mapping[str, str]:
        """Finish with what was pasted; what is wrong with it, by the input's name."""
        try:
            code, error = pasted_code(PASTED.read(answers)["address"], state)
            await self.finish(state=state, code=code, error=error, by=person)
        except FormErrors as wrong:
            return wrong.fields
        except (NoCode, ConsentUnknown, ConsentRefused, AnotherAccount, ProviderError) as refusal:
            return {"address": refusal.sentence}
        return {}

    # Their names.

    async def show(self, person: PersonId, place: Place, *, card: str = "") -> None:
        """Show what is connected, with buttons; in the place of an earlier card if one is named."""
        await self._services.chat.accounts(place, await self._grants.accounts(person), card=card)

    async def ask_name(self, person: PersonId, account: AccountId, trigger: str) -> None:
        """Show the form for another name; raises NotYours, ChatError."""
        form = naming(await self._account(person, account))
        await self._services.chat.open_form(trigger, form, name=RENAME, about=str(account))

    async def rename(self, person: PersonId, account: AccountId, answers: Answers) -> Mapping[str, str]:
        """Give it the name that was entered; what is wrong with that, by the input's name."""
        try:
            known = await self._account(person, account)
            name = checked_name(naming(known).read(answers)["name"])
            if not await self._grants.rename(account, person, name):
                return {"name": NameTaken(name=name).sentence}
        except FormErrors as wrong:
            return wrong.fields
        except NotYours as refusal:
            return {"name": refusal.sentence}
        return {}

    async def choose(self, person: PersonId, account: AccountId) -> None:
        """Make it the default for writing; raises NotYours."""
        await self._grants.choose((await self._account(person, account)).id, person)

    async def _account(self, person: PersonId, account: AccountId) -> Account:
        known = next((a for a in await self._grants.accounts(person) if a.id == account), None)
        if known is None:
            raise NotYours
        return known

    # How they go.

    async def disconnect(self, person: PersonId, account: AccountId, place: Place) -> None:
        """End it at the provider, and forget it with everything that waits for it; raises NotYours."""
        known = await self._account(person, account)
        given_up = await self._services.store.approvals.give_up(person, account, DISCONNECTED)
        ended = await self._revoked(known)
        await self._turn_away(known)
        await self._grants.forget(account, person)
        for plan in {approval.plan for approval in given_up}:
            await self._aftermath.moved(*(a for a in given_up if a.plan == plan))
        await self._services.store.approvals.let_go(person, account)
        words = f"Disconnected: {known.described}. {FORGOTTEN}"
        if not ended:
            words += (
                " Google didn't confirm that it ended the access on its side: please remove Steward yourself under"
                " “Third-party apps & services” of your Google Account."
            )
        await self._services.chat.say(place, words)

    async def _turn_away(self, account: Account) -> None:
        """Tell every request that waits for this account alone that it waits for nothing; before the account takes
        them with it, so that none goes unsaid."""
        for turn in await self._services.store.parking.waiting_only(account.person, account.id):
            with suppress(ChatError):  # the account is to go whatever Slack says
                await self._services.chat.say(turn.place, TURNED_AWAY.format(name=account.name))

    async def _revoked(self, account: Account) -> bool:
        """Whether the provider says that it's over; a dead grant has ended already."""
        try:
            tokens: Tokens = await self._grants.tokens(account)
            await self._services.consent.revoke(tokens)
        except GrantDead:
            return True
        except ProviderError:
            return False
        return True

    async def changed(self, team: str, user: str) -> None:
        """Renew what is known of a person; whoever left the workspace loses every connection, at the provider too."""
        ident = person_id(team, user)
        if await self._services.store.people.person(ident) is None:
            return
        person: Person = await self._services.chat.person(team, user)
        await self._services.store.people.meet(person)
        if not person.member:
            for account in await self._grants.accounts(ident):
                await self._revoked(account)
                await self._grants.bury(account.id, ident)


def challenge(verifier: str) -> str:
    """The S256 code challenge of RFC 7636."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def named(identity: Identity, existing: Sequence[Account]) -> str:
    """What to call an account: the name it has, else work or personal, else after its domain."""
    for account in existing:
        if account.subject == identity.subject:
            return account.name
    taken = {a.name for a in existing}
    domain = identity.email.partition("@")[2].partition(".")[0]
    numbered = (f"{domain} {n}" for n in range(2, len(taken) + 3))
    return next(name for name in (NAMES[identity.hosted], domain, *numbered) if name not in taken)


def naming(account: Account) -> Form:
    """The form for another name."""
    hint = f"For {account.email}. Cards and answers call it so, and you can too: “from my work account”."
    name = Line(name="name", label="Name", value=account.name, most=NAME_LIMIT, hint=hint)
    return Form(title="Rename account", inputs=(name,))


def checked_name(entered: str) -> str:
    """A name as it is kept; raises FormErrors. References part an account from an id with a colon."""
    name = " ".join(visible(entered).split())
    why = "" if name else "Please fill this in."
    if set(name) & set(":*_~`<>@"):
        why = "Please leave out : * _ ~ ` < > and @."
    if len(name) > NAME_LIMIT:
        why = f"At most {NAME_LIMIT} characters fit here, and this has {len(name)}."
    if why:
        raise FormErrors(why=why, fields={"name": why})
    return name


def pasted_code(entered: str, state: str) -> tuple[str, str]:
    """Code and error from what a person pasted: the address a browser was sent to, or the code alone. Raises NoCode,
    and ConsentUnknown for an address that another link led to."""
    text = "".join(entered.split())
    if "=" not in text:
        if not text or "://" in text:
            raise NoCode
        return text, ""
    found = parse_qs(urlsplit(text).query or text.rpartition("?")[2])
    code, error = ("".join(found.get(name, [""])[:1]) for name in ("code", "error"))
    if not code and not error:
        raise NoCode
    if found.get("state", [state])[0] != state:
        raise ConsentUnknown
    return code, error
