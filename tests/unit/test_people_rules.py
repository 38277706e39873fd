"""What an e-mail address, a password, a role and a key must be like; what counts against whom."""

import pytest

from outlay.identity.access.model import Role
from outlay.identity.people.rules import check_email, check_password, check_role
from outlay.identity.portfolio.rules import check_key, key_from
from outlay.identity.sign_in.rules import throttled_subjects
from outlay.identity.workspaces.rules import check_currency, check_time_zone
from outlay.kit.errors import InvalidRequest


@pytest.mark.parametrize(
    "email", ["a@b", "Olivia.Owner+x@example.test", "zoë@exämple.test", "a" * 242 + "@example.com"]
)
def test_addresses_are_taken_as_they_are(email: str) -> None:
    assert check_email(f"  {email} ") == email


@pytest.mark.parametrize(
    "email", ["", "a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\x00", "a\n@b", "a@b\ud800", "a" * 255 + "@b.test"]
)
def test_what_cannot_be_an_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_email(email)
    assert refused.value.facts["errors"][0]["path"] == "email"  # type: ignore[index]


@pytest.mark.parametrize("password", ["correct horse", "x1y2z3a4b5", "ünïcödé→äß", "  spaces count  "])
def test_long_enough_passwords_are_taken(password: str) -> None:
    assert check_password(password, email="olivia@example.test") == password


@pytest.mark.parametrize(
    "password",
    ["", "short", "123456789", "x" * 257, "aaaaaaaaaaaa", "abababababab", "olivia@example.test", "OLIVIA@EXAMPLE.TEST"],
)
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    with pytest.raises(InvalidRequest):
        check_password(password, email="olivia@example.test")


def test_the_name_before_the_at_is_no_password() -> None:
    with pytest.raises(InvalidRequest):
        check_password("OliviaOwner", email="oliviaowner@example.test")


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PORTAL, Role.AGENT}])
def test_only_the_portal_s_people_have_a_client(role: Role) -> None:
    assert check_role(role, has_client=False) is role
    with pytest.raises(InvalidRequest):
        check_role(role, has_client=True)


def test_a_portal_user_needs_a_client_and_agent_is_no_role_for_people() -> None:
    assert check_role(Role.PORTAL, has_client=True) is Role.PORTAL
    for role, has_client in ((Role.PORTAL, False), (Role.AGENT, False), (Role.AGENT, True)):
        with pytest.raises(InvalidRequest):
            check_role(role, has_client=has_client)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Harbour & Pine", "harbour-pine"),
        ("Müller Söhne", "muller-sohne"),
        ("  Ærø  ", "r"),
        ("Café №5", "cafe-no5"),
        ("ﬁne", "fine"),
        ("v1.2_final", "v1.2_final"),
        ("-dashes-", "dashes"),
        ("🎉🎉", ""),
        ("日本", ""),
        ("...", ""),
    ],
)
def test_a_key_is_made_from_a_name(name: str, key: str) -> None:
    assert key_from(name) == key


@pytest.mark.parametrize("name", ["x" * 200, "ab " * 60, "a" * 63 + " b", "_.-a-._", "1" + "-" * 100 + "2"])
def test_whatever_is_made_of_a_name_is_a_key(name: str) -> None:
    assert check_key(key_from(name)) == key_from(name)


@pytest.mark.parametrize("key", ["", "A", "-a", ".a", "_a", "a b", "ä", "a" * 65, "a\n", "a/b", "a\x00"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest):
        check_key(key)


def test_zones_and_currencies_are_names_that_exist() -> None:
    assert check_time_zone("Asia/Kathmandu") == "Asia/Kathmandu"
    assert check_currency("EUR") == "EUR"
    for zone in ("", "Mars/Olympus", "europe/berlin", "../etc/passwd", "UTC+1"):
        with pytest.raises(InvalidRequest):
            check_time_zone(zone)
    for currency in ("", "EU", "EURO", "eur", "E1R", "EUR\n"):
        with pytest.raises(InvalidRequest):
            check_currency(currency)


def test_a_failed_sign_in_counts_against_the_pair_the_place_and_the_address() -> None:
    here = throttled_subjects("Olivia@example.test", "192.0.2.1", 10)
    there = throttled_subjects("olivia@EXAMPLE.test", "192.0.2.2", 10)

    assert sorted(here.values()) == [10, 30, 100]
    # From elsewhere only the address is the same, and in whatever case it is written.
    assert [here[subject] for subject in here.keys() & there.keys()] == [100]


def test_what_people_type_is_not_kept_readably() -> None:
    assert all(b"hunter2" not in subject for subject in throttled_subjects("hunter2", None, 3))
