"""Settings: read from where they should be, masked where they must be, and wrong ones named in one line."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from outlay.db.provision import external_urls
from outlay.settings import (
    PREFIX,
    Settings,
    SettingsError,
    load_settings,
    shown_settings,
    unknown_variables,
)

BAD_VALUES = {
    "OUTLAY_PORT": ["http", "0", "65536", "5002.5"],
    "OUTLAY_WORKERS": ["0", "-1", "many"],
    "OUTLAY_LOG_LEVEL": ["loud", "INFO "],
    "OUTLAY_PUBLIC_URL": ["outlay.example.test", "ftp://outlay.example.test"],
    "OUTLAY_TRUSTED_PROXIES": ["10.0.0.1", "[", '{"a": 1}', "[1]"],
    "OUTLAY_DATABASE_POOL_WAIT_S": ["0", "long", "nan"],
    "OUTLAY_JOBS_IN_SERVER": ["perhaps"],
    "OUTLAY_BODY_BYTES_MAX": ["10MB"],
}


@pytest.fixture(autouse=True)
def bare(no_settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without settings, in a folder without a file of them."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_everything_has_a_value() -> None:
    settings = load_settings()

    assert settings.port == 5002
    assert settings.origin == "http://127.0.0.1:5002"
    assert all(shown.is_default for shown in shown_settings(settings))


@pytest.mark.parametrize(
    ("variable", "value"), [(variable, value) for variable, values in BAD_VALUES.items() for value in values]
)
def test_a_bad_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    line = str(refused.value)
    assert line.startswith(f"{variable}: ")
    assert "\n" not in line
    assert len(line) > len(variable) + 10, "it says what is wrong"


def test_a_bad_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("OUTLAY_PORT", "hunter2")

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert "hunter2" not in str(refused.value)


def test_the_environment_passes_the_file_and_the_command_line_passes_both(
    monkeypatch: pytest.MonkeyPatch, bare: Path
) -> None:
    (bare / ".env").write_text("OUTLAY_PORT=6001\nOUTLAY_HOST=0.0.0.0\nOUTLAY_WORKERS=3\n# a note\nOTHER=1\n")
    monkeypatch.setenv("OUTLAY_PORT", "6002")
    monkeypatch.setenv("OUTLAY_WORKERS", "4")

    settings = load_settings(port=None, workers=5)

    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 6002, 5)


def test_a_bad_value_of_the_command_line_is_named_too() -> None:
    with pytest.raises(SettingsError, match=r"^OUTLAY_PORT: "):
        load_settings(port=70_000)


def test_a_list_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_TRUSTED_PROXIES", '["10.0.0.1", "::1"]')

    assert load_settings().trusted_proxies == ["10.0.0.1", "::1"]


@pytest.mark.parametrize(
    "name", [name for name, field in Settings.model_fields.items() if "|" in str(field.annotation)]
)
def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Compose files hand on variables that nobody set as empty ones."""
    monkeypatch.setenv(PREFIX + name.upper(), "")

    assert getattr(load_settings(), name) is None


def test_an_empty_database_url_means_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_DATABASE_URL", "")

    assert external_urls(load_settings()) is None


def test_an_empty_number_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_PORT", "")

    assert load_settings().port == 5002


@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ("OUTLAY_PROT", "OUTLAY_PORT"),
        ("OUTLAY_DATABSE_URL", "OUTLAY_DATABASE_URL"),
        ("OUTLAY_SMTP_PASWORD", "OUTLAY_SMTP_PASSWORD"),
    ],
)
def test_an_unknown_variable_is_named_with_the_nearest(given: str, nearest: str) -> None:
    (warning,) = unknown_variables({given: "secret value", "PATH": "/bin", "OUTLAY_HOST": "x"})

    assert given in warning
    assert f"Did you mean {nearest}?" in warning
    assert "secret value" not in warning


def test_an_unknown_variable_without_a_neighbour_is_named_alone() -> None:
    (warning,) = unknown_variables({"OUTLAY_XYZZY_QQQQ_0": "1"})

    assert "Did you mean" not in warning


def test_an_unknown_variable_in_the_file_is_found(bare: Path) -> None:
    (bare / ".env").write_text("OUTLAY_PROT=1\nOUTLAY_PORT=6001\n")

    assert [warning.split()[0] for warning in unknown_variables()] == ["OUTLAY_PROT"]


def test_every_known_variable_is_known() -> None:
    assert list(unknown_variables({PREFIX + name.upper(): "1" for name in Settings.model_fields})) == []


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description[0].isupper() or field.description.startswith(("json", "http")), name
        assert field.description.endswith("."), name


def test_secrets_are_masked_and_kept_out_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    secret_names = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert {"database_url", "smtp_password", "metrics_token"} <= set(secret_names)
    for name in secret_names:
        monkeypatch.setenv(PREFIX + name.upper(), "postgresql://outlay_owner:hunter2@db/outlay")
    settings = load_settings()

    shown = {one.variable: one for one in shown_settings(settings)}

    for name in secret_names:
        assert shown[PREFIX + name.upper()].value == "********"
        assert not shown[PREFIX + name.upper()].is_default
    assert "hunter2" not in repr(settings) + str(settings) + str(shown)


def test_whatever_could_hold_a_password_is_a_secret() -> None:
    for name, field in Settings.model_fields.items():
        if any(part in name for part in ("password", "token", "secret")) and field.annotation is not int:
            assert "SecretStr" in str(field.annotation), name


def test_a_setting_that_was_not_set_shows_as_nothing() -> None:
    shown = {one.variable: one.value for one in shown_settings(load_settings())}

    assert shown["OUTLAY_DATABASE_URL"] == ""
    assert shown["OUTLAY_SMTP_PASSWORD"] == ""
    assert shown["OUTLAY_JOBS_IN_SERVER"] == "true"


def test_what_is_shown_can_be_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_TRUSTED_PROXIES", '["10.0.0.1"]')
    monkeypatch.setenv("OUTLAY_WORKERS", "3")
    settings = load_settings()

    for shown in shown_settings(settings):
        if shown.value not in {"", "********"}:
            monkeypatch.setenv(shown.variable, shown.value)

    assert load_settings() == settings


@pytest.mark.parametrize(
    ("settings", "origin", "secure"),
    [
        ({"host": "0.0.0.0"}, "http://127.0.0.1:5002", False),
        ({"host": "::"}, "http://127.0.0.1:5002", False),
        ({"host": "::1", "port": 80}, "http://[::1]:80", False),
        ({"host": "outlay.test"}, "http://outlay.test:5002", False),
        ({"public_url": "https://outlay.test/"}, "https://outlay.test", True),
        ({"public_url": "http://outlay.test"}, "http://outlay.test", False),
    ],
)
def test_people_reach_it_under_the_public_address_or_where_it_listens(
    settings: dict[str, object], origin: str, secure: bool
) -> None:
    loaded = load_settings(**settings)

    assert (loaded.origin, loaded.secure_cookies) == (origin, secure)


def test_settings_do_not_change_under_way() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


def test_an_external_database_is_reached_as_three_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLAY_DATABASE_URL", "postgresql://outlay_owner:p%40ss@db:5432/outlay?sslmode=require")

    urls = external_urls(load_settings())

    assert urls is not None
    assert urls.owner.startswith("postgresql://outlay_owner:p%40ss@db:5432/")
    for role, url in (("outlay_app", urls.app), ("outlay_operator", urls.operator)):
        assert url.startswith(f"postgresql://{role}:")
        assert url.endswith("@db:5432/outlay?sslmode=require")
        assert "p%40ss" not in url
    assert (
        urls.app.partition("@")[0].partition("outlay_app")[2]
        != urls.operator.partition("@")[0].partition("outlay_operator")[2]
    )


def test_credentials_set_apart_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://o@db/outlay"), database_app_url=SecretStr("postgresql://mine@db/outlay")
    )

    urls = external_urls(settings)

    assert urls is not None
    assert urls.app == "postgresql://mine@db/outlay"
    assert urls.operator == "postgresql://outlay_operator@db/outlay"


def test_what_only_building_reads_is_no_mistake() -> None:
    assert list(unknown_variables({"OUTLAY_WEB_SKIP": "1", "OUTLAY_WEB_NODE": "wheel"})) == []
