"""The sandbox's command line: `serve` runs the stand-ins, `play` asks one request as a person would."""

import argparse
import asyncio
import sys
from pathlib import Path

from sandbox import player
from sandbox.serving import Options, PortTaken, WorldError, serve


def main() -> int:
    """Exit status: play's own; serve's is 1 when something given can't be used."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_serve(commands.add_parser("serve", help="run the stand-ins"))
    player.add_arguments(commands.add_parser("play", help="play one request"))
    given = parser.parse_args()
    try:
        if given.command == "play":
            return asyncio.run(player.play(player.read_arguments(given)))
        asyncio.run(serve(_options(given)))
    except (WorldError, PortTaken) as unusable:
        print(unusable, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 2
    return 0


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", type=Path, required=True, help="where mailboxes, messages and tokens are kept")
    parser.add_argument("--page-port", type=int, default=0, help="the page's port; 0: the last one, or a free one")
    parser.add_argument("--mailbox", type=Path, help="an mbox file to use instead of the invented world")
    parser.add_argument("--calendar", type=Path, help="an .ics file, or a folder of them")
    parser.add_argument("--me", help="whose mailbox it is")
    parser.add_argument("--seed", type=int, default=1, help="of the invented world")
    parser.add_argument("--random", type=int, metavar="SEED", help="invent another world, the same for the same seed")
    parser.add_argument("--banner", default="", help="what the page says of the model that answers")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when who started it is gone")


def _options(given: argparse.Namespace) -> Options:
    names = ("home", "page_port", "mailbox", "calendar", "me", "seed", "random", "banner", "until_stdin_closes")
    return Options(**{name: getattr(given, name) for name in names})


if __name__ == "__main__":
    sys.exit(main())
