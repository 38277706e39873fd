"""How often and how fast a server that died is started again."""

from dataclasses import dataclass

WATCH_EVERY_S = 0.2
PAUSE_S_MAX = 5.0
# A server that lived this long was sound: its death counts as the first.
SOUND_AFTER_S = 60.0


@dataclass
class Restarts:
    """Counts failures in a row and doubles the pause between them; time is given."""

    attempts_max: int
    attempts: int = 0
    last_attempt_at: float | None = None

    def lives(self, now: float) -> None:
        """The server is running; after a while its past is forgotten."""
        if self.last_attempt_at is not None and now - self.last_attempt_at > SOUND_AFTER_S:
            self.attempts, self.last_attempt_at = 0, None

    def may_try(self, now: float) -> bool:
        """Whether one more attempt is allowed; if so it is counted."""
        if self.attempts >= self.attempts_max:
            return False
        self.attempts += 1
        self.last_attempt_at = now
        return True

    @property
    def pause_s(self) -> float:
        """How long to wait before the attempt that was just counted: not at all at first."""
        return min(PAUSE_S_MAX, 0.0 if self.attempts <= 1 else 0.25 * 2.0 ** (self.attempts - 2))
