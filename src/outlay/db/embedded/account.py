"""Which operating system user runs the server, and whom its socket lets in."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass

from outlay.db.embedded.errors import EmbeddedError

ROOT = 0


@dataclass(frozen=True)
class Account:
    """A named system user; PostgreSQL knows peers by name, so a user without one cannot come in."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    # True when we are root and the server must run as somebody else.
    switch: bool


def server_account(name: str) -> Account:
    """The user that runs the server: ourselves, or the unprivileged account when we are root."""
    uid = os.geteuid()
    if uid != ROOT:
        return _account(_entry_of_uid(uid), switch=False)
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        entry = _create(name)
    if entry.pw_uid == ROOT:
        raise EmbeddedError("account", f"The account {name} is root itself: name an unprivileged account instead.")
    return _account(entry, switch=True)


def admitted_users(account: Account) -> tuple[str, ...]:
    """The system users that may connect, as any role: the server's account and whoever started it."""
    starter = _entry_of_uid(os.geteuid()).pw_name
    return tuple(dict.fromkeys((account.name, starter)))


def user_name(uid: int) -> str:
    """The name of a user for a message, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _entry_of_uid(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedError(
            "account",
            f"The user id {uid} has no name on this system, and PostgreSQL needs one: "
            "add it to /etc/passwd, run as a named user, or set OUTLAY_DATABASE_URL.",
        ) from None


def _account(entry: pwd.struct_passwd, *, switch: bool) -> Account:
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, groups, switch)


def _create(name: str) -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    program = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    reason = "useradd is missing"
    if program is not None:
        outcome = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False, cwd="/")
        reason = " ".join(outcome.stderr.split())
    try:
        # Another start may have made the account a moment earlier; then useradd failed and all is well.
        return pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedError(
            "account",
            f"PostgreSQL does not run as root and the account {name} cannot be made ({reason}): run `{' '.join(command)}`, "
            "start Outlay as an ordinary user, or set OUTLAY_DATABASE_URL.",
        ) from None
