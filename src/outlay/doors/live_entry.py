"""Who may open a live connection: the origin of a page, and the same credentials as at every other door."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

from outlay.db.connect import Work
from outlay.doors.http.callers import SESSION_COOKIE, NotAuthenticated
from outlay.identity.access.model import Actor
from outlay.identity.keys import service as keys
from outlay.identity.keys.model import KEY_PREFIX
from outlay.identity.people import service as people
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import SESSION_PREFIX, SessionPolicy
from outlay.kit.ids import Token

Environ = Mapping[str, Any]


def is_own_origin(origin: str, environ: Environ, public_origin: str) -> bool:
    """Whether a page of ours asks: one from the public address, or from the very host that is asked.

    Browsers send the cookie along with whatever page opens a connection, and say honestly which page that is.
    """
    if origin == public_origin:
        return True
    page = urlsplit(origin)
    return page.scheme in {"http", "https"} and page.netloc == environ.get("HTTP_HOST")


def token_of(environ: Environ, auth: object) -> Token:
    """The credential: `auth: {token}`, an Authorization header, or else a session's cookie."""
    scheme, _, bearer = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    given = auth.get("token") if isinstance(auth, dict) else None
    if given is None and scheme.lower() == "bearer":
        given = bearer.strip()
    if given is not None:
        token = Token.parse(given, KEY_PREFIX) if isinstance(given, str) else None
    else:
        cookies = cookie_parser(str(environ.get("HTTP_COOKIE", "")))
        token = Token.parse(cookies.get(SESSION_COOKIE, ""), SESSION_PREFIX)
    if token is None:
        raise NotAuthenticated("Sign in, or connect with auth: {token: 'ok_…'}.")
    return token


async def actor_of(work: Work, policy: SessionPolicy, token: Token) -> Actor:
    """Whom the credential stands for, as long as it is good."""
    if token.prefix == KEY_PREFIX:
        key = await keys.recognise(work, token)
        if key is None:
            raise NotAuthenticated("This API key is not known.")
        return key.actor
    _, user = await sign_in.recognise(work, policy, token)
    return people.actor_of(user)
