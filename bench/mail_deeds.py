"""The changes to mail that are measured."""

import base64
from email.message import EmailMessage

from bench.kind import ME, Account, Kind, call
from bench.programs import Json

NEWSLETTERS = "category:promotions in:inbox older_than:30d"
BODY = "Thank you, that suits me well. See you then."
CHANGE = f"{ME}/messages/batchModify"
FRIEND = "kim@walks.example"
"""Who is written to, and has been before, so that one click is enough."""
LABEL = "Walks"


async def kinds(account: Account) -> list[Kind]:
    """All of them, on one account and the mail that is in it."""
    found = (await account.get(f"{ME}/messages", q=NEWSLETTERS, maxResults="500"))["messages"]
    newsletters = [mail["id"] for mail in found]
    sent = (await account.get(f"{ME}/messages", q="in:sent", maxResults="1"))["messages"][0]
    label = await account.post(f"{ME}/labels", {"name": LABEL})
    await account.post(f"{ME}/messages/send", {"raw": _raw({"To": FRIEND, "Subject": "Hello"})})
    await account.post(CHANGE, {"ids": newsletters, "addLabelIds": ["UNREAD"]})
    return [
        *(_archiving(newsletters), _trashing(newsletters)),
        *(_labelling(newsletters, label["id"]), _marking(newsletters), await _restoring(account)),
        *(await _reply(account, sent), _draft(), _writing(), _forwarding(sent)),
    ]


def _labelling(ids: list[str], label: str) -> Kind:
    return Kind(
        f"label {len(ids)} mails",
        "change_mail",
        {**_PROMOTIONS, "do": "label", "name": LABEL},
        [call("POST", CHANGE, {"ids": ids, "addLabelIds": [label]})],
        [call("POST", CHANGE, {"ids": ids, "removeLabelIds": [label]})],
    )


def _marking(ids: list[str]) -> Kind:
    return Kind(
        f"mark {len(ids)} mails as read",
        "change_mail",
        {**_PROMOTIONS, "do": "read"},
        [call("POST", CHANGE, {"ids": ids, "removeLabelIds": ["UNREAD"]})],
        [call("POST", CHANGE, {"ids": ids, "addLabelIds": ["UNREAD"]})],
    )


async def _restoring(account: Account) -> Kind:
    found = (await account.get(f"{ME}/messages", q="category:updates in:inbox", maxResults="5"))["messages"]
    ids = [mail["id"] for mail in found]
    away = {"ids": ids, "addLabelIds": ["TRASH"], "removeLabelIds": ["INBOX"]}
    await account.post(CHANGE, away)
    return Kind(
        f"take {len(ids)} mails out of the trash",
        "change_mail",
        {"do": "restore", "account": "work"},
        [call("POST", CHANGE, {"ids": ids, "removeLabelIds": ["TRASH"], "addLabelIds": ["INBOX"]})],
        [call("POST", CHANGE, away)],
    )


def _writing() -> Kind:
    arguments = {"kind": "new", "to": [FRIEND], "subject": "A walk", "body": BODY, "account": "work"}
    raw = _raw({"To": FRIEND, "Subject": "A walk"})
    return Kind("write to a friend", "write_mail", arguments, [call("POST", f"{ME}/messages/send", {"raw": raw})])


def _forwarding(sent: Json) -> Kind:
    arguments = {"kind": "forward", "thread": f"work:{sent['threadId']}", "to": [FRIEND], "body": BODY}
    whole = call("GET", f"{ME}/messages/{sent['id']}?format=raw")
    raw = _raw({"To": FRIEND, "Subject": "Fwd: a walk"})
    deed = [whole, call("POST", f"{ME}/messages/send", {"raw": raw})]
    return Kind("forward to a friend", "write_mail", arguments, deed)


def _archiving(ids: list[str]) -> Kind:
    return Kind(
        f"archive {len(ids)} mails",
        "change_mail",
        {**_PROMOTIONS, "do": "archive"},
        [call("POST", CHANGE, {"ids": ids, "removeLabelIds": ["INBOX"]})],
        [call("POST", CHANGE, {"ids": ids, "addLabelIds": ["INBOX"]})],
    )


def _trashing(ids: list[str]) -> Kind:
    return Kind(
        f"move {len(ids)} mails to the trash",
        "change_mail",
        {**_PROMOTIONS, "do": "trash", "where": "inbox"},
        [call("POST", CHANGE, {"ids": ids, "addLabelIds": ["TRASH"], "removeLabelIds": ["INBOX"]})],
        [call("POST", CHANGE, {"ids": ids, "removeLabelIds": ["TRASH"], "addLabelIds": ["INBOX"]})],
    )


def _draft() -> Kind:
    return Kind(
        "save a draft",
        "write_mail",
        {"kind": "new", "subject": "A walk", "body": BODY, "account": "work", "draft_only": True},
        [call("POST", f"{ME}/drafts", {"message": {"raw": _raw({"Subject": "A walk"})}})],
        [call("DELETE", f"{ME}/drafts/{{made}}")],
    )


async def _reply(account: Account, sent: Json) -> Kind:
    """To the newest mail of a person who has been written to before, so that one confirmation is enough."""
    thread = await account.get(f"{ME}/threads/{sent['threadId']}", format="metadata")
    headers = {h["name"].lower(): h["value"] for m in thread["messages"] for h in m["payload"]["headers"]}
    known = headers["message-id"]
    raw = _raw({"To": headers["to"], "Subject": headers["subject"], "In-Reply-To": known, "References": known})
    return Kind(
        "send a reply",
        "write_mail",
        {"kind": "reply", "thread": f"work:{sent['threadId']}", "body": BODY},
        [call("POST", f"{ME}/messages/send", {"raw": raw, "threadId": sent["threadId"]})],
    )


def _raw(headers: dict[str, str]) -> str:
    mail = EmailMessage()
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(BODY)
    return base64.urlsafe_b64encode(mail.as_bytes()).decode()


_PROMOTIONS = {"category": "promotions", "older_than_days": 30, "account": "work"}
