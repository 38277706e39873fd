"""Ids sort by time and are ids to everybody; tokens are read back exactly, or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID, uuid4

import pytest

from outlay.kit.ids import Token, new_id

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
WORKSPACE = UUID("0192a5f0-0000-7000-8000-0000000000ff")


def test_an_id_is_a_version_seven_uuid_of_its_moment() -> None:
    made = new_id(NOON)

    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


def test_ids_sort_by_age_and_differ_within_a_moment() -> None:
    made = [new_id(NOON + timedelta(milliseconds=number)) for number in range(100)]

    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)
    assert len({new_id(NOON) for _ in range(1000)}) == 1000


def test_a_token_is_read_back() -> None:
    token = Token.generate("ok", WORKSPACE)

    assert Token.parse(token.text, "ok") == token
    assert token.text.startswith(f"ok_{WORKSPACE.hex}_")
    assert len(token.secret) == 64


def test_no_two_tokens_are_alike() -> None:
    assert Token.generate("ok", WORKSPACE).secret != Token.generate("ok", WORKSPACE).secret


def mangled() -> list[str]:
    token = Token("ok", WORKSPACE, "a" * 64)
    return [
        "",
        "ok",
        "__",
        "ok__",
        token.text[:-1],
        token.text + "a",
        token.text + "_a",
        " " + token.text,
        token.text + "\n",
        token.text.replace("ok_", "os_"),
        token.text.replace("ok_", "OK_"),
        f"ok_{WORKSPACE}_{'a' * 64}",
        f"ok_{WORKSPACE.hex.upper()}_{'a' * 64}",
        f"ok_{WORKSPACE.hex}_{'g' * 64}",
        f"ok_{WORKSPACE.hex}_{'a ' * 32}",
        f"ok_{'z' * 32}_{'a' * 64}",
        f"ok_+{WORKSPACE.hex[1:]}_{'a' * 64}",
        f"ok_{'٣' * 32}_{'a' * 64}",
        f"ok_{WORKSPACE.hex}_{'٣' * 64}",
    ]


@pytest.mark.parametrize("text", mangled())
def test_what_is_not_a_token_of_ours_is_none(text: str) -> None:
    assert Token.parse(text, "ok") is None


def test_the_hash_depends_on_every_part() -> None:
    tokens = [
        Token("ok", WORKSPACE, "a" * 64),
        Token("os", WORKSPACE, "a" * 64),
        Token("ok", uuid4(), "a" * 64),
        Token("ok", WORKSPACE, "a" * 63 + "b"),
    ]

    assert len({token.hash for token in tokens}) == len(tokens)
    assert all(len(token.hash) == 32 for token in tokens)


def test_the_hint_gives_four_characters_and_the_text_is_not_shown_by_accident() -> None:
    token = Token.generate("ok", WORKSPACE)

    assert token.hint == f"ok_…{token.secret[-4:]}"
    assert token.secret not in token.hint
    assert token.secret not in repr(token), "a token in a log line or a traceback would give itself away"


def test_a_derived_secret_depends_on_the_token_and_the_purpose() -> None:
    token, other = Token.generate("os", WORKSPACE), Token.generate("os", WORKSPACE)

    assert token.derive("csrf") == Token.parse(token.text, "os").derive("csrf")  # type: ignore[union-attr]
    assert len({token.derive("csrf"), token.derive("else"), other.derive("csrf")}) == 3
    assert token.secret not in token.derive("csrf")
