"""Delivers batches: counts what became of them, divides those that are too large, and knows when to try again."""

import random
import time
from collections.abc import Sequence

from outlay_sdk.notices import Notices, logger
from outlay_sdk.stats import Counters
from outlay_sdk.transport import Answer, Transport, Verdict

# A server that wants to be left alone for longer is asked again all the same.
_TOLD_WAIT_S_MAX = 600.0
# A body that is refused is divided to save its good events, but a server that refuses everything is not pestered.
_REFUSALS_PER_BATCH_MAX = 24
_AWAY, _NOT_ALLOWED = "away", "not allowed"


class Delivery:
    """Used by the sending thread only, but for `retry_at` and `hurry`."""

    def __init__(
        self, transport: Transport, counters: Counters, notices: Notices, *, retry_first_s: float, retry_s_max: float
    ) -> None:
        self._transport = transport
        self._counters = counters
        self._notices = notices
        self._retry_first_s = retry_first_s
        self._retry_s_max = retry_s_max
        self._noise = random.SystemRandom()
        self._failures = 0
        self._told_to_wait = False
        self.retry_at = 0.0

    def deliver(self, lines: Sequence[bytes], timeout_s: float) -> int:
        """How many of the lines, from the first, are done with; the others have to be sent again at `retry_at`."""
        self._refusals = 0
        return self._deliver(lines, timeout_s)

    def hurry(self) -> None:
        """Somebody waits: the next attempt is now, unless the server asked for patience."""
        if not self._told_to_wait:
            self.retry_at = 0.0

    def start_anew(self) -> None:
        """In a forked child."""
        self._transport.forget_parent()
        self._failures, self._told_to_wait, self.retry_at = 0, False, 0.0

    def close(self) -> None:
        self._transport.close()

    def _deliver(self, lines: Sequence[bytes], timeout_s: float) -> int:
        answer = self._transport.post(lines, timeout_s)
        if answer.verdict is Verdict.TAKEN:
            self._taken(len(lines), answer)
            return len(lines)
        if answer.verdict in {Verdict.LATER, Verdict.NOT_ALLOWED}:
            self._wait(answer)
            return 0
        if answer.verdict is Verdict.REFUSED:
            self._refusals += 1
        if len(lines) == 1 or self._refusals > _REFUSALS_PER_BATCH_MAX:
            self._counters.add("refused", len(lines))
            message = "Outlay refuses to read %d event(s), which are lost: %s"
            self._notices.once(f"refused {answer.reason[:3]}", message, len(lines), answer.reason)
            return len(lines)
        middle = len(lines) // 2
        settled = self._deliver(lines[:middle], timeout_s)
        return settled if settled < middle else middle + self._deliver(lines[middle:], timeout_s)

    def _taken(self, count: int, answer: Answer) -> None:
        self._failures, self._told_to_wait = 0, False
        was_away, was_not_allowed = self._notices.forget(_AWAY), self._notices.forget(_NOT_ALLOWED)
        if was_away or was_not_allowed:
            logger.info("Outlay takes events again.")
        self._counters.add("accepted", answer.accepted)
        self._counters.add("repeated", answer.repeated)
        self._counters.add("rejected", max(0, count - answer.accepted - answer.repeated))
        for rejection in answer.rejected:
            message = "Outlay rejects event %s: %s (%s)"
            self._notices.once(f"rejected {rejection.code}", message, rejection.id, rejection.message, rejection.code)

    def _wait(self, answer: Answer) -> None:
        self._failures += 1
        self._counters.add("failed_attempts")
        self._told_to_wait = answer.retry_after_s is not None
        if answer.verdict is Verdict.NOT_ALLOWED:
            wait_s = self._retry_s_max
        else:
            # Half of it is left to chance, so that many clients do not come back in the same moment.
            longest = min(self._retry_first_s * 2 ** min(self._failures - 1, 30), self._retry_s_max)
            wait_s = longest * self._noise.uniform(0.5, 1)
        if answer.retry_after_s is not None:
            wait_s = max(wait_s, min(answer.retry_after_s, _TOLD_WAIT_S_MAX))
        self.retry_at = time.monotonic() + wait_s
        if answer.verdict is Verdict.NOT_ALLOWED:
            message = "Outlay does not accept the API key; events are kept until it does: %s"
            self._notices.once(_NOT_ALLOWED, message, answer.reason)
        else:
            self._notices.once(_AWAY, "Outlay does not take events; they are kept until it does: %s", answer.reason)
