"""The client in an event loop: the same promises, and the loop goes on meanwhile."""

import asyncio

from outlay_sdk import AsyncOutlay
from tests.sdk.door import KEY, Door


async def test_events_of_many_tasks_arrive(door: Door, spool):
    async with AsyncOutlay(KEY, door.url, spool_dir=spool, strict=True) as client:
        await asyncio.gather(*(client.track(client="acme", cost=number) for number in range(500)))
        assert await client.flush()
        assert len(door.stored) == 500
        assert client.stats().accepted == 500


async def test_the_recording_calls_can_be_awaited(door: Door, spool):
    async with AsyncOutlay(KEY, door.url, spool_dir=spool, strict=True) as client:
        assert client.is_enabled
        call = await client.record_openai_usage(
            agent="a", operation="o", model="gpt-4.1", input_tokens=1, output_tokens=1
        )
        message = await client.record_gupshup_usage(agent="a", message_type="session")
        search = await client.record_third_party_usage(agent="a", service_name="google_search_api", operation="s")

    assert [len(one.event_ids) for one in (call, message, search) if one] == [2, 1, 1]
    assert len(door.stored) == 4, "leaving the block has sent them"


async def test_the_loop_goes_on_while_somebody_flushes(door: Door, spool):
    door.opened.clear()
    async with AsyncOutlay(KEY, door.url, spool_dir=spool) as client:
        await client.track(cost=1)
        flushing = asyncio.create_task(client.flush())
        while not door.asked:
            await asyncio.sleep(0.01)
        assert not flushing.done()
        door.opened.set()
        assert await flushing
