"""The scopes the consent page knows, in the words Google uses for them."""

from __future__ import annotations

from collections.abc import Iterable

_AUTH = "https://www.googleapis.com/auth/"
ALIASES = {"email": _AUTH + "userinfo.email", "profile": _AUTH + "userinfo.profile"}
SIGN_IN = frozenset({"openid", *ALIASES.values()})
WORDS = {
    "openid": "Associate you with your personal info on Google",
    _AUTH + "userinfo.email": "See your primary Google Account email address",
    _AUTH + "userinfo.profile": "See your personal info, including any personal info you've made publicly available",
    "https://mail.google.com/": "Read, compose, send, and permanently delete all your email from Gmail",
    _AUTH + "gmail.modify": "Read, compose, and send emails from your Gmail account",
    _AUTH + "gmail.compose": "Manage drafts and send emails",
    _AUTH + "gmail.send": "Send email on your behalf",
    _AUTH + "gmail.readonly": "View your email messages and settings",
    _AUTH + "gmail.metadata": "View your email message metadata such as labels and headers, but not the email body",
    _AUTH + "gmail.labels": "See and edit your email labels",
    _AUTH + "gmail.insert": "Add emails into your Gmail mailbox",
    _AUTH + "gmail.settings.basic": "See, edit, create, or change your email settings and filters in Gmail",
    _AUTH
    + "calendar": "See, edit, share, and permanently delete all the calendars you can access using Google Calendar",
    _AUTH + "calendar.readonly": "See and download any calendar you can access using your Google Calendar",
    _AUTH + "calendar.events": "View and edit events on all your calendars",
    _AUTH + "calendar.events.readonly": "View events on all your calendars",
    _AUTH + "calendar.events.owned": "See, create, change, and delete events on Google calendars you own",
    _AUTH + "calendar.freebusy": "View your availability in your calendars",
    _AUTH + "calendar.events.freebusy": "See the availability on Google calendars you have access to",
    _AUTH + "calendar.settings.readonly": "View your Calendar settings",
    _AUTH + "calendar.calendarlist.readonly": "See the list of Google calendars you're subscribed to",
    _AUTH
    + "calendar.calendars.readonly": "See the title, description, default time zone, and other properties of calendars",
}


def wanted(text: str) -> list[str]:
    """The scopes of a request, each once, under their full names."""
    return list(dict.fromkeys(ALIASES.get(scope, scope) for scope in text.split()))


def unknown(scopes: Iterable[str]) -> list[str]:
    return [scope for scope in scopes if scope not in WORDS]
