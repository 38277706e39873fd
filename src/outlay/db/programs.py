"""PostgreSQL's own programs (pg_dump, pg_restore, psql): which ones to run, and how, without showing a password."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from outlay.db.embedded import EmbeddedConfig, EmbeddedError
from outlay.db.embedded.binaries import find_binaries
from outlay.kit.errors import OutlayError

_DEBIAN = Path("/usr/lib/postgresql")
_NEEDED = ("pg_dump", "pg_restore", "psql")


class ProgramsMissing(OutlayError):
    """No pg_dump, pg_restore and psql that suit the server are installed. Install the PostgreSQL client package."""

    status, code, title = 500, "programs_missing", "PostgreSQL's client programs are missing"


@dataclass(frozen=True)
class Programs:
    """One installation of PostgreSQL's client programs."""

    folder: Path
    major: int
    # Those that we bring are built without TLS, which a unix socket does not need.
    have_tls: bool

    def command(self, name: str, *arguments: str | Path) -> list[str]:
        """The command line of a program."""
        return [str(self.folder / name), *(str(argument) for argument in arguments)]


def suitable_programs(server_major: int, *, with_tls: bool) -> Programs:
    """Programs that can speak with a server that is not ours: of its own version, else the next newer one."""
    found = [
        programs
        for programs in installed_programs()
        if programs.major >= server_major and (programs.have_tls or not with_tls)
    ]
    if not found:
        tls = " with TLS" if with_tls else ""
        raise ProgramsMissing(
            f"The server is PostgreSQL {server_major}, and no pg_dump of that version or newer{tls} is installed: "
            f"install the package postgresql-client-{server_major}."
        )
    return min(found, key=lambda programs: programs.major)


def newest_programs() -> Programs:
    """The programs that read the most kinds of backup files."""
    found = list(installed_programs())
    if not found:
        raise ProgramsMissing("There is no pg_restore on this machine: run `make setup`, or install postgresql-client.")
    return max(found, key=lambda programs: programs.major)


def installed_programs() -> Iterator[Programs]:
    """Every installation that can be found: on the path, where Debian keeps them, and our own."""
    on_path = [Path(folder) for folder in os.get_exec_path()]
    for folder in dict.fromkeys([*on_path, *sorted(_DEBIAN.glob("*/bin"))]):
        yield from _programs_in(folder, have_tls=True)
    with suppress(EmbeddedError):
        yield from _programs_in(find_binaries(EmbeddedConfig(data_dir=Path())), have_tls=False)


def programs_of(binaries: Path) -> Programs:
    """The programs of our own server."""
    for programs in _programs_in(binaries, have_tls=False):
        return programs
    raise ProgramsMissing(f"{binaries} has no {', '.join(_NEEDED)}: run `make setup`.")


def without_password(url: str) -> tuple[str, dict[str, str]]:
    """A connection string for a command line, which everybody on the machine can read, and the environment with the rest.

    Messages are asked for in English, since some of them are looked at.
    """
    parts = conninfo_to_dict(url)
    secrets = {"password": "PGPASSWORD", "sslpassword": "PGSSLPASSWORD"}
    hidden = {variable: str(parts.pop(name)) for name, variable in secrets.items() if parts.get(name)}
    return make_conninfo("", **parts), {**os.environ, "LC_MESSAGES": "C", **hidden}


def _programs_in(folder: Path, *, have_tls: bool) -> Iterator[Programs]:
    if all(shutil.which(name, path=str(folder)) for name in _NEEDED):
        with suppress(OSError):
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
            if version := re.search(r"\(PostgreSQL\) (\d+)", said):
                yield Programs(folder, int(version[1]), have_tls)
