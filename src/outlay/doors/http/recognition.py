"""Credentials of requests that are answered in groups: recognised in the group's transaction, each key once a group."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.doors.http.callers import NotAuthenticated, caller_beforehand, token_of
from outlay.doors.http.services import Services
from outlay.identity.access.model import Actor
from outlay.identity.allowance.model import TooManyRequests
from outlay.identity.keys import service as keys
from outlay.identity.keys.model import KEY_PREFIX, ApiKey
from outlay.kit.ids import Token
from outlay.ledger.recorder import Turn
from outlay.ledger.service import Recognition, as_actor

_KEYS_MAX: Final = 1_000


class KnownKeys:
    """The keys that worked lately: their requests are read before the database is asked, and never answered before.

    Whoever is not among them is recognised first, so that nobody makes us read long bodies without a credential.
    """

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, ApiKey] = OrderedDict()

    async def recognition(self, request: Request, services: Services) -> tuple[UUID, Recognition]:
        """The workspace of a request and who sends it; its allowance is spent."""
        token = token_of(request)
        known = self._keys.get(token.hash) if token.prefix == KEY_PREFIX else None
        if known is None:
            caller = await caller_beforehand(request, services, None, None)
            if caller.key is None:
                return token.workspace_id, as_actor(caller.actor)
            self._remember(token, caller.key)
            return token.workspace_id, self._recognising(token, request)
        workspace_id, key = token.workspace_id, known

        async def touch(connection: AsyncConnection) -> None:
            await keys.touch(connection, workspace_id, key.id)

        limit = key.rate_limit_per_minute or services.settings.rate_limit_per_minute
        try:
            request.state.allowance = await services.allowances.spend(workspace_id, key.id, limit, touch)
        except TooManyRequests as error:
            request.state.allowance = error.allowance
            raise
        return workspace_id, self._recognising(token, request)

    def _recognising(self, token: Token, request: Request) -> Recognition:
        ip = request.state.ip

        async def recognise(turn: Turn) -> Actor:
            key = turn.found.get(token.hash)
            if key is None:
                self._keys.pop(token.hash, None)
                key = await keys.recognise(turn.work, token)
                if key is None:
                    raise NotAuthenticated("This API key is not known.")
                turn.found[token.hash] = key
                self._remember(token, key)
            assert isinstance(key, ApiKey)
            return key.actor.seen_from(ip)

        return recognise

    def _remember(self, token: Token, key: ApiKey) -> None:
        self._keys[token.hash] = key
        self._keys.move_to_end(token.hash)
        while len(self._keys) > _KEYS_MAX:
            self._keys.popitem(last=False)
