"""The gallery's fixture is what the generator gives, and its sums agree with each other."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from outlay.demo.agency import generate_agency
from outlay.demo.snapshot import GALLERY_END, GALLERY_FILE, GALLERY_SEED, GallerySnapshot, gallery_snapshot, main


@pytest.fixture(scope="module")
def snapshot() -> GallerySnapshot:
    return gallery_snapshot(generate_agency(GALLERY_SEED, GALLERY_END))


def test_the_file_in_the_repository_is_what_the_generator_gives(tmp_path: Path) -> None:
    written = tmp_path / "gallery" / "agency.json"
    main([str(written)])
    assert GALLERY_FILE.read_bytes() == written.read_bytes()


def test_it_covers_thirty_days_and_the_thirty_before(snapshot: GallerySnapshot) -> None:
    first = GALLERY_END - timedelta(days=29)
    assert snapshot["days"] == [(first + timedelta(days=number)).isoformat() for number in range(30)]
    assert [date.fromisoformat(day) for day in snapshot["days"]][-1] == GALLERY_END
    assert all(len(service["daily_cost"]) == 30 for service in snapshot["services"])
    assert len(snapshot["previous"]["daily_cost"]) == 30


def test_every_service_and_client_has_a_place_in_the_palette(snapshot: GallerySnapshot) -> None:
    assert len(snapshot["services"]) == 9
    assert {service["slot"] for service in snapshot["services"]} == set(range(1, 9))
    assert [client["slot"] for client in snapshot["clients"]] == list(range(1, 9))


def test_money_is_text_in_cents(snapshot: GallerySnapshot) -> None:
    text = json.loads(json.dumps(snapshot))
    amounts = [amount for service in text["services"] for amount in service["daily_cost"]]
    amounts += text["previous"]["daily_cost"]
    amounts += [client[period] for client in text["clients"] for period in ("cost", "previous")]
    assert all(isinstance(amount, str) and amount == f"{Decimal(amount):.2f}" for amount in amounts)


def test_the_clients_make_up_the_services_but_for_the_agency_s_own_charges(snapshot: GallerySnapshot) -> None:
    agency = generate_agency(GALLERY_SEED, GALLERY_END)
    own = Decimal(0)
    for event in agency.events(first=date(2026, 10, 1)):
        own += agency.cost_of(event) if event.client is None else 0
    services = sum(Decimal(amount) for service in snapshot["services"] for amount in service["daily_cost"])
    clients = sum(Decimal(client["cost"]) for client in snapshot["clients"])
    assert own > 0
    assert abs(services - clients - own) < 2
