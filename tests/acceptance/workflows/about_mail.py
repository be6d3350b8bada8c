"""What must have become of mail: workflows 1, 2, 3, 8 and 11."""

import re
from datetime import timedelta
from email.utils import getaddresses, parseaddr

from tests.acceptance.stand_ins import Mail
from tests.acceptance.workflows.moment import Moment, mentions, subject

PAGE = 30
"""Mails that a list of priorities names at once."""
RANKED = re.compile(r"^(?:• )?\S+ (.+?) (?:\(https?://\S+\) )?· (\d+)/10 · ", re.MULTILINE)
"""A mail in such a list: its subject and its priority."""
SORTED = 100
"""Mails that are sorted at once: the newest."""
FROM_CALENDARS = ("Invitation: ", "Updated invitation: ", "Cancelled event: ", "Canceled event: ", "Accepted: ")
LEFT_OUT = re.compile(r"\d+ more|of \d+")
"""How an answer says that it doesn't show all."""
SHOWN = 40
"""Characters of a subject that an answer must show at least."""


def sender(mail: Mail) -> str:
    return parseaddr(mail.header("From"))[1].lower()


def recipients(mail: Mail) -> set[str]:
    return {address.lower() for _, address in getaddresses([mail.header("To"), mail.header("Cc")]) if address}


def named(words: str, mail: Mail) -> bool:
    return subject(mail)[:SHOWN] in " ".join(words.split())


def summary_and_draft(moment: Moment) -> None:
    """1: all is told of, or how much isn't; one answer stands there, to people of its thread; all else is as it was."""
    moment.check_cards("SendMail", "SendReply", "SaveDraft", "WriteMail")
    moment.check_calendars_untouched()
    about = [(account, mail) for account, mail in moment.mails() if mentions(mail, moment.story["project"])]
    newest = sorted(about, key=lambda one: one[1].received)[-1][1]
    assert named(moment.outcome.words, newest), f"not told of: {subject(newest)}"
    untold = {subject(mail) for _, mail in about if not named(moment.outcome.words, mail)}
    assert not untold or LEFT_OUT.search(moment.outcome.words), f"not told of, nor counted: {untold}"
    ((account, answer),) = moment.new_mails
    assert answer.labels & {"SENT", "DRAFT"}
    thread = [mail for mail in moment.before[account].mails.values() if mail.thread == answer.thread]
    assert any(mentions(mail, moment.story["project"]) for mail in thread)
    people = {person for mail in thread for person in {sender(mail), *recipients(mail)}} - {account}
    assert recipients(answer)
    assert recipients(answer) <= people
    assert answer.text.strip()
    assert set(moment.relabelled.values()) <= {(frozenset(), frozenset({"UNREAD"}))}


def unread_from_the_manager(moment: Moment) -> None:
    """2: all of them, of both accounts, and nobody else's."""
    moment.check_cards()
    moment.check_nothing_changed()
    unread = [mail for _, mail in moment.mails() if "UNREAD" in mail.labels]
    expected = [mail for mail in unread if sender(mail) == moment.story["manager"]["email"]]
    assert {mail.header("Delivered-To") for mail in expected} == set(moment.accounts)
    missing = [subject(mail) for mail in expected if not named(moment.outcome.words, mail)]
    assert not missing, f"not named: {missing}"
    wanted = {subject(mail) for mail in expected}
    rest = {subject(mail): mail for mail in unread if not any(subject(mail) in one for one in wanted)}
    others = [one for one, mail in rest.items() if named(moment.outcome.words, mail)]
    assert not others, f"named without being asked for: {others}"


def promotions_archived(moment: Moment) -> None:
    """3: exactly the old ones left the inbox, counted in days of the person's zone."""
    moment.check_cards("ArchiveEmails")
    moment.check_calendars_untouched()
    check_archived(moment)
    assert moment.new_mails == []


def check_archived(moment: Moment) -> None:
    """No other mail won or lost a label."""
    first_kept = moment.today - timedelta(days=moment.entry.get("days", 30))
    expected = {
        (account, mail.id): (frozenset(), frozenset({"INBOX"}))
        for account, mail in moment.mails()
        if {"INBOX", "CATEGORY_PROMOTIONS"} <= mail.labels and mail.received.astimezone(moment.zone).date() < first_kept
    }
    assert expected
    assert moment.relabelled == expected


def unread_by_priority(moment: Moment) -> None:
    """8: every unread mail of both inboxes counts, and only those; the list falls from the highest priority to the
    lowest, and what somebody wrote to this person alone stands before all that was sent to many, the manager's too."""
    moment.check_cards()
    moment.check_nothing_changed()
    unread = [mail for _, mail in moment.mails() if {"UNREAD", "INBOX"} <= mail.labels]
    assert f"By priority: {len(unread)} mail" in moment.outcome.words
    listed = [(" ".join(line.split()), int(n)) for line, n in RANKED.findall(moment.outcome.words)]
    assert len(listed) == min(PAGE, len(unread))
    assert [n for _, n in listed] == sorted((n for _, n in listed), reverse=True)
    newest = sorted(unread, key=lambda mail: mail.received, reverse=True)[:SORTED]
    strange = [words for words, _ in listed if not any(words.startswith(titled(m)) for m in newest)]
    assert not strange, f"not unread: {strange}"
    places = {words[:SHOWN]: place for place, (words, _) in reversed([*enumerate(listed)])}
    many = [places[start] for m in newest if to_many(m) and (start := titled(m)) in places]
    personal = [mail for mail in newest if not to_many(mail) and recipients(mail) <= {*moment.accounts}]
    manager = [m for m in newest if not to_many(m) and sender(m) == moment.story["manager"]["email"]]
    late = [m for m in (*personal, *manager) if places.get(titled(m), PAGE) >= min(many, default=PAGE + 1)]
    assert manager
    assert not late, f"behind what was sent to many: {[titled(mail) for mail in late]}"


def titled(mail: Mail) -> str:
    """As much of its subject as a list shows at least, Re: and all."""
    return " ".join(mail.header("Subject").split())[:SHOWN]


def to_many(mail: Mail) -> bool:
    """Whether it says of itself that it went to many, or that no person wrote it."""
    machine = any(mail.header(name) for name in ("List-Unsubscribe", "List-Id", "Precedence", "Auto-Submitted"))
    return machine or "CATEGORY_PROMOTIONS" in mail.labels or subject(mail).startswith(FROM_CALENDARS)


def private_mails_forwarded(moment: Moment) -> None:
    """11: each mail once, from the personal account to the work address, with its text; the originals stay."""
    moment.check_cards("ForwardEmails")
    moment.check_calendars_untouched()
    assert set(moment.relabelled.values()) <= {(frozenset(), frozenset({"UNREAD"}))}
    check_forwarded(moment)


def check_forwarded(moment: Moment) -> None:
    """No other mail is new."""
    about = [m for account, m in moment.mails() if account == moment.home and mentions(m, moment.story["private"])]
    received = [mail for mail in about if "SENT" not in mail.labels]
    sent = [mail for account, mail in moment.new_mails if account == moment.home]
    came = [mail for account, mail in moment.new_mails if account == moment.work]
    assert len(sent) == len(came)
    assert all("SENT" in mail.labels and recipients(mail) == {moment.work} for mail in sent)
    assert all("INBOX" in mail.labels and sender(mail) == moment.home for mail in came)
    assert len(received) <= len(came) <= len(about), f"{len(received)} of {len(about)} were received, {len(came)} came"
    for original in received:
        first_line = next(line for line in original.text.splitlines() if line.strip())
        copies = [mail for mail in came if first_line in mail.text and subject(mail) == subject(original)]
        assert copies, f"not forwarded: {original.header('Subject')}: {first_line}"
