"""What the doors are given by the composition root."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from outlay.db.connect import Database
from outlay.identity.allowance.service import Allowances
from outlay.identity.sign_in.model import Origin, SessionPolicy
from outlay.ledger.recorder import Recorder
from outlay.mail import Mailer
from outlay.settings import Settings


@dataclass(frozen=True)
class Services:
    """One of each, for the life of the process."""

    settings: Settings
    database: Database
    database_is_embedded: bool
    allowances: Allowances
    policy: SessionPolicy
    mailer: Mailer
    recorder: Recorder


async def services_of(request: Request) -> Services:
    """The services of the application that got this request."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


ServicesDependency = Annotated[Services, Depends(services_of)]


def origin_of(request: Request) -> Origin:
    """Where the request came from."""
    return Origin(request.state.ip, request.headers.get("user-agent"))
