"""Users and invitations: by link and by mail, who may make whom what, and that nobody takes more than they have."""

import email
import email.policy
import queue
import re
from collections.abc import Iterator

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from tests.doors.door_help import PASSWORD, Backstage, at_once, forgive_everybody, problem, visitor, welcome
from tests.support.processes import Server, external, free_port
from tests.support.tenants import Tenant

NEW_PASSWORD = "a fifth and quieter word"


class Postbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: queue.Queue[Envelope] = queue.Queue()

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        self.mails.put(envelope)
        return "250 OK"

    def next(self) -> tuple[list[str], str, str]:
        """To whom the next mail goes, its subject and its text."""
        envelope = self.mails.get(timeout=20)
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        return envelope.rcpt_tos, str(message["Subject"]), str(message.get_content())


@pytest.fixture(scope="module")
def postbox() -> Iterator[Postbox]:
    handler = Postbox()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture(scope="module")
def mailing(door_urls: DatabaseUrls, postbox: Postbox) -> Iterator[Server]:
    """A second server on the same database, which can send mail."""
    settings = {
        "OUTLAY_SMTP_HOST": "127.0.0.1",
        "OUTLAY_SMTP_PORT": str(postbox.port),
        "OUTLAY_SMTP_SECURITY": "none",
        "OUTLAY_PUBLIC_URL": "https://outlay.example/",
    }
    with Server(external(door_urls) | settings) as running:
        yield running


@pytest.fixture(autouse=True)
def forgiven(door_urls: DatabaseUrls) -> None:
    forgive_everybody(door_urls)


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


@pytest.fixture
def anybody(server: Server) -> Iterator[httpx.Client]:
    with visitor(f"{server.origin}/api/v1") as client:
        yield client


def token_in(text: str) -> str:
    found = re.search(r"#token=(ol_\w+)", text)
    assert found, text
    return found.group(1)


def invite(api: httpx.Client, **draft: str) -> str:
    """The secret of a new invitation's link."""
    answer = api.post("/invitations", json={"email": "sam@example.test", "role": "analyst", **draft})
    assert answer.status_code == 201, answer.text
    return token_in(answer.json()["link"])


def unique_email(tenant: Tenant) -> str:
    return f"sam-{tenant.id.hex}@example.test"


def test_an_invitation_is_made_looked_at_accepted_and_gone(
    api: httpx.Client, anybody: httpx.Client, tenant: Tenant
) -> None:
    address = unique_email(tenant)
    made = api.post("/invitations", json={"email": address, "role": "analyst"}).json()
    assert (made["email"], made["role"], made["mailed"], made["created_by"]) == (address, "analyst", False, "owner's")
    token = token_in(made["link"])
    listed = api.get("/invitations")
    assert [row["id"] for row in listed.json()["items"]] == [made["id"]]
    assert token not in listed.text

    promised = anybody.get("/invitations/open", params={"token": token}).json()
    expected = {"email": address, "workspace_name": "Northlight", "role": "analyst", "has_account": False}
    assert promised == expected

    body = {"token": token, "name": "Sam Analyst", "password": PASSWORD}
    me = welcome(anybody, anybody.post("/invitations/accept", json=body))

    assert (me["user"]["name"], me["role"], me["workspace"]["id"]) == ("Sam Analyst", "analyst", str(tenant.id))
    assert api.get("/invitations").json()["items"] == []
    assert {row["email"]: row["role"] for row in api.get("/users").json()["items"]}[address] == "analyst"
    problem(anybody.post("/invitations/accept", json=body), 410, "link_spent")
    problem(anybody.get("/invitations/open", params={"token": token}), 410, "link_spent")


def test_an_invitation_that_is_accepted_twice_at_once_makes_one_member(
    server: Server, api: httpx.Client, tenant: Tenant
) -> None:
    body = {"token": invite(api, email=unique_email(tenant)), "name": "Sam", "password": PASSWORD}

    answers = at_once(4, lambda client: client.post(f"{server.origin}/api/v1/invitations/accept", json=body))

    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    assert len(api.get("/users").json()["items"]) == 2


def test_an_invitation_that_was_withdrawn_does_not_work(api: httpx.Client, anybody: httpx.Client) -> None:
    token = invite(api)
    (invitation,) = api.get("/invitations").json()["items"]

    assert api.delete(f"/invitations/{invitation['id']}").status_code == 204

    body = {"token": token, "name": "Sam", "password": PASSWORD}
    problem(anybody.post("/invitations/accept", json=body), 410, "link_spent")
    problem(api.delete(f"/invitations/{invitation['id']}"), 404, "not_found")


def test_an_invitation_that_has_expired_does_not_work(
    api: httpx.Client, anybody: httpx.Client, backstage: Backstage
) -> None:
    token = invite(api)
    assert backstage.move("update one_time_link set expires_at = now()") == 1

    problem(anybody.get("/invitations/open", params={"token": token}), 410, "link_spent")
    assert api.get("/invitations").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"password": PASSWORD}, "name"),
        ({"name": "Sam"}, "password"),
        ({"name": "Sam", "password": "short"}, "password"),
        ({"name": "Sam", "password": "{email}"}, "password"),
    ],
)
def test_an_acceptance_that_lacks_something_does_not_spend_the_invitation(
    api: httpx.Client, anybody: httpx.Client, tenant: Tenant, body: dict[str, str], path: str
) -> None:
    address = unique_email(tenant)
    token = invite(api, email=address)
    given = {name: value.format(email=address) for name, value in body.items()}

    found = problem(anybody.post("/invitations/accept", json={"token": token, **given}), 422, "invalid_request")

    assert found["errors"][0]["path"] == path
    assert anybody.get("/invitations/open", params={"token": token}).status_code == 200


def test_who_has_an_account_accepts_with_their_own_password_only(
    api: httpx.Client, anybody: httpx.Client, backstage: Backstage, door_urls: DatabaseUrls, stranger: Tenant
) -> None:
    """Or else whoever invites an address would come in as that person, in all of their workspaces."""
    known = Backstage(door_urls, stranger).user(Role.ADMIN, name="Ada Admin")
    token = invite(api, email=known.email)
    assert anybody.get("/invitations/open", params={"token": token}).json()["has_account"] is True

    for body in ({"name": "Not Ada", "password": NEW_PASSWORD}, {"name": "Not Ada"}):
        problem(anybody.post("/invitations/accept", json={"token": token, **body}), 403, "wrong_password")
    me = welcome(anybody, anybody.post("/invitations/accept", json={"token": token, "password": PASSWORD}))

    assert me["user"]["name"] == "Ada Admin"
    assert {workspace["name"] for workspace in me["workspaces"]} == {"Northlight", "Harbour & Pine"}


def test_an_invitation_does_not_open_the_account_of_somebody_who_has_no_password_yet(
    api: httpx.Client, anybody: httpx.Client, stranger: Tenant
) -> None:
    """The owner of another workspace may have come in by links only; their inviter must not become them."""
    token = invite(api, email=stranger.owner.email)

    answer = anybody.post("/invitations/accept", json={"token": token, "name": "Eve", "password": NEW_PASSWORD})

    problem(answer, 403, "password_missing")
    credentials = {"email": stranger.owner.email, "password": NEW_PASSWORD}
    problem(anybody.post("/session", json=credentials), 401, "sign_in_failed")


def test_a_member_is_not_invited_again(api: httpx.Client, tenant: Tenant) -> None:
    draft = {"email": tenant.owner.email.upper(), "role": "viewer"}

    problem(api.post("/invitations", json=draft), 409, "email_taken")


@pytest.mark.parametrize("address", ["", "nobody", "a@", "@b", "a b@c", "a@b@c", "x" * 250 + "@b.co"])
def test_what_is_no_address_is_not_invited(api: httpx.Client, address: str) -> None:
    found = problem(api.post("/invitations", json={"email": address, "role": "viewer"}), 422, "invalid_request")

    assert found["errors"][0]["path"] == "email"


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        ({"role": "portal"}, "client"),
        ({"role": "viewer", "client": "acme"}, "client"),
        ({"role": "agent"}, "role"),
        ({"role": "king"}, "role"),
    ],
)
def test_a_role_and_its_client_must_fit(api: httpx.Client, draft: dict[str, str], path: str) -> None:
    api.post("/clients", json={"name": "Acme"})

    found = problem(api.post("/invitations", json={"email": "sam@example.test", **draft}), 422, "invalid_request")

    assert found["errors"][0]["path"] == path


def test_a_portal_user_sees_their_client_in_every_list_and_nothing_else(
    server: Server, api: httpx.Client, backstage: Backstage
) -> None:
    for name in ("Acme", "Borealis"):
        api.post("/clients", json={"name": name})
        api.post("/campaigns", json={"name": f"{name} spring", "client": name.lower()})
        api.post("/agents", json={"name": f"{name} writer", "client": name.lower()})
    api.post("/agents", json={"name": "House writer"})
    person = backstage.user(Role.PORTAL, client="acme")
    with backstage.browser(server.origin, person.id) as portal:
        me = portal.get("/me").json()
        assert (me["role"], me["client"]["key"]) == ("portal", "acme")
        for path in ("/clients", "/campaigns", "/agents"):
            answer = portal.get(path)
            assert len(answer.json()["items"]) == 1
            assert "borealis" not in answer.text.lower()
            assert "house" not in answer.text.lower()
        for path in ("/clients/borealis", "/campaigns/borealis-spring", "/agents/house-writer"):
            problem(portal.get(path), 404, "not_found")
        for path in ("/users", "/invitations", "/keys", "/audit"):
            problem(portal.get(path), 403, "not_allowed")
        problem(portal.post("/clients", json={"name": "Mine"}), 403, "not_allowed")
        problem(portal.patch(f"/users/{person.id}", json={"role": "owner"}), 403, "not_allowed")


def test_a_new_role_counts_from_the_next_request_on(server: Server, api: httpx.Client, backstage: Backstage) -> None:
    person = backstage.user(Role.VIEWER)
    with backstage.browser(server.origin, person.id) as browser:
        problem(browser.post("/clients", json={"name": "Acme"}), 403, "not_allowed")

        assert api.patch(f"/users/{person.id}", json={"role": "manager"}).json()["role"] == "manager"
        assert browser.post("/clients", json={"name": "Acme"}).status_code == 201

        changed = api.patch(f"/users/{person.id}", json={"role": "portal", "client": "acme"}).json()
        assert (changed["role"], changed["client"]["key"]) == ("portal", "acme")
        problem(browser.post("/clients", json={"name": "More"}), 403, "not_allowed")


def test_the_last_owner_stays(server: Server, api: httpx.Client, backstage: Backstage) -> None:
    owner = backstage.tenant.owner.id
    problem(api.patch(f"/users/{owner}", json={"role": "admin"}), 409, "last_owner")
    problem(api.delete(f"/users/{owner}"), 409, "last_owner")
    with backstage.browser(server.origin) as browser:
        problem(browser.delete(f"/users/{owner}"), 409, "last_owner")

    second = backstage.user(Role.OWNER)

    assert api.patch(f"/users/{owner}", json={"role": "admin"}).json()["role"] == "admin"
    problem(api.delete(f"/users/{second.id}"), 409, "last_owner")


def test_two_owners_who_leave_at_the_same_moment_leave_one(
    server: Server, api: httpx.Client, backstage: Backstage
) -> None:
    owners = [str(backstage.tenant.owner.id), str(backstage.user(Role.OWNER).id)]
    targets = [f"{server.origin}/api/v1/users/{owner}" for owner in owners]

    answers = at_once(2, lambda client: client.delete(targets.pop(), headers=backstage.tenant.headers))

    assert sorted(answer.status_code for answer in answers) == [204, 409]


@pytest.mark.parametrize("role", ["admin", "manager", "analyst", "viewer"])
def test_nobody_makes_themselves_or_others_more_than_they_are(
    server: Server, api: httpx.Client, backstage: Backstage, role: str
) -> None:
    person, owner = backstage.user(Role(role)), backstage.tenant.owner.id
    with backstage.browser(server.origin, person.id) as browser:
        problem(browser.patch(f"/users/{person.id}", json={"role": "owner"}), 403, "not_allowed")
        problem(browser.patch(f"/users/{owner}", json={"role": "viewer"}), 403, "not_allowed")
        problem(browser.delete(f"/users/{owner}"), 403, "not_allowed")
        problem(browser.post("/invitations", json={"email": "e@example.test", "role": "owner"}), 403, "not_allowed")
        problem(browser.post("/keys", json={"name": "k", "role": "owner"}), 403, "not_allowed")
        assert browser.get("/me").json()["role"] == role
    assert len(api.get("/users").json()["items"]) == 2


def test_a_narrowed_key_does_not_make_a_wider_one(api: httpx.Client, anybody: httpx.Client) -> None:
    draft = {"name": "narrow", "role": "owner", "scopes": ["keys.manage", "people.manage", "portfolio.read"]}
    headers = {"Authorization": f"Bearer {api.post('/keys', json=draft).json()['secret']}"}

    for wider in ({"role": "owner"}, {"role": "viewer"}, {"role": "admin", "scopes": ["audit.read"]}):
        problem(anybody.post("/keys", json={"name": "wide", **wider}, headers=headers), 403, "not_allowed")
    body = {"email": "e@example.test", "role": "admin"}
    problem(anybody.post("/invitations", json=body, headers=headers), 403, "not_allowed")
    same = {"name": "same", "role": "owner", "scopes": ["portfolio.read"]}
    assert anybody.post("/keys", json=same, headers=headers).status_code == 201


def test_anybody_may_leave(server: Server, api: httpx.Client, backstage: Backstage) -> None:
    person = backstage.user(Role.VIEWER)
    with backstage.browser(server.origin, person.id) as browser:
        assert browser.delete(f"/users/{person.id}").status_code == 204
        problem(browser.get("/me"), 401, "session_expired")

    assert str(person.id) not in api.get("/users").text


def test_an_invitation_goes_out_by_mail_where_a_mail_server_is_set_up(
    mailing: Server, postbox: Postbox, tenant: Tenant
) -> None:
    address = unique_email(tenant)
    with visitor(f"{mailing.origin}/api/v1", headers=tenant.headers) as api:
        made = api.post("/invitations", json={"email": address, "role": "viewer"}).json()

        to, subject, text = postbox.next()

        assert (made["mailed"], to, subject) == (True, [address], "Invitation to Northlight")
        assert made["link"].startswith("https://outlay.example/invite#token=")
        assert made["link"] in text
        body = {"token": token_in(text), "name": "Sam", "password": PASSWORD}
        assert api.post("/invitations/accept", json=body).json()["role"] == "viewer"


def test_a_forgotten_password_is_set_anew_by_the_link_in_a_mail(
    server: Server, mailing: Server, postbox: Postbox, backstage: Backstage
) -> None:
    person = backstage.user(Role.MANAGER, name="Mia Manager")
    with visitor(f"{mailing.origin}/api/v1") as browser, backstage.browser(server.origin, person.id) as elsewhere:
        assert browser.post("/password-reset", json={"email": person.email.upper()}).status_code == 202
        _, subject, text = postbox.next()
        assert subject == "Set a new password"
        assert "https://outlay.example/reset#token=" in text

        body = {"token": token_in(text), "password": NEW_PASSWORD}
        me = welcome(browser, browser.post("/password-reset/confirm", json=body))

        assert me["user"]["id"] == str(person.id)
        problem(elsewhere.get("/me"), 401, "session_expired")
        problem(browser.post("/password-reset/confirm", json=body), 410, "link_spent")
        old, new = ({"email": person.email, "password": password} for password in (PASSWORD, NEW_PASSWORD))
        problem(browser.post("/session", json=old), 401, "sign_in_failed")
        assert browser.post("/session", json=new).status_code == 200


def test_nobody_gets_a_mail_that_they_are_not_a_member_for(
    mailing: Server, postbox: Postbox, backstage: Backstage
) -> None:
    """The mail that comes first is the known person's, so none was sent to the unknown one before."""
    person = backstage.user(Role.VIEWER)
    with visitor(f"{mailing.origin}/api/v1") as browser:
        browser.post("/password-reset", json={"email": "nobody@example.test"})
        browser.post("/password-reset", json={"email": person.email})

    assert postbox.next()[0] == [person.email]
    assert postbox.mails.empty()


def test_a_name_cannot_smuggle_lines_into_a_mail(mailing: Server, postbox: Postbox, tenant: Tenant) -> None:
    with visitor(f"{mailing.origin}/api/v1", headers=tenant.headers) as api:
        for address in ("a@example.test\nBcc: b@example.test", "a@example.test\r\nSubject: x", "a@b, c@example.test"):
            problem(api.post("/invitations", json={"email": address, "role": "viewer"}), 422, "invalid_request")
        api.patch("/workspace", json={"name": "Café ☕ <b>"})
        api.post("/invitations", json={"email": unique_email(tenant), "role": "viewer"})

    assert postbox.next()[:2] == ([unique_email(tenant)], "Invitation to Café ☕ <b>")
