"""What the tests of the doors share: problems in their one shape, people who sign in, and the description of the API."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import psycopg
from argon2 import PasswordHasher
from psycopg.rows import TupleRow

from outlay.db.connect import Database, Work
from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from outlay.identity.keys import service as keys
from outlay.identity.keys.service import KeyDraft
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from outlay.identity.people import store as people
from outlay.identity.people.model import Person
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from tests.support.tenants import TESTER, Tenant

Result = TypeVar("Result")

PASSWORD = "four unrelated quiet words"
# The cost of a hash is written in it: this one takes no time to check.
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
UNKNOWN_ID = "0190c100-0000-7000-8000-00000000dead"
JSON = {"Content-Type": "application/json"}
PROBLEM_FIELDS = {"type", "title", "status", "code", "detail", "request_id"}
_TENANT_TABLES = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
 where a.attname = 'workspace_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
"""
# What would tell a stranger how we are built: traces, statements, files, libraries.
INSIDES = re.compile(
    r'Traceback|File "|\.py\b|site-packages|psycopg|sqlalchemy|pydantic|asyncpg|starlette|'
    r"\bselect\b.+\bfrom\b|\binsert into\b|\bupdate\b.+\bset\b|outlay_app|outlay_owner|/usr/|/tmp/|/var/",
    re.IGNORECASE,
)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in an answer, which must be one in every respect."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body: dict[str, Any] = answer.json()
    assert body.keys() >= PROBLEM_FIELDS
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/docs/errors#{code}"), answer.text
    assert body["title"], answer.text
    assert body["detail"], answer.text
    assert body["request_id"] == answer.headers["x-request-id"]
    assert INSIDES.search(answer.text) is None, answer.text
    assert "set-cookie" not in answer.headers
    assert code in documented_codes(str(answer.request.url.copy_with(raw_path=b"/")))
    return body


@cache
def documented_codes(origin: str) -> frozenset[str]:
    """The codes that a server's documentation explains."""
    with visitor(origin) as anybody:
        return frozenset(re.findall(r"<tr id='(\w+)'>", anybody.get("/docs/errors").text))


@dataclass(frozen=True)
class Address:
    """One method at one address, as the API describes itself."""

    method: str
    path: str
    operation: dict[str, Any]

    @property
    def needs_credential(self) -> bool:
        return bool(self.operation.get("security"))

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    @property
    def is_native(self) -> bool:
        return self.path.startswith("/api/")

    def at(self, name: str) -> str:
        """The address with every one of its parameters filled with the same name."""
        return re.sub(r"\{\w+\}", name, self.path)

    def has(self, path: str) -> bool:
        """Whether the path is one of this address's."""
        # The ids of events come from outside, and may hold slashes.
        pattern = re.sub(r"\{\w+\}", r"[^/]+", self.path.replace("{event_id}", ".+"))
        return re.fullmatch(pattern, path) is not None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def visitor(origin: str, **options: Any) -> httpx.Client:
    """Somebody without a credential; nothing is encrypted on loopback, so no certificates are loaded."""
    return httpx.Client(base_url=origin, verify=False, timeout=30, **options)


@cache
def description_of(origin: str) -> dict[str, Any]:
    """What the API says of itself."""
    with visitor(origin) as anybody:
        described: dict[str, Any] = anybody.get("/api/v1/openapi.json").raise_for_status().json()
    return described


def addresses_of(origin: str) -> list[Address]:
    """Every address that the API describes; what is added to it is met by every test that walks this list."""
    found = [
        Address(method.upper(), path, operation)
        for path, operations in description_of(origin)["paths"].items()
        for method, operation in operations.items()
    ]
    assert len(found) >= 40
    return found


def example_of(origin: str, address: Address) -> Any:
    """The first example of an address's body; None where it takes none."""
    content = address.operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = content["schema"]
    if "$ref" in schema:
        schema = description_of(origin)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema["examples"][0]


class Backstage:
    """What a test prepares and looks at behind the doors' back: through the services, and in the tables."""

    def __init__(self, urls: DatabaseUrls, tenant: Tenant) -> None:
        self.urls = urls
        self.tenant = tenant

    def key(self, draft: KeyDraft) -> str:
        """The secret of a new key."""

        async def made(work: Work) -> str:
            return (await keys.create(work, TESTER, draft))[1].text

        return self._do(made)

    def user(self, role: Role, *, client: str | None = None, name: str = "Uma User") -> Person:
        """A member with a password."""
        new = Person(uuid4(), f"{uuid4().hex}@example.test", name, QUICK_HASH, datetime.now(UTC))

        async def joined(work: Work) -> Person:
            bound = await portfolio.get(work, TESTER, Kind.CLIENT, client) if client else None
            person = await people.add_person(work.connection, new)
            await people.add_member(work.connection, work.workspace_id, person.id, role, bound.id if bound else None)
            return person

        return self._do(joined)

    def link(self, kind: LinkKind = LinkKind.SIGN_IN, person_id: UUID | None = None) -> str:
        """The secret of a link for a member, the owner unless another is named."""

        async def issued(work: Work) -> str:
            who, valid_for = person_id or self.tenant.owner.id, timedelta(hours=1)
            return (await links.issue(work, kind, valid_for, person_id=who))[1].text

        return self._do(issued)

    @contextmanager
    def browser(self, origin: str, person_id: UUID | None = None) -> Iterator[httpx.Client]:
        """A member's browser: it holds the session's cookie and sends the CSRF token with everything."""
        with visitor(f"{origin}/api/v1") as browser:
            welcome(browser, browser.post("/session/link", json={"token": self.link(person_id=person_id)}))
            yield browser

    def move(self, statement: str) -> int:
        """Runs a statement on the workspace's rows beside the server, to move time; gives how many rows it met."""
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute(f"set local outlay.workspace_id = '{self.tenant.id}'".encode())
            return connection.execute(statement.encode()).rowcount

    def rows(self) -> dict[str, list[str]]:
        """Everything that the database holds of the workspace, table by table."""
        with psycopg.connect(self.urls.operator) as connection:
            tables = [name for (name,) in connection.execute(_TENANT_TABLES)]
            assert len(tables) >= 10
            return {table: self._rows_of(connection, table) for table in tables}

    def _rows_of(self, connection: psycopg.Connection[TupleRow], table: str) -> list[str]:
        query = f"select to_jsonb(t) from {table} t where workspace_id = %s".encode()
        return sorted(json.dumps(row, sort_keys=True) for (row,) in connection.execute(query, [self.tenant.id]))

    def _do(self, use: Callable[[Work], Awaitable[Result]]) -> Result:
        async def in_a_transaction() -> Result:
            database = Database(self.urls, pool_size=2, pool_wait_s=10)
            try:
                async with database.work(self.tenant.id) as work:
                    return await use(work)
            finally:
                await database.close()

        with closing(asyncio.new_event_loop()) as loop:
            return loop.run_until_complete(in_a_transaction())


def welcome(browser: httpx.Client, me: httpx.Response) -> dict[str, Any]:
    """Keeps the CSRF token of somebody who was let in, and gives what they were told of themselves."""
    assert me.status_code == 200, me.text
    told: dict[str, Any] = me.json()
    browser.headers["X-CSRF-Token"] = told["csrf_token"]
    return told


def forgive_everybody(urls: DatabaseUrls) -> None:
    """Forgets failed sign-ins: all tests come from one place, and would be counted together."""
    with psycopg.connect(urls.owner) as connection:
        connection.execute("delete from sign_in_throttle")


def at_once(count: int, request: Callable[[httpx.Client], httpx.Response]) -> list[httpx.Response]:
    """Answers to many requests made at the same time, each on a connection of its own, so that all processes get some."""

    def one(_: int) -> httpx.Response:
        with visitor("") as client:
            return request(client)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))
