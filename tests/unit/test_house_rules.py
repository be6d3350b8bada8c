"""The rules that no linter knows: how long things may be, where anything may be caught, what no file may tell."""

import ast
import configparser
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOPS = ("app", "handlers", "integrations", "jobs", "migrations", "sandbox", "bench", "tests", "deploy")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
P90_FUNCTION = 30
MOST_PARAMETERS = 6  # the five, and what a method is called on
BOUNDARY = {"jobs/boundary.py"}
"""Where everything may be caught. The other boundary is Bolt's error handler, which catches nothing itself."""
SYSTEM = {"/", "/usr", "/usr/src", "/usr/local/src", "/srv", "/opt", "/home", "/root", "/tmp", "/var/tmp", "/var/lib"}
"""Directories every machine has: naming one says nothing about this one."""
RESERVED = re.compile(r"(^|\.)(example(\.(com|org|net))?|test|invalid|localhost)$|^example-|(^|\.)example\.")
"""Domains that belong to nobody (RFC 2606)."""
ADDRESS = re.compile(r"\b[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}\b", re.IGNORECASE)
NOBODYS = {"ben@examplex.com", "calendar-notification@google.com", "lunch00001@google.com"}
"""Written like addresses, but of no person: a near miss for a search, Google's own sender, the UID of an event."""
SECRETS = re.compile(
    r"xox[bpars]-\d{6,}-|xapp-\d-[A-Z0-9]{8,}-|sk-ant-[\w-]{20,}|AIza[\w-]{35}|gh[pousr]_\w{36}"
    r"|GOCSPX-[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}"
)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project."""
    try:
        run = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(run, capture_output=True, check=True, text=True).stdout.split("\0")
        found = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        found = [path for top in TOPS for path in (ROOT / top).rglob("*")] + list(ROOT.glob("*"))
    return tuple(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def modules() -> dict[str, ast.Module]:
    return {name(path): ast.parse(path.read_text()) for path in tracked() if path.suffix == ".py"}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@cache
def texts() -> dict[str, str]:
    """Every file of the project that is text."""
    contents = {name(path): path.read_bytes() for path in tracked()}
    return {file: content.decode(errors="replace") for file, content in contents.items() if b"\0" not in content}


def test_there_is_something_to_look_at() -> None:
    assert {top for top in TOPS if any(m.startswith(f"{top}/") for m in modules())} >= {"app", "handlers", "sandbox"}


def test_no_file_is_long() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in tracked() if path.suffix == ".py"}
    assert {module: lines for module, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_long() -> None:
    long = {f"{module}:{f.name}": length(f) for module, f in functions() if length(f) > LONGEST_FUNCTION}
    assert long == {}


@pytest.mark.parametrize("top", ["app", "handlers", "integrations", "jobs", "sandbox", "tests"])
def test_nine_of_ten_functions_are_short(top: str) -> None:
    lengths = sorted(length(f) for module, f in functions() if module.startswith(f"{top}/"))
    assert lengths[9 * len(lengths) // 10] <= P90_FUNCTION


def test_no_function_of_the_product_takes_much() -> None:
    taken = {
        f"{module}:{f.name}": len(f.args.posonlyargs + f.args.args + f.args.kwonlyargs)
        for module, f in functions()
        if not module.startswith(("tests/", "bench/", "sandbox/"))
    }
    assert {function: count for function, count in taken.items() if count > MOST_PARAMETERS} == {}


def test_every_module_opens_with_a_sentence() -> None:
    silent = [module for module, tree in modules().items() if not ast.get_docstring(tree)]
    assert silent == []
    first = {module: (ast.get_docstring(tree) or "").split("\n\n")[0] for module, tree in modules().items()}
    assert [module for module, sentence in first.items() if not sentence.rstrip().endswith((".", ":", "?"))] == []


def test_everything_is_caught_at_the_boundaries_only() -> None:
    broad = set()
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and not _narrow(node) and not _raises(node):
                broad.add(module)
    assert {module for module in broad if not module.startswith(("tests/", "bench/"))} == BOUNDARY


def _narrow(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return not any(c is None or (isinstance(c, ast.Name) and c.id in ("Exception", "BaseException")) for c in caught)


def _raises(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def of_this_machine() -> set[str]:
    """Paths and hosts that are true here and nowhere else."""
    paths = {ROOT, ROOT.parent, Path.home()}
    told = {f"{path}/" for path in paths if str(path) not in SYSTEM and len(path.parts) > 1}
    told -= {f"/{part}/" for part in ("app", "code", "src", "steward", "workspace")}
    config = configparser.RawConfigParser(strict=False)
    config.read(["/etc/pip.conf", Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"])
    settings = [value for section in config.sections() for value in config[section].values()]
    settings += [v for k, v in os.environ.items() if re.match(r"(PIP|UV)_.*(INDEX|LINKS|HOST)", k)]
    for word in " ".join(settings).split():
        if match := re.match(r"(?:https?://(?:[^@/]*@)?([^/:]+)|(?:file://)?(/[^/]+/[^/]+))", word):
            told.add(match[1] or match[2])
    return told - {"/etc/ssl"}


def test_no_file_tells_of_this_machine() -> None:
    told = of_this_machine()
    assert {(file, word) for file, text in texts().items() for word in told if word in text} == set()


def test_no_file_names_a_package_index() -> None:
    option = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|^index-url|\bPIP_(EXTRA_)?INDEX_URL=", re.M)
    assert [file for file, text in texts().items() if option.search(text) and file != name(Path(__file__))] == []


def test_no_file_holds_a_secret() -> None:
    assert [file for file, text in texts().items() if SECRETS.search(text)] == []


def test_no_file_names_a_real_persons_address() -> None:
    published = {a for file, text in texts().items() if file.startswith("tests/data/") for a in addresses(text)}
    foreign = {
        (file, address)
        for file, text in texts().items()
        if not file.startswith("tests/data/") and not file.endswith(".lock")
        for address in addresses(text) - published - NOBODYS
        if not RESERVED.search(address.partition("@")[2])
    }
    assert foreign == set()


def addresses(text: str) -> set[str]:
    lines = (line for line in text.splitlines() if "@" in line)
    return {match[0].lower() for line in lines for match in ADDRESS.finditer(line)}


def test_nothing_happens_at_import() -> None:
    asked = {
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        if not module.startswith(("tests/", "bench/", "migrations/"))
        for statement in tree.body
        for node in _run_at_import(statement)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "now", "today", "utcnow", "monotonic")
    }
    assert asked == set()


def _run_at_import(statement: ast.AST) -> Iterator[ast.AST]:
    """What a statement of a module evaluates at once: everything but the bodies of functions."""
    yield statement
    for child in ast.iter_child_nodes(statement):
        inside = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and child in statement.body
        lazy = isinstance(child, ast.Lambda) or (isinstance(statement, ast.If) and _is_main(statement.test))
        if not inside and not lazy:
            yield from _run_at_import(child)


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"
