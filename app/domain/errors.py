"""What can go wrong, in words a person can read: an error's docstring is the sentence they get."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from inspect import cleandoc
from typing import Any, ClassVar

UNCHANGED = "Nothing was changed."
"""How a sentence ends that says so of all that was asked for."""


class StewardError(Exception):
    """Something went wrong on my side. Nothing was changed."""

    code: ClassVar[str] = "error"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    def __init_subclass__(cls) -> None:
        cls.code = cls.__name__

    @property
    def sentence(self) -> str:
        """The docstring with its facts filled in."""
        return " ".join(cleandoc(type(self).__doc__ or "").split()).format(**self.facts)

    @property
    def midway(self) -> str:
        """The same where something was changed before it."""
        return self.sentence.removesuffix(UNCHANGED).rstrip()


# What a person can cause.


class EmptyMessage(StewardError):
    """I didn't find any words in that. Tell me what you need, or type `help`."""


class MessageTooLong(StewardError):
    """That message has {length:,} characters and I read up to {limit:,} at once. Nothing was lost on your side: please
    send it in parts."""


class FileNotRead(StewardError):
    """I can't read files yet, so I didn't act on that message. Paste the text that matters and I'll take it from
    there."""


class TooManyRequests(StewardError):
    """That's more than {limit} requests in a minute. I haven't taken this one on; please send it again in
    {seconds} s."""


class NotAllowed(StewardError):
    """I only work for members of this workspace who were given access. Ask the person who runs Steward here to
    add you."""


class NotConnected(StewardError):
    """No mail or calendar account is connected yet. Type `connect` and I'll give you a link."""


class ConnectionsEnded(NotConnected):
    """The connection to {accounts} has ended, so I can't look into mail or calendars. Renew it with the card I've sent
    you, or type `accounts`."""


class NameTaken(StewardError):
    """Another account of yours is called “{name}” already."""


class NothingRunning(StewardError):
    """I'm not working on anything right now."""


class UnknownCommand(StewardError):
    """I don't know `{word}`. I know: help, connect, accounts, pending, stop."""


class UnknownArgument(StewardError):
    """I don't know what to do with “{more}” after `{word}`. Alone it shows everything, and it takes: {known}."""


class NotYours(StewardError):
    """That card isn't there for you to decide."""


class CardDeleted(StewardError):
    """I've deleted what that card held: it was settled long ago, or its account was disconnected. So the click changed
    nothing."""


class AlreadySettled(StewardError):
    """That card is already {status}, so the click changed nothing."""


class OfferTaken(StewardError):
    """I'm on that already, so the second click changed nothing."""


class AllSettled(StewardError):
    """These cards are decided already, so the click changed nothing."""


class QuestionOver(StewardError):
    """You have answered that question already, so the click changed nothing. Just tell me in a message if you'd like
    something else."""


class TooOld(StewardError):
    """You rejected that card more than a day ago. Just tell me in a message what you'd like instead."""


class ConsentRefused(StewardError):
    """The account wasn't connected: {why}. Type `connect` to try again."""


class ConsentUnknown(StewardError):
    """This link was used already or is too old. Type `connect` in Slack and I'll give you a new one."""


class AnotherAccount(StewardError):
    """This link is for {wanted}, and you chose {chosen} on Google's page. Nothing was changed: open the link again and
    choose {wanted}, or type `connect` to connect the other one."""


class NoCode(StewardError):
    """There is no code in that. Copy the whole address that your browser shows, from http to the end."""


class FormErrors(StewardError):
    """{why}"""

    def __init__(self, *, why: str, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        """What is wrong, by the name of the input; an empty name means the whole."""
        super().__init__(why=why)


# What the model can get wrong: these are told to it, and to the person only when it gives up.


class UnknownReference(StewardError):
    """There is no {what} called "{ref}". Use a reference exactly as a search returned it."""


class UnclearTime(StewardError):
    """I can't tell which time "{phrase}" means. Use words such as "tomorrow at 3pm" or a date such as 2026-03-05
    15:00."""


class UnclearAccount(StewardError):
    """There is no account called "{name}". The accounts are: {names}."""


class Refusal(StewardError):
    """{why}"""


# What a provider can answer.


class ProviderError(StewardError):
    """{provider} didn't do what I asked: {why}."""


class Refused(ProviderError):
    """{provider} refused: {why}. Nothing was changed."""


class Missing(ProviderError):
    """{provider} has no such {what} any more."""


class Conflict(ProviderError):
    """{provider} says this changed in the meantime: {why}."""


class ScopeMissing(ProviderError):
    """I'm not allowed to do that in {account}. Type `accounts` and choose what I may do there."""

    def __init__(self, *, needs: Mapping[Any, Collection[str]] | None = None, **facts: object) -> None:
        self.needs = dict(needs or {})
        """The permissions it takes, by account, as far as that is known."""
        super().__init__(**facts)


class GrantDead(ProviderError):
    """{provider} no longer accepts the connection to {account}. Type `connect` to renew it; everything else stays as it
    is."""


class SealedElsewhere(ProviderError):
    """The connection to {account} was sealed with a key that this process doesn't have. Whoever runs Steward can
    restart it, or give it that key as ENCRYPTION_KEY_OLD."""


class Throttled(ProviderError):
    """{provider} asks me to wait a moment."""

    def __init__(self, *, retry_after: timedelta, **facts: object) -> None:
        self.retry_after = retry_after
        super().__init__(**facts)


class Faulty(ProviderError):
    """{provider} has a fault of its own right now ({why})."""


class Unanswered(ProviderError):
    """{provider} didn't answer."""


# What the model's host can answer.


class ModelError(StewardError):
    """The language model gave no usable answer. Nothing was changed; please ask again."""


class ModelUnreachable(ModelError):
    """I can't reach the language model at the moment. Nothing was changed; please ask again in a minute."""


class ModelAbsent(ModelError):
    """The language model "{model}" isn't installed on its host. Whoever runs Steward can do so with:
    ollama pull {model}"""


class ModelBusy(ModelUnreachable):
    """The language model has too much to do at the moment. Nothing was changed; please ask again in a minute."""


class ModelUnknown(ModelError):
    """{provider} has no language model called "{model}". Whoever runs Steward can set MODEL to another one."""


class ModelLocked(ModelError):
    """{provider} doesn't accept the key it was given. Whoever runs Steward can check ANTHROPIC_API_KEY."""


class ModelDeclined(ModelError):
    """The language model declined to answer that. Nothing was changed; please put it in other words."""


class AnswerTooLong(ModelError):
    """The language model's answer grew too long and broke off. Nothing was changed; please ask for less at once."""


class PaidCallsSpent(ModelError):
    """Today's {limit:,} calls to the paid language model are used up. Nothing was changed; the next day begins at
    midnight UTC."""


class PromptTooLong(ModelError):
    """That was more text than the language model can read at once. Ask about fewer mails, or name a shorter time."""


class TooManySteps(ModelError):
    """I took more steps than I allow myself and stopped. Nothing was changed; try asking for less at once."""


# What goes on between our own parts.


class BrokenOff(StewardError):
    """I was interrupted too often while doing this."""


class LostClaim(StewardError):
    """Another worker has taken this over."""


class Overtaken(StewardError):
    """The card that this was to replace has been decided meanwhile, so this one stands beside it."""


class StoreUnavailable(StewardError):
    """My database can't be reached at the moment. Your message isn't lost: Slack will bring it again."""


class ChatError(StewardError):
    """Slack didn't take a message: {why}."""
