"""The commands on a database of our own: what a script prints, what a person reads, what goes wrong."""

import os
import pty
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from outlay.identity.keys.model import KEY_PREFIX
from outlay.kit.ids import Token
from tests.store.embedded_help import eventually
from tests.support.processes import OUTLAY, Server, external
from tests.support.servers import ServerForTests
from tests.support.terminal import Said, Terminal


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path that the server's account can reach."""
    made = Path(tempfile.mkdtemp(prefix="outlay-cli-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def first_key(folder: Path) -> Said:
    """What the real program says on an empty machine; every command after it meets what that made."""
    return Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder).runs(
        "keys", "create", "--role", "owner", "--quiet"
    )


@pytest.fixture(scope="module")
def server(folder: Path, first_key: Said) -> Iterator[Server]:
    """Most commands are run beside a serving Outlay, as they will be; it also spares each of them a start."""
    with Server({"OUTLAY_DATA_DIR": str(folder / "data")}) as running:
        yield running


@pytest.fixture(scope="module")
def terminal(server: Server, folder: Path) -> Terminal:
    return Terminal({"OUTLAY_DATA_DIR": str(folder / "data"), "OUTLAY_PORT": str(server.port)}, folder)


@pytest.fixture
def apart(newest_server: ServerForTests, worker: str, folder: Path) -> Terminal:
    """Beside a database in which there is nothing yet, for whoever needs one of their own."""
    return Terminal(external(newest_server.clone(f"cli_{worker}")), folder)


def me(server: Server, key: str) -> httpx.Response:
    return httpx.get(f"{server.origin}/api/v1/me", headers={"Authorization": f"Bearer {key}"}, timeout=30)


def test_a_first_key_on_an_empty_machine_makes_the_first_workspace(first_key: Said, terminal: Terminal, server: Server):
    assert (first_key.code, first_key.err) == (0, "")
    assert Token.parse(first_key.out.removesuffix("\n"), KEY_PREFIX) is not None
    assert [one["name"] for one in terminal.does("workspaces", "list", "--json").data] == ["My agency"]
    assert me(server, first_key.out.strip()).json()["role"] == "owner"


def test_a_quiet_key_beside_a_server_is_all_that_is_printed_and_works_at_once(terminal: Terminal, server: Server):
    said = terminal.with_settings(OUTLAY_PRT="1").runs("keys", "create", "--role", "owner", "--quiet")

    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) == 1
    answer = me(server, said.out.strip())
    assert answer.status_code == 200
    assert answer.json()["role"] == "owner"


def test_a_revoked_key_ends_at_once(terminal: Terminal, server: Server):
    made = terminal.does("keys", "create", "--role", "viewer", "--name", "short-lived", "--json").data
    assert me(server, made["secret"]).status_code == 200

    terminal.does("keys", "revoke", made["id"])

    assert me(server, made["secret"]).json()["code"] == "key_revoked"
    assert made["id"] not in [key["id"] for key in terminal.does("keys", "list", "--json").data]
    revoked = [key for key in terminal.does("keys", "list", "--all", "--json").data if key["id"] == made["id"]]
    assert revoked[0]["revoked_at"] is not None


def test_a_key_is_what_its_options_say(terminal: Terminal):
    options = ["--name", "nightly", "--expires", "30d", "--rate-limit", "90", "--scope", "spend.read"]
    made = terminal.does("keys", "create", "--role", "analyst", *options, "--scope", "people.read", "--json").data
    assert (made["name"], made["role"], made["rate_limit_per_minute"]) == ("nightly", "analyst", 90)
    assert made["scopes"] == ["people.read", "spend.read"]
    assert made["expires_at"] > made["created_at"]


def test_lists_never_show_a_secret(terminal: Terminal):
    made = terminal.does("keys", "create", "--role", "viewer", "--json").data
    secret = Token.parse(made["secret"], KEY_PREFIX)
    assert secret is not None
    for arguments in (["keys", "list", "--all", "--json"], ["audit", "list", "--json"]):
        shown = terminal.does(*arguments).out
        assert secret.secret not in shown
        assert secret.hash.hex() not in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--role", "portal"], "client"),
        (["--role", "agent", "--agent", "nobody"], "nobody"),
        (["--role", "viewer", "--scope", "keys.manage"], "keys.manage"),
        (["--role", "viewer", "--expires", "2001-01-01"], "past"),
        (["--role", "viewer", "--workspace", "elsewhere"], "My agency"),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_one_line(terminal: Terminal, options: list[str], words: str):
    said = terminal.says("keys", "create", *options)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert words in said.err


def test_an_unknown_key_cannot_be_revoked(terminal: Terminal):
    said = terminal.says("keys", "revoke", str(uuid4()))
    assert said.code == 1
    assert said.err.startswith("error: There is no such key")


def test_with_several_workspaces_one_has_to_be_named(apart: Terminal):
    owner = ["--owner-email", "ada@example.test", "--owner-name", "Ada"]
    first = apart.does(
        "workspaces", "create", "North", "--zone", "Europe/Berlin", "--currency", "EUR", *owner, "--json"
    )
    apart.does("workspaces", "create", "South", *owner)

    said = apart.says("users", "list")
    assert said.code == 1
    assert "'North', 'South'" in said.err
    for named in ("North", first.data["id"]):
        assert [user["email"] for user in apart.does("users", "list", "--workspace", named, "--json").data] == [
            "ada@example.test"
        ]
    assert first.data["time_zone"] == "Europe/Berlin"
    assert [row["ok"] for row in apart.does("audit", "verify", "--json").data] == [True, True]


def test_a_workspace_that_cannot_be_is_refused_and_nothing_of_it_stays(terminal: Terminal):
    before = terminal.does("workspaces", "list", "--json").data
    owner = ["--owner-email", "ada@example.test", "--owner-name", "Ada"]
    for options in (["--zone", "Mars/Base"], ["--currency", "euro"], ["--owner-email", "nobody"]):
        said = terminal.says("workspaces", "create", "South", *owner, *options)
        assert said.code == 1
        assert said.err.startswith("error: ")
    assert terminal.does("workspaces", "list", "--json").data == before


def test_who_is_locked_out_comes_in_by_a_link_that_works_once(terminal: Terminal, server: Server):
    said = terminal.does("users", "link", "OWNER@localhost", "--quiet")
    assert said.err == ""
    address, _, token = said.out.strip().partition("#token=")
    assert address == f"{server.origin}/sign-in/link"

    first, second = (httpx.post(f"{server.origin}/api/v1/session/link", json={"token": token}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 410)
    assert terminal.does("audit", "list", "--action", "user.link", "--json").data[0]["target"] == "Owner"


def test_nobody_gets_a_link_who_is_no_member(terminal: Terminal):
    said = terminal.says("users", "link", "stranger@example.test")
    assert said.code == 1
    assert "outlay users list" in said.err


def test_an_invitation_printed_at_the_terminal_can_be_opened(terminal: Terminal, server: Server):
    said = terminal.does("users", "invite", "grace@example.test", "--role", "manager", "--quiet")
    token = said.out.strip().partition("#token=")[2]
    opened = httpx.get(f"{server.origin}/api/v1/invitations/open", params={"token": token})
    assert opened.json()["email"] == "grace@example.test"
    assert terminal.says("users", "invite", "no address", "--role", "viewer").code == 1


def test_the_record_shows_what_was_done_at_the_command_line(terminal: Terminal):
    terminal.does("keys", "create", "--role", "viewer", "--name", "recorded")
    newest = terminal.does("audit", "list", "--limit", "1", "--json").data[0]
    assert (newest["action"], newest["actor"], newest["target"]) == ("key.create", "command line", "recorded")
    assert terminal.does("audit", "verify").code == 0


def test_a_changed_record_is_found(apart: Terminal):
    apart.does("keys", "create", "--role", "owner")
    workspace = apart.does("workspaces", "list", "--json").data[0]["id"]
    statement = "update audit_entry set actor_name = 'somebody else' where seq = 2"
    apart.does("db", "shell", "--role", "owner", "--workspace", workspace, "--", "-qc", statement)

    said = apart.says("audit", "verify", "--json")
    assert said.code == 1
    assert [(row["ok"], row["broken_at"]) for row in said.data] == [(False, 2)]
    said = apart.says("db", "verify", "--json")
    assert said.code == 1
    assert [one["check"] for one in said.data if not one["ok"]] == ["nobody changed the audit log"]


def test_every_check_of_a_sound_database_passes_beside_a_server(terminal: Terminal):
    found = terminal.does("db", "verify", "--json").data
    assert len(found) >= 8
    assert all(one["ok"] and one["faults"] == [] for one in found)
    assert terminal.does("db", "verify").out.count("ok ") == len(found)


def test_a_hole_in_the_guard_is_found(apart: Terminal):
    assert "up to date" in apart.does("db", "upgrade").out
    apart.does("db", "shell", "--role", "owner", "--", "-qc", "alter table client disable row level security")
    apart.does("db", "shell", "--role", "owner", "--", "-qc", "revoke select on agent from outlay_operator")

    said = apart.says("db", "verify")
    assert said.code == 1
    assert "client: row-level security is off" in said.out
    assert "public.agent cannot be read by outlay_operator" in said.out


def test_a_shell_is_the_operators_unless_another_is_asked_for(terminal: Terminal):
    query = "select current_user, count(*) from api_key"
    operator = terminal.does("db", "shell", "--", "-Atc", query).out.strip().split("|")
    assert operator[0] == "outlay_operator"
    assert int(operator[1]) > 0
    assert terminal.does("db", "shell", "--role", "app", "--", "-Atc", query).out.strip() == "outlay_app|0"
    assert terminal.says("db", "shell", "--", "-qc", "delete from api_key").code == 1


def test_background_jobs_are_listed_and_a_missing_one_is_not_found(terminal: Terminal):
    assert isinstance(terminal.does("jobs", "list", "--json").data, list)
    said = terminal.says("jobs", "retry", "123456")
    assert said.code == 1
    assert said.err == "error: There is no job 123456.\n"


def test_a_worker_of_its_own_starts_beside_the_server_and_ends_when_told(terminal: Terminal):
    with terminal.start("worker") as worker:
        try:
            assert worker.stderr is not None
            assert worker.stderr.readline() == "Waiting for jobs.\n"
            assert eventually(lambda: len(workers_of(terminal)) == 2), "the server's own and ours"
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
        finally:
            worker.kill()
    assert eventually(lambda: len(workers_of(terminal)) == 1)


def workers_of(terminal: Terminal) -> list[str]:
    query = "select id from jobs.procrastinate_workers"
    return terminal.does("db", "shell", "--", "-Atc", query).out.split()


def test_a_worker_does_not_keep_a_database_from_its_server(folder: Path):
    said = Terminal({"OUTLAY_DATA_DIR": str(folder / "unserved")}, folder).says("worker")
    assert said.code == 1
    assert "outlay serve" in said.err
    assert not (folder / "unserved").exists()


def test_a_table_in_a_pipe_is_plain_and_whole(terminal: Terminal):
    name = "a name that is much wider than any column of a terminal would ever be allowed to grow " + "x" * 30
    terminal.does("keys", "create", "--role", "viewer", "--name", name)
    header, *rows = terminal.does("keys", "list").out.splitlines()
    assert header.split()[:3] == ["id", "name", "role"]
    assert any(name in row for row in rows)
    assert all(ord(letter) >= 32 for row in rows for letter in row)


def test_a_table_fits_the_terminal_and_names_cannot_steer_it(terminal: Terminal):
    terminal.does("keys", "create", "--role", "viewer", "--name", "sly \x1b]0;title\x07 [red]name[/red]")
    shown = in_terminal(terminal, "keys", "list", columns=90)
    assert "\x1b]0;" not in shown
    lines = [line for line in without_styles(shown).splitlines() if line.strip()]
    assert max(len(line) for line in lines) <= 90
    assert "[red]" in "".join(without_styles(shown).split())


def in_terminal(terminal: Terminal, *arguments: str, columns: int) -> str:
    """What a command shows on a terminal of that width."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(terminal.folder)
        os.execve(OUTLAY, [str(OUTLAY), *arguments], {**terminal.environment, "COLUMNS": str(columns), "TERM": "xterm"})
    shown = b""
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(descriptor)
    return shown.decode()


def without_styles(shown: str) -> str:
    """The same text without colours and weights."""
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)
