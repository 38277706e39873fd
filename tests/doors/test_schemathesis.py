"""The API against its own description: generated requests of every kind, with an owner's key; no fault, no surprise."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import addresses_of, forgive_everybody
from tests.support.processes import Server
from tests.support.tenants import Tenant

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Not asked: that whatever fits the schema is accepted (a name may be taken, a link spent, a zone unknown), and what an
# address answers to other methods, which test_errors.py checks where addresses overlap.
NOT_ASKED = ("positive_data_acceptance", "unsupported_method", "allow_header_conformance")

# A body of events is answered item by item: what is no event is told in the answer, beside those that were stored.
ANSWERED_ITEM_BY_ITEM = """
[[operations]]
include-name = "POST /api/v1/events"
checks.negative_data_rejection.enabled = false
"""


@pytest.fixture(autouse=True)
def forgiven(door_urls: DatabaseUrls) -> Iterator[None]:
    yield
    forgive_everybody(door_urls)


def test_no_generated_request_meets_a_fault_or_an_answer_that_is_not_described(
    server: Server, tenant: Tenant, tmp_path: Path
) -> None:
    exceptions = tmp_path / "schemathesis.toml"
    exceptions.write_text(ANSWERED_ITEM_BY_ITEM)
    command = [
        str(SCHEMATHESIS), "--config-file", str(exceptions), "run", f"{server.origin}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {tenant.key}",
        "--phases", "examples,coverage,fuzzing",
        "--max-examples", "3", "--generation-deterministic",
        "--exclude-checks", ",".join(NOT_ASKED), "--warnings", "off",
        "--continue-on-failure", "--no-color",
    ]  # fmt: skip

    # In a folder of its own: what it writes down on the way is nobody's.
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=170, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    tested = re.search(r"Tested: (\d+)", ran.stdout)
    assert tested, ran.stdout
    assert int(tested.group(1)) == len(addresses_of(server.origin))
