"""The Python client of Outlay: reports what every client, campaign and agent spends, and never gets in the way.

Invariants

- The caller never waits for the network and never sees its errors.
- Every event has an id before it goes anywhere, so that sending it again is harmless: nothing is counted twice.
- An event leaves memory only when the server has answered for it or the disk holds it; what is lost is counted.
- What one process leaves on disk, the next one sends. A forked child sends nothing of its parent's.
- The API key is sent to the server and shown to nobody.
"""

from outlay_sdk.asynchronous import AsyncOutlay as AsyncOutlay
from outlay_sdk.client import Outlay as Outlay
from outlay_sdk.errors import OutlayUsageError as OutlayUsageError
from outlay_sdk.event import EventFields as EventFields
from outlay_sdk.recorders import Recorded as Recorded
from outlay_sdk.stats import Stats as Stats
from outlay_sdk.version import __version__ as __version__

__all__ = ["AsyncOutlay", "EventFields", "Outlay", "OutlayUsageError", "Recorded", "Stats", "__version__"]
