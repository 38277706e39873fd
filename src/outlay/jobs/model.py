"""A job as the queue shows it, and what can go wrong when one is asked for again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from outlay.kit.errors import OutlayError


class JobStatus(StrEnum):
    """Where a job stands."""

    WAITING = "todo"
    RUNNING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABORTED = "aborted"


UNFINISHED = frozenset({JobStatus.WAITING, JobStatus.RUNNING, JobStatus.FAILED, JobStatus.ABORTED})


@dataclass(frozen=True)
class Job:
    """One piece of work; `workspace_id` is None where it concerns all of them."""

    id: int
    task: str
    queue: str
    status: JobStatus
    attempts: int
    scheduled_at: datetime | None
    last_error_at: datetime | None
    workspace_id: UUID | None


class NotRetryable(OutlayError):
    """Only a job that failed, or that waits for its next attempt, can be run again."""

    status, code, title = 409, "job_not_retryable", "The job cannot be run again"


class SomeWorkspacesFailed(Exception):
    """Work over all workspaces failed in some of them; the others are done. The log has each failure."""
