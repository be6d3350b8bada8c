"""Gmail v1 as Google's own client sees it."""

from __future__ import annotations

import base64
import mailbox
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from sandbox.google.seed import SeedAccount, SeedMail
from tests.contract.google_world import ADA, BOB, NOW, World, mail, raw, running

REAL_MAIL = Path(__file__).parents[1] / "data" / "real_mail.mbox"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as found:
        yield found


def labels(world: World, message_id: str, account: str = ADA) -> set[str]:
    return set(world.gmail("GET", f"messages/{message_id}?format=minimal", account=account).get("labelIds", ()))


def ids(world: World, query: str = "", account: str = ADA) -> list[str]:
    listed = world.gmail("GET", f"messages?q={query}&maxResults=500", account=account)
    return [message["id"] for message in listed.get("messages", ())]


def reason(reply: Any) -> tuple[int, str]:
    return reply.status, reply.json["error"]["errors"][0]["reason"]


def test_pages_and_estimates(world: World) -> None:
    with world.service("gmail.v1") as gmail:
        request = gmail.users().messages().list(userId="me", q="from:carol", maxResults=5)
        pages = []
        while request is not None:
            answer = request.execute()
            pages.append(answer)
            request = gmail.users().messages().list_next(request, answer)
    assert [len(page["messages"]) for page in pages] == [5, 5, 2]
    assert len({message["id"] for page in pages for message in page["messages"]}) == 12
    assert pages[0]["resultSizeEstimate"] == 201
    assert world.gmail("GET", "messages?q=nothing") == {"resultSizeEstimate": 0}


def test_archiving_between_two_pages_hides_nothing(world: World) -> None:
    first = world.gmail("GET", "messages?labelIds=INBOX&maxResults=5")
    gone = [message["id"] for message in first["messages"]]
    world.gmail("POST", "messages/batchModify", {"ids": gone, "removeLabelIds": ["INBOX"]})
    second = world.gmail("GET", f"messages?labelIds=INBOX&maxResults=500&pageToken={first['nextPageToken']}")
    assert len(second["messages"]) == 12


def test_the_formats_of_a_message(world: World) -> None:
    message_id = ids(world, "subject:%22Letter%201%22")[0]
    full = world.gmail("GET", f"messages/{message_id}")
    assert full["payload"]["mimeType"] == "text/plain"
    assert full["payload"]["partId"] == ""
    assert base64.urlsafe_b64decode(full["payload"]["body"]["data"]).strip() == b"The text of letter number 1."
    assert full["snippet"] == "The text of letter number 1."
    assert full["internalDate"] == str(int((NOW - timedelta(days=1)).timestamp() * 1000))
    assert len(message_id) == 16
    metadata = world.gmail("GET", f"messages/{message_id}?format=metadata&metadataHeaders=subject")
    assert metadata["payload"] == {"mimeType": "text/plain", "headers": [{"name": "Subject", "value": "Letter 1"}]}
    whole = world.gmail("GET", f"messages/{message_id}?format=raw")
    assert b"Subject: Letter 1" in base64.urlsafe_b64decode(whole["raw"])
    assert "payload" not in world.gmail("GET", f"messages/{message_id}?format=minimal")
    assert world.gmail("GET", f"messages/{message_id}?fields=id,payload/headers(name)")["payload"]["headers"][0] == {
        "name": "From"
    }


def test_every_oddity_of_real_mail_is_served(tmp_path: Path) -> None:
    with closing(mailbox.mbox(REAL_MAIL, create=False)) as box:
        found = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 - a mailbox iterates over its messages
    mails = [SeedMail(content, NOW - timedelta(hours=n)) for n, content in enumerate(found)]
    with running(tmp_path, [SeedAccount(ADA, "Ada", "UTC", mails)]) as world:
        listed = ids(world)
        assert len(listed) == len(found) == 103
        for message_id in listed:
            payload = world.gmail("GET", f"messages/{message_id}")["payload"]
            for part in walk(payload):
                if "attachmentId" in part["body"]:
                    path = f"messages/{message_id}/attachments/{part['body']['attachmentId']}"
                    attachment = world.gmail("GET", path)
                    assert attachment["size"] == part["body"]["size"]
                    assert len(base64.urlsafe_b64decode(attachment["data"])) == attachment["size"]
        originals = {world.gmail("GET", f"messages/{message_id}?format=raw")["raw"] for message_id in listed}
        assert originals == {raw(content) for content in found}


def walk(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield part
    for child in part.get("parts", ()):
        yield from walk(child)


def test_parts_are_numbered_and_decoded_as_gmail_does(world: World) -> None:
    content = (
        b"From: =?utf-8?q?Zo=C3=AB?= <z@x.example>\r\nTo: ada@work.example\r\nSubject: =?iso-8859-1?Q?Caf=E9?=\r\n"
        b" =?utf-8?B?w6k=?=\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n"
        b"Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9\r\n"
        b"--in\r\nContent-Type: text/html\r\n\r\n<p>hi</p>\r\n--in--\r\n--out\r\n"
        b"Content-Type: text/plain; name=notes.txt\r\n"
        b"Content-Disposition: attachment; filename=notes.txt\r\n\r\nabc\r\n"
        b"--out--\r\n"
    )
    arrived = world.control("deliver", {"account": ADA, "raw": content.decode("latin-1")})
    payload = world.gmail("GET", f"messages/{arrived['id']}")["payload"]
    shown = {header["name"]: header["value"] for header in payload["headers"]}
    assert (shown["From"], shown["Subject"]) == ("Zoë <z@x.example>", "Caféé")
    assert shown["Delivered-To"] == ADA
    parts = {part["partId"]: part for part in walk(payload)}
    assert list(parts) == ["", "0", "0.0", "0.1", "1"]
    assert base64.urlsafe_b64decode(parts["0.0"]["body"]["data"]).decode() == "Café"
    assert parts["1"]["filename"] == "notes.txt"
    assert "data" not in parts["1"]["body"]
    assert parts["0"]["body"] == {"size": 0}


def test_labels_move_a_mail_about(world: World) -> None:
    message_id = ids(world, "in:inbox")[0]
    assert world.gmail("POST", f"messages/{message_id}/trash")["labelIds"] == ["TRASH", "UNREAD"]
    assert message_id not in ids(world)
    # Taking a mail out of the trash does not put it back into the inbox.
    assert labels_after(world, f"messages/{message_id}/untrash") == {"UNREAD"}
    back = {"addLabelIds": ["INBOX"], "removeLabelIds": ["UNREAD"]}
    done = world.gmail("POST", f"messages/{message_id}/modify", back)
    assert done["labelIds"] == ["INBOX"]
    for wrong in ({"addLabelIds": ["SENT"]}, {"addLabelIds": ["Label_404"]}, {}):
        assert world.api("POST", f"/gmail/v1/users/me/messages/{message_id}/modify", wrong).status == 400


def labels_after(world: World, path: str) -> set[str]:
    return set(world.gmail("POST", path)["labelIds"])


def test_batch_modify_takes_a_thousand_and_says_nothing(world: World) -> None:
    everything = ids(world)
    body = {"ids": [*everything, "1" * 16], "removeLabelIds": ["INBOX"]}
    assert world.gmail("POST", "messages/batchModify", body) is None
    assert ids(world, "in:inbox") == []
    too_many = {"ids": ["1" * 16] * 1001, "removeLabelIds": ["INBOX"]}
    assert world.api("POST", "/gmail/v1/users/me/messages/batchModify", too_many).status == 400
    assert len(world.commits("messages.batchModify")) == 1


def test_a_persons_own_labels(world: World) -> None:
    created = world.gmail("POST", "labels", {"name": "Receipts/2026"})
    assert created["type"] == "user"
    again = world.api("POST", "/gmail/v1/users/me/labels", {"name": "receipts/2026"})
    assert reason(again) == (409, "aborted")
    message_id = ids(world)[0]
    world.gmail("POST", f"messages/{message_id}/modify", {"addLabelIds": [created["id"]]})
    assert ids(world, "label:receipts-2026") == [message_id]
    counted = world.gmail("GET", f"labels/{created['id']}")
    assert (counted["messagesTotal"], counted["threadsUnread"]) == (1, 1)
    world.gmail("PATCH", f"labels/{created['id']}", {"name": "Bills"})
    assert ids(world, "label:bills") == [message_id]
    world.gmail("DELETE", f"labels/{created['id']}")
    assert created["id"] not in labels(world, message_id)
    assert world.api("DELETE", "/gmail/v1/users/me/labels/INBOX").status == 400
    assert {"INBOX", "CATEGORY_PROMOTIONS"} <= {label["id"] for label in world.gmail("GET", "labels")["labels"]}


def test_a_mail_reaches_who_lives_here_and_leaves_for_the_rest(world: World) -> None:
    content = mail("Plans", "Shall we?", sender=ADA, to=f"Bob <{BOB}>, far@away.example", Bcc="hidden@away.example")
    sent = world.gmail("POST", "messages/send", {"raw": raw(content)})
    assert sent["labelIds"] == ["SENT"]
    (arrived,) = world.control(f"mailbox?account={BOB}")["messages"]
    assert {"INBOX", "UNREAD"} <= set(arrived["labels"])
    assert arrived["id"] != sent["id"]
    assert "Bcc" not in dict(map(tuple, arrived["headers"]))
    assert {entry["to"] for entry in world.control("outbox")} == {"far@away.example", "hidden@away.example"}
    assert world.control("outbox")[0]["subject"] == "Plans"


def test_a_reply_is_threaded_on_both_sides(world: World) -> None:
    first = world.gmail("POST", "messages/send", {"raw": raw(mail("Plans", to=BOB, sender=ADA, message_id="<p1@w>"))})
    (theirs,) = world.control(f"mailbox?account={BOB}")["messages"]
    back = mail("Re: Plans", "Yes.", to=ADA, sender=BOB, In_Reply_To="<p1@w>", References="<p1@w>", message_id="<p2@w>")
    answered = world.gmail("POST", "messages/send", {"raw": raw(back), "threadId": theirs["thread"]}, account=BOB)
    assert answered["threadId"] == theirs["thread"]
    thread = world.gmail("GET", f"threads/{first['threadId']}")
    assert len(thread["messages"]) == 2
    assert thread["messages"][1]["labelIds"] == ["CATEGORY_PERSONAL", "INBOX", "UNREAD"]


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "Re: Plans"},
        {"subject": "Re: Plans", "In_Reply_To": "<other@w>"},
        {"subject": "Other plans", "In_Reply_To": "<p1@w>", "References": "<p1@w>"},
    ],
)
def test_a_mail_that_does_not_fit_its_thread_founds_a_new_one(world: World, headers: dict[str, str]) -> None:
    first = world.gmail("POST", "messages/send", {"raw": raw(mail("Plans", to=BOB, sender=ADA, message_id="<p1@w>"))})
    content = mail(headers.pop("subject"), to=BOB, sender=ADA, **headers)
    sent = world.gmail("POST", "messages/send", {"raw": raw(content), "threadId": first["threadId"]})
    assert sent["threadId"] == sent["id"]


def test_sending_a_draft_consumes_it_and_makes_a_new_message(world: World) -> None:
    with world.service("gmail.v1") as gmail:
        drafts = gmail.users().drafts()
        created = drafts.create(userId="me", body={"message": {"raw": raw(mail("One", sender=ADA, to=BOB))}}).execute()
        changed = {"message": {"raw": raw(mail("Two", sender=ADA, to=BOB))}}
        updated = drafts.update(userId="me", id=created["id"], body=changed).execute()
        assert updated["message"]["id"] != created["message"]["id"]
        listed = drafts.list(userId="me").execute()["drafts"]
        assert [draft["message"]["id"] for draft in listed] == [updated["message"]["id"]]
        final = {"id": created["id"], "message": {"raw": raw(mail("Three", sender=ADA, to=BOB, X_Mine="yes"))}}
        sent = drafts.send(userId="me", body=final).execute()
        assert sent["labelIds"] == ["SENT"]
        assert sent["id"] not in (created["message"]["id"], updated["message"]["id"])
        with pytest.raises(HttpError) as gone:
            drafts.send(userId="me", body={"id": created["id"]}).execute()
    assert gone.value.status_code == 404
    (arrived,) = world.control(f"mailbox?account={BOB}")["messages"]
    shown = dict(map(tuple, arrived["headers"]))
    assert (shown["Subject"], shown["X-Mine"]) == ("Three", "yes")
    assert world.api("GET", f"/gmail/v1/users/me/messages/{updated['message']['id']}").status == 404


def test_history_tells_every_change_once(world: World) -> None:
    start = world.gmail("GET", "profile")["historyId"]
    message_id = ids(world)[0]
    world.gmail("POST", f"messages/{message_id}/modify", {"removeLabelIds": ["INBOX"]})
    arrived = world.control("deliver", {"account": ADA, "raw": mail("New").decode()})
    told = world.gmail("GET", f"history?startHistoryId={start}")
    assert [set(record) - {"id", "messages"} for record in told["history"]] == [{"labelsRemoved"}, {"messagesAdded"}]
    assert told["history"][1]["messagesAdded"][0]["message"]["id"] == arrived["id"]
    only = world.gmail("GET", f"history?startHistoryId={start}&historyTypes=messageAdded")
    assert len(only["history"]) == 1
    assert "history" not in world.gmail("GET", f"history?startHistoryId={told['historyId']}")
    world.switch(forget_history=ADA)
    assert reason(world.api("GET", f"/gmail/v1/users/me/history?startHistoryId={start}")) == (404, "notFound")


def test_a_batch_answers_each_of_its_calls(world: World) -> None:
    answers: dict[str, Any] = {}
    failures: dict[str, Any] = {}

    def note(call: str, answer: Any, error: Any) -> None:
        (failures if error else answers)[call] = error or answer["id"]

    wanted = ids(world)[:20]
    with world.service("gmail.v1") as gmail:
        batch = gmail.new_batch_http_request(callback=note)
        for message_id in [*wanted, "f" * 16]:
            batch.add(gmail.users().messages().get(userId="me", id=message_id), request_id=message_id)
        batch.execute()
    assert answers == {message_id: message_id for message_id in wanted}
    assert failures["f" * 16].status_code == 404


def test_uploads_carry_the_bytes_as_they_are(world: World) -> None:
    content = mail("Uploaded", "é" * 3, sender=ADA, to=BOB)
    headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {world.token(ADA)}"}
    reply = world.call("POST", "/upload/gmail/v1/users/me/messages?uploadType=media", content, headers)
    assert reply.status == 200
    assert world.gmail("GET", f"messages/{reply.json['id']}?format=raw")["raw"] == raw(content)
    two = b"--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + content
    headers["Content-Type"] = "multipart/related; boundary=b"
    reply = world.call(
        "POST", "/upload/gmail/v1/users/me/messages/send?uploadType=multipart", two + b"\r\n--b--", headers
    )
    assert reply.json["labelIds"] == ["SENT"]


def test_what_is_too_large_is_refused_and_more_fits_into_an_upload(world: World) -> None:
    content = mail("Large", "x" * 4_000_000, sender=ADA, to=BOB)
    refused = world.api("POST", "/gmail/v1/users/me/messages/send", {"raw": raw(content)})
    assert (refused.status, refused.json["error"]["message"]) == (413, "Request Entity Too Large")
    headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {world.token(ADA)}"}
    path = "/upload/gmail/v1/users/me/messages/send?uploadType=media"
    assert world.call("POST", path, content, headers).status == 200
    assert world.call("POST", path, content + b"x" * 36_700_160, headers).status == 413


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "messages?query=x", None),
        ("GET", "messages?maxResults=many", None),
        ("GET", "messages?q=a&q=b", None),
        ("GET", "messages/zz", None),
        ("GET", "messages/1?format=whole", None),
        ("GET", "messages?pageToken=zz", None),
        ("GET", "messages?fields=a(b", None),
        ("GET", "history", None),
        ("POST", "messages/send", {"raw": "%%%"}),
        ("POST", "messages/send", {}),
        ("POST", "messages/send", {"raw": raw(b"Subject: nobody\r\n\r\n")}),
        ("POST", "messages/send", {"row": "x"}),
        ("POST", "messages/batchModify", {"ids": "x"}),
        ("POST", "messages/batchModify", {"ids": [1]}),
        ("POST", "labels", {"name": "x", "messageListVisibility": "maybe"}),
        ("POST", "labels", b"{"),
        ("POST", "labels", b"[]"),
    ],
)
def test_what_does_not_fit_googles_schema_is_refused(world: World, method: str, path: str, body: Any) -> None:
    reply = world.api(method, f"/gmail/v1/users/me/{path}", body)
    assert reply.status == 400, reply.content
    error = reply.json["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert set(error["errors"][0]) >= {"domain", "reason", "message"}


def test_nobody_reads_anothers_mailbox(world: World) -> None:
    assert world.api("GET", f"/gmail/v1/users/{BOB}/messages").status == 403
    theirs = world.control("deliver", {"account": BOB, "raw": mail("Secret").decode()})
    assert world.api("GET", f"/gmail/v1/users/me/messages/{theirs['id']}").status == 404


def test_a_mailbox_outlives_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        sent = world.gmail("POST", "messages/send", {"raw": raw(mail("Kept", sender=ADA, to=BOB))})
        draft = world.gmail("POST", "drafts", {"message": {"raw": raw(mail("Draft", sender=ADA, to=BOB))}})
        label = world.gmail("POST", "labels", {"name": "Kept"})
        world.gmail("POST", f"messages/{sent['id']}/modify", {"addLabelIds": [label["id"]]})
        before = world.control(f"mailbox?account={ADA}")
        history = world.gmail("GET", "history?startHistoryId=1000")
        log = world.control("log?kind=commit")
    with running(tmp_path) as world:
        assert world.control(f"mailbox?account={ADA}") == before
        assert world.gmail("GET", "history?startHistoryId=1000") == history
        assert world.gmail("GET", f"drafts/{draft['id']}?format=minimal")["message"]["id"] == draft["message"]["id"]
        kept = world.control("log?kind=commit")
        assert [entry for entry in kept if entry["effect"] != "oauth.consent"] == [
            entry for entry in log if entry["effect"] != "oauth.consent"
        ]
