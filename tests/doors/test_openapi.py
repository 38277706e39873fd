"""The description of the API: valid, complete, true, and with examples that work."""

import json
import os
import re
import subprocess
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI
from schemathesis import openapi

from outlay.app import make_api, make_services
from outlay.db.roles import DatabaseUrls
from outlay.settings import Settings
from tests.doors.door_help import Address, addresses_of, description_of, example_of
from tests.support.processes import OUTLAY, Server

SECRETS = {"token", "password", "current_password", "new_password"}


@pytest.fixture
def description(server: Server) -> dict[str, Any]:
    return description_of(server.origin)


@pytest.fixture(scope="module")
def addresses(server: Server) -> list[Address]:
    return addresses_of(server.origin)


def test_it_is_a_valid_document_of_openapi_3_1(description: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", description["openapi"])
    openapi.from_dict(description).validate()
    for name, schema in description["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    targets = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(description)))

    assert targets <= description["components"]["schemas"].keys()


def test_every_address_says_what_it_does_and_answers(addresses: list[Address]) -> None:
    for address in addresses:
        operation = address.operation
        assert operation["summary"], address
        assert operation["description"], address
        assert operation["tags"], address
        successes = [status for status in operation["responses"] if status.startswith("2")]
        assert len(successes) == 1, address
        answer = operation["responses"][successes[0]]
        assert ("content" in answer) == (successes[0] != "204"), address
    names = [address.operation["operationId"] for address in addresses]
    assert len(set(names)) == len(names)


def test_every_native_address_says_how_it_fails(addresses: list[Address]) -> None:
    for address in addresses:
        if not address.is_native:
            continue
        failures = {status: answer for status, answer in address.operation["responses"].items() if status[0] in "45"}
        expected = {"400", "413", "415", "422", "429", "503"}
        assert failures.keys() >= expected | ({"401", "403"} if address.needs_credential else set()), address
        for answer in failures.values():
            problem = answer["content"]["application/problem+json"]["schema"]
            assert problem == {"$ref": "#/components/schemas/Problem"}, address
            assert answer["description"], address


def test_every_address_that_needs_a_credential_says_which(
    description: dict[str, Any], addresses: list[Address]
) -> None:
    schemes = description["components"]["securitySchemes"]
    assert (schemes["key"]["type"], schemes["key"]["scheme"]) == ("http", "bearer")
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "outlay_session")
    for address in addresses:
        if address.needs_credential:
            assert address.operation["security"] == [{"key": []}, {"session": []}], address


def test_every_parameter_of_a_path_is_declared(addresses: list[Address]) -> None:
    for address in addresses:
        declared = {item["name"] for item in address.operation.get("parameters", []) if item["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", address.path)), address


def test_every_body_refuses_unknown_fields_and_has_an_example_that_fits(
    description: dict[str, Any], server: Server, addresses: list[Address]
) -> None:
    schemas = description["components"]["schemas"]
    for address in addresses:
        example = example_of(server.origin, address)
        if example is None:
            continue
        schema = address.operation["requestBody"]["content"]["application/json"]["schema"]
        # A body that is one thing or many says so where it stands.
        for one in schema.get("anyOf", [schema]):
            named = schemas[one["$ref"].rpartition("/")[2]] if "$ref" in one else one.get("items", one)
            assert named["additionalProperties"] is False, address
        assert jsonschema_rs.is_valid({**schema, "components": description["components"]}, example), address


def test_the_examples_work_as_they_stand(api: httpx.Client, server: Server, addresses: list[Address]) -> None:
    """What makes something is sent as it is shown; links and passwords in examples are nobody's."""
    order = (
        *("clients", "campaigns", "agents", "keys", "invitations", "workspace"),
        *("prices/categories", "prices/overrides"),
    )
    for kind in order:
        for address in addresses:
            if address.path == f"/api/v1/{kind}" and address.method in {"POST", "PATCH"}:
                answer = api.request(
                    address.method, server.origin + address.path, json=example_of(server.origin, address)
                )
                assert answer.status_code in {200, 201}, f"{address}: {answer.text}"
    for path in ("prices/categories/whatsapp_utility/rates", "prices/explain"):
        (address,) = [a for a in addresses if a.method == "POST" and a.has(f"/api/v1/{path}")]
        answer = api.post(f"/{path}", json=example_of(server.origin, address))
        assert answer.status_code in {200, 201}, answer.text
    for kind, name in (("clients", "acme"), ("campaigns", "spring-launch"), ("agents", "copywriter")):
        (change,) = [a for a in addresses if (a.method, a.path) == ("PATCH", f"/api/v1/{kind}/{{name}}")]
        answer = api.patch(f"/{kind}/{name}", json=example_of(server.origin, change))
        assert answer.status_code == 200, answer.text


def test_no_secret_is_ever_read_from_a_path_and_only_the_link_of_an_invitation_from_a_query(
    addresses: list[Address],
) -> None:
    found = {
        str(address)
        for address in addresses
        for item in address.operation.get("parameters", [])
        if item["name"].lower() in SECRETS
    }

    assert found == {"GET /api/v1/invitations/open"}


def routes_of(api: FastAPI) -> set[tuple[str, str]]:
    """Every address that the application answers, found by asking its routers and not its description."""
    found: set[tuple[str, str]] = set()

    def walk(routes: list[Any], prefix: str) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes, prefix + route.include_context.prefix)
            elif hasattr(route, "methods"):
                found.update((method, prefix + route.path) for method in route.methods)

    walk(api.router.routes, "")
    return {(method, path.replace(":path}", "}")) for method, path in found if method != "HEAD"}


def test_no_address_is_left_out(addresses: list[Address]) -> None:
    nowhere = DatabaseUrls(owner="", app="", operator="")
    served = routes_of(make_api(make_services(Settings(), nowhere, is_embedded=False)))
    described = {(address.method, address.path) for address in addresses}

    # The documentation itself, and what Prometheus reads, which has a format of its own.
    apart = {"/docs", "/docs/errors", "/docs/style.css", "/api/v1/openapi.json", "/metrics"}
    assert {(method, path) for method, path in served if path not in apart} == described - {("GET", "/metrics")}
    assert apart <= {path for _, path in served} | {"/metrics"}


def test_the_command_prints_what_the_server_serves(description: dict[str, Any]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OUTLAY_")}

    printed = subprocess.run([OUTLAY, "openapi"], capture_output=True, text=True, check=True, env=environment).stdout

    assert json.loads(printed) == description
