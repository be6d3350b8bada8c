"""The command line: run, ask, serve, work, schedule, migrate, doctor, audit, rotate, reset, manifest."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from app.commands.children import leashed
from app.commands.run import Own
from app.domain.errors import StewardError
from app.embedded import EmbeddedError
from app.settings import Settings
from app.store.schema import SchemaError
from app.telemetry import Telemetry, configure_logs
from integrations.queue import BULK, NOW

INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended."""
Command = Callable[[argparse.Namespace], int]


def main() -> int:
    """Exit status 0 when it did what was asked, 1 when it says what is wrong."""
    given = _parser().parse_args()
    command: Command = given.command
    try:
        status = command(given)
    except (StewardError, EmbeddedError, SchemaError) as failure:
        if sentence := getattr(failure, "sentence", str(failure)):
            print(sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.set_defaults(command=command)
        return sub

    _add_own(add("run", _run, "run everything that isn't configured elsewhere, until Ctrl-C"))
    ask = add("ask", _ask, "play one request in the sandbox, cards included")
    _add_own(ask)
    ask.add_argument("text", help="the request, in your own words")
    ask.add_argument("--answer", default="", help="approve, reject, an option's number, or both: 2,approve")
    ask.add_argument("--json", action="store_true", help="one JSON document on standard output")
    add("serve", _serve, "run the app process: Slack and HTTP")
    add("work", _work, "run a worker").add_argument("queue", choices=(NOW, BULK))
    add("schedule", _schedule, "run the scheduler")
    add("migrate", _migrate, "bring the database up to date")
    add("doctor", _doctor, "check every setting, service, token and scope")
    add("rotate", _rotate, "seal all tokens with a new key")
    audit = add("audit", _audit, "verify the audit trail: every chain and every anchor")
    audit.add_argument("verb", choices=("verify",))
    audit.add_argument("--person", default="", help="only this one's chain: an id, or Slack's TEAM/USER")
    add("reset", _reset, "forget the sandbox: mail, messages, database")
    add("manifest", _manifest, "print the Slack app manifest")
    return parser


def _add_own(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mailbox", type=Path, help="an mbox file as the mailbox")
    parser.add_argument("--calendar", type=Path, help="an .ics file, or a folder of them, as the calendar")
    parser.add_argument("--me", default="", help="whose mailbox it is; guessed when absent")
    parser.add_argument("--world", default="", metavar="SEED", help="a number: other people, mails and meetings")


def _settings(given: argparse.Namespace) -> tuple[Settings, Own]:
    """The settings, in a home of its own for each other world: nobody's mail mixes with another's."""
    settings = Settings.load()
    mailbox, calendar = (path.absolute() if path else None for path in (given.mailbox, given.calendar))
    own = Own(mailbox, calendar, given.me, given.world)
    if own == Own():
        return settings, own
    mark = sha256("\n".join(own.arguments()).encode()).hexdigest()[:10]
    return Settings.load(steward_home=settings.home / "own" / mark), own


def _run(given: argparse.Namespace) -> int:
    from app.commands.run import run

    settings, own = _settings(given)
    _logs(settings)
    return asyncio.run(run(settings, own))


def _ask(given: argparse.Namespace) -> int:
    from app.commands.ask import Asked, ask

    settings, own = _settings(given)
    _logs(settings)
    return asyncio.run(ask(settings, own, Asked(given.text, given.answer, given.json)))


def _serve(_: argparse.Namespace) -> int:
    from app.commands.serve import serve

    settings = _process()
    asyncio.run(serve(settings, Telemetry()))
    return 0


def _work(given: argparse.Namespace) -> int:
    from app.commands.work import work

    work(_process(), given.queue)
    return 0


def _schedule(_: argparse.Namespace) -> int:
    from app.commands.schedule import schedule

    asyncio.run(schedule(_process()))
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from app.commands.migrate import migrate

    migrate(Settings.load())
    return 0


def _rotate(_: argparse.Namespace) -> int:
    from app.commands.rotate import rotate

    print(asyncio.run(rotate(Settings.load())))
    return 0


def _audit(given: argparse.Namespace) -> int:
    from app.commands.audit import verify

    settings = Settings.load()
    _logs(settings)
    return asyncio.run(verify(settings, given.person))


def _reset(_: argparse.Namespace) -> int:
    from app.commands.reset import reset

    print(reset(Settings.load()))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from app.commands.doctor import doctor

    return asyncio.run(doctor(Settings.load()))


def _manifest(_: argparse.Namespace) -> int:
    from app.commands.manifest import manifest

    print(manifest())
    return 0


def _process() -> Settings:
    """The settings of one process of a house, which ends with whoever started it."""
    leashed()
    settings = Settings.load()
    _logs(settings)
    return settings


def _logs(settings: Settings) -> None:
    configure_logs(level=settings.log_level, style=settings.log_format)


if __name__ == "__main__":
    sys.exit(main())
