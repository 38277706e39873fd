"""Two processes write an hour of work into the same workspace: no deadlock, nothing lost, nothing twice."""

import asyncio
import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.crash.installation import SETTINGS, Installation
from tests.support.processes import OUTLAY, Server

MINUTES = 60
EVENTS_A_MINUTE = 100
SERIES = 120


def minute_of_work(rng: random.Random, begins: datetime, sender: int) -> list[dict[str, object]]:
    """Events of one minute in no order at all, so that the two writers meet in the same buckets from both ends."""
    events: list[dict[str, object]] = []
    for number in range(EVENTS_A_MINUTE):
        chosen = rng.randrange(SERIES)
        at = begins + timedelta(seconds=rng.random() * 60 * rng.choice((1, 1, 60)))
        events.append(
            {
                "id": f"{sender}-{begins:%H%M}-{number}",
                "time": at.isoformat(),
                "client": f"client-{chosen % 10}",
                "agent": f"agent-{chosen // 10}",
                "service": "openai",
                "model": "gpt-4o-mini",
                "input_tokens": 100,
                "cost": "0.001",
                "currency": "EUR",
            }
        )
    return events


async def send_an_hour(origin: str, key: str, sender: int) -> int:
    rng = random.Random(sender)
    start = datetime.now(UTC) - timedelta(hours=3)
    accepted = 0
    async with httpx.AsyncClient(base_url=origin, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        for minute in range(MINUTES):
            body = minute_of_work(rng, start + timedelta(minutes=minute), sender)
            answer = await client.post("/api/v1/events", json=body, headers={"Connection": "close"})
            assert answer.status_code == 200, answer.text
            assert answer.json()["rejected"] == []
            accepted += answer.json()["accepted"]
    return accepted


def outlay(data: Path, *arguments: str) -> str:
    command = [str(OUTLAY), *arguments, "--data-dir", str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


async def test_an_hour_of_two_writers_has_no_deadlock(installation: Installation):
    data = installation.data_dir
    with Server(SETTINGS, "--workers", "2", "--data-dir", str(data)) as server:
        sent = await asyncio.gather(*(send_an_hour(server.origin, installation.key, sender) for sender in range(4)))
        assert sent == [MINUTES * EVENTS_A_MINUTE] * 4

        checks = json.loads(outlay(data, "db", "verify", "--json"))
        assert [check["faults"] for check in checks if not check["ok"]] == []
        log = (data / "postgres.log").read_text()
    assert "deadlock" not in log
    assert "ERROR" not in log
