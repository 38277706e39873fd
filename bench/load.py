"""Senders of events for benchmarks: what they send is made before the clock runs, and they do little else than send.

python -m bench.load PORT KEY EVENTS BATCH CONCURRENCY
"""

import asyncio
import json
import random
import sys
import time
from collections import deque
from datetime import UTC, datetime, timedelta

from outlay.kit.ids import new_id

CLIENTS, AGENTS, MODELS = 25, 20, ("gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5", "gemini-2.5-flash")
_SERVICES = {"gpt": "openai", "cla": "anthropic", "gem": "google_ai"}


def event(now: datetime, rng: random.Random, series: int = CLIENTS * AGENTS * len(MODELS)) -> dict[str, object]:
    """One call of a model; `series` is how many combinations of client, agent and model there are."""
    number = rng.randrange(series)
    model = MODELS[number % len(MODELS)]
    at = now - timedelta(seconds=rng.randrange(3600))
    return {
        "id": str(new_id(at)),
        "time": at.isoformat(),
        "client": f"client-{number // len(MODELS) % CLIENTS}",
        "agent": f"agent-{number // len(MODELS) // CLIENTS}",
        "service": _SERVICES[model[:3]],
        "model": model,
        "operation": "chat",
        "input_tokens": rng.randrange(200, 4000),
        "output_tokens": rng.randrange(20, 900),
    }


def bodies(events: int, batch: int, seed: int) -> list[bytes]:
    """Bodies of requests."""
    rng, now = random.Random(seed), datetime.now(UTC)
    if batch == 1:
        return [json.dumps(event(now, rng)).encode() for _ in range(events)]
    return [json.dumps([event(now, rng) for _ in range(batch)]).encode() for _ in range(events // batch)]


async def send(port: int, key: str, waiting: deque[bytes], concurrency: int) -> list[float]:
    """Sends all bodies, each sender the next one as soon as its last one is answered; how long each took."""
    took: list[float] = []
    head = (
        f"POST /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            body = waiting.popleft()
            started = time.perf_counter()
            writer.write(head + str(len(body)).encode() + b"\r\n\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            content = await reader.readexactly(length)
            took.append(time.perf_counter() - started)
            if b" 200 " not in answer[:15] or b'"rejected":[]' not in content:
                raise AssertionError(answer[:200] + content[:500])
        writer.close()

    await asyncio.gather(*(sender() for _ in range(concurrency)))
    return took


def main(arguments: list[str]) -> None:
    """Prints the rate and the times of the answers as JSON."""
    port, key, events, batch, concurrency = arguments
    waiting = deque(bodies(int(events), int(batch), seed=time.time_ns()))
    started = time.perf_counter()
    took = sorted(asyncio.run(send(int(port), key, waiting, int(concurrency))))
    elapsed = time.perf_counter() - started
    print(
        json.dumps(
            {
                "events_per_s": int(events) / elapsed,
                "p50_ms": took[len(took) // 2] * 1000,
                "p99_ms": took[len(took) * 99 // 100] * 1000,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
