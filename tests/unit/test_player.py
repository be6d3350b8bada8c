"""The terminal player over real sockets: Slack, the page and Google's consent are the sandbox's own servers."""

import asyncio
import json
import os
import pty
import sys
from argparse import ArgumentTypeError
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.google.seed import SeedAccount
from sandbox.google.server import build
from sandbox.player import DONE, LEFT_WAITING, NOT_DONE, Play, play, read_answers
from tests.browser.stage import CONTROL, TOKEN, Stage, serve
from tests.unit.steward_double import Card, Script, StewardDouble

ROOT = Path(__file__).parents[2]
WORK, HOME, BENS = "ada@sandbox.example", "ada@home.example", "ben@sandbox.example"
ACCOUNTS = [
    SeedAccount(WORK, "Ada Osei", "Europe/Berlin"),
    SeedAccount(HOME, "Ada Osei", "Europe/Berlin"),
    SeedAccount(BENS, "Ben Carter", "America/New_York"),
]


@pytest.fixture
async def steward(tmp_path: Path) -> AsyncIterator[StewardDouble]:
    google = await build(tmp_path / "google", control_token=CONTROL)
    google.seed(ACCOUNTS)
    google_runner, port = await serve(google.app)
    async with Stage(tmp_path / "slack") as stage:
        double = StewardDouble(stage, google, f"http://127.0.0.1:{port}")
        await double.open()
        yield double
        await double.runner.cleanup()
    await google_runner.cleanup()


def wanted(steward: StewardDouble, **changes: Any) -> Play:
    base = Play(
        steward.stage.origin, TOKEN, "Archive all promotional emails", answer="approve", as_json=True, timeout=30
    )
    return replace(base, **changes)


async def told(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str], **changes: Any
) -> tuple[int, dict[str, Any]]:
    code = await play(wanted(steward, **changes))
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, document


async def test_a_whole_play_connects_asks_approves_and_tells_the_receipt(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(cards=[Card()])
    code, document = await told(steward, capsys)
    assert code == DONE
    assert steward.connected == [WORK, HOME]
    assert [message["from"] for message in document["messages"]] == ["Ada Osei", "Steward"]
    assert document["messages"][1]["text"] == "I can archive 37 mails."
    [action] = document["actions"]
    assert (action["id"], action["kind"], action["status"]) == (steward.script.cards[0].id, "ArchiveEmails", "done")
    assert "[ Approve ]" in action["card"]
    assert "Status: *done*" in action["receipt"]
    timings = document["timings"]
    assert 0 < timings["first_sign_ms"] <= timings["answer_ms"]
    assert len(timings["click_to_done_ms"]) == 1


async def test_a_play_goes_on_when_steward_does(steward: StewardDouble, capsys: pytest.CaptureFixture[str]) -> None:
    more = Script(reply="Now the mail.", cards=[Card(kind="SendReply")])
    steward.script = Script(cards=[Card(kind="CreateEvent")], then=more)
    code, document = await told(steward, capsys)
    assert code == DONE
    said = [message["text"] for message in document["messages"] if message["from"] == "Steward"]
    assert said == ["I can archive 37 mails.", "Now the mail."]
    assert [(action["kind"], action["status"]) for action in document["actions"]] == [
        ("CreateEvent", "done"),
        ("SendReply", "done"),
    ]


async def test_a_play_waits_for_nothing_when_nothing_came_of_its_cards(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(cards=[Card()], then=Script(reply="Never said."))
    code, document = await told(steward, capsys, answer="reject")
    assert code == DONE
    assert document["messages"][-1]["text"] == "I can archive 37 mails."


async def test_a_question_is_answered_by_its_number_and_the_play_goes_on(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(reply="Which?", options=("Monday", "Tuesday"), then=Script(reply="Good.", cards=[Card()]))
    code, document = await told(steward, capsys, options=(2,))
    assert code == DONE
    assert steward.heard[-1] == "Tuesday"
    assert [action["status"] for action in document["actions"]] == ["done"]


@pytest.mark.parametrize("options", [(), (3,), (0,)])
async def test_a_question_that_nobody_answers_is_left_waiting(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str], options: tuple[int, ...]
) -> None:
    steward.script = Script(reply="Which?", options=("Monday", "Tuesday"))
    code, document = await told(steward, capsys, options=options)
    assert code == LEFT_WAITING
    assert "[ Monday ]" in document["messages"][-1]["text"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("approve", ("approve", ())), ("2", (None, (2,))), ("2, reject", ("reject", (2,))), ("1,3", (None, (1, 3)))],
)
def test_an_answer_is_a_word_for_cards_and_numbers_for_questions(typed: str, meant: Any) -> None:
    assert read_answers(typed) == meant


@pytest.mark.parametrize("typed", ["perhaps", "approve,reject", "2,,"])
def test_any_other_answer_is_refused(typed: str) -> None:
    with pytest.raises(ArgumentTypeError):
        read_answers(typed)


async def test_accounts_are_connected_once(steward: StewardDouble, capsys: pytest.CaptureFixture[str]) -> None:
    await told(steward, capsys)
    await told(steward, capsys, ask="And again")
    assert steward.connected == [WORK, HOME]
    assert steward.heard == ["connect", "connect", "Archive all promotional emails", "And again"]


async def test_every_card_is_rejected_when_that_is_the_answer(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(cards=[Card(), Card(kind="SendReply")])
    code, document = await told(steward, capsys, answer="reject")
    assert code == DONE
    assert [action["status"] for action in document["actions"]] == ["rejected", "rejected"]


async def test_a_marked_recipient_is_confirmed_by_a_second_click(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(cards=[Card(clicks=2)])
    code, document = await told(steward, capsys)
    assert code == DONE
    assert document["actions"][0]["status"] == "done"


@pytest.mark.parametrize("ending", ["failed", "partial", "uncertain", "expired"])
async def test_what_was_not_done_is_told_by_the_exit_code(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    steward.script = Script(cards=[Card(outcome=("approved", "running", ending))])
    code, document = await told(steward, capsys)
    assert code == NOT_DONE
    assert document["actions"][0]["status"] == ending


async def test_without_an_answer_and_a_terminal_a_card_is_left_waiting(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(cards=[Card()])
    code, document = await told(steward, capsys, answer=None)
    assert code == LEFT_WAITING
    assert document["actions"][0]["status"] == "proposed"
    assert document["timings"]["click_to_done_ms"] == []


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (Script(reply="You have 3 meetings tomorrow."), DONE),
        (Script(reply="Which Maria do you mean?"), LEFT_WAITING),
        (Script(reply="The model can't be reached.", state="failed"), NOT_DONE),
        (Script(reply="You may not use me.", without_turn=True), NOT_DONE),
    ],
)
async def test_answers_without_cards(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str], script: Script, code: int
) -> None:
    steward.script = script
    found, document = await told(steward, capsys)
    assert found == code
    assert document["messages"][-1]["text"] == script.reply


async def test_time_running_out_says_what_was_waited_for(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    await told(steward, capsys)
    steward.script = Script(silent=True)
    code, document = await told(steward, capsys, timeout=0.5)
    assert code == NOT_DONE
    assert document["error"] == "After 0.5 seconds we were still waiting for a first sign from Steward."


async def test_a_wrong_token_and_a_dead_page_are_told(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = await told(steward, capsys, token="wrong")
    assert code == NOT_DONE
    assert "refused" in document["error"]
    await steward.stage.close_page()
    code, document = await told(steward, capsys)
    assert code == NOT_DONE
    assert "can't be reached" in document["error"]
    await steward.stage.open_page()


@pytest.mark.parametrize(
    ("typed", "status", "code"), [("y", "done", DONE), ("n", "rejected", DONE), ("", "proposed", LEFT_WAITING)]
)
async def test_a_person_at_a_terminal_is_asked_for_each_card(
    steward: StewardDouble, typed: str, status: str, code: int
) -> None:
    steward.script = Script(cards=[Card()])
    ours, theirs = pty.openpty()
    program = "import sys; from sandbox.player import main; sys.exit(main(sys.argv[1:]))"
    options = ("--page", steward.stage.origin, "--token", TOKEN, "--ask", "Archive", "--timeout", "30")
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *options, stdin=theirs, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    os.close(theirs)
    os.write(ours, f"{typed}\n".encode())
    out, _ = await running.communicate()
    os.close(ours)
    assert running.returncode == code
    assert "ArchiveEmails: approve?" in out.decode()
    assert f"┌ {status}" in out.decode() or status == "proposed"


async def test_the_transcript_shows_steps_cards_and_receipts(
    steward: StewardDouble, capsys: pytest.CaptureFixture[str]
) -> None:
    steward.script = Script(cards=[Card(text="Archive \x1b[2J37 mails")])
    assert await play(wanted(steward, as_json=False)) == DONE
    out = capsys.readouterr().out
    for line in (
        "Ada Osei:",
        "… Searching your mail",
        "Archive [2J37 mails",
        "[ Approve ]  [ Reject ]",
        "→ Approve",
        "┌ done",
    ):
        assert line in out
    assert "\x1b" not in out
