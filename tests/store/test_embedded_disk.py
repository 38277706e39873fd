"""A full disk is refused before anything is written, a nearly full one is warned of."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from outlay.db.embedded import EmbeddedError, EmbeddedServer, free_disk_bytes
from outlay.db.embedded.config import MEBIBYTE
from tests.store.embedded_help import Place, a_place, answers, only_as_root


@pytest.fixture
def place() -> Iterator[Place]:
    with a_place() as fresh:
        yield fresh


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system of its own, in memory."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=0755"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("This machine does not let root mount file systems.")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@only_as_root
def test_a_start_on_a_full_disk_is_refused_and_leaves_nothing(place: Place) -> None:
    with small_disk(place.config.data_dir, 32):
        with pytest.raises(EmbeddedError, match="Only 32 MB of disk space are free") as refused:
            EmbeddedServer(place.config).start()
        assert refused.value.code == "disk_full"
        assert list(place.config.data_dir.iterdir()) == []


@only_as_root
def test_a_disk_that_fills_up_while_the_cluster_is_made_leaves_no_half_of_it(place: Place) -> None:
    with small_disk(place.config.data_dir, 24):
        # As if somebody else had filled the disk after the look at it.
        config = replace(place.config, disk_floor_bytes=-100 * MEBIBYTE)
        with pytest.raises(EmbeddedError, match="The disk is too full") as refused:
            EmbeddedServer(config).start()
        assert refused.value.code == "disk_full"
        assert list(place.config.data_dir.iterdir()) == []


@only_as_root
def test_an_existing_cluster_on_a_disk_that_filled_up_starts_again_once_there_is_space(place: Place) -> None:
    with small_disk(place.config.data_dir, 200):
        with EmbeddedServer(place.config):
            pass
        filler = place.config.data_dir / "filler"
        filler.write_bytes(b"\0" * (free_disk_bytes(place.config.data_dir) - 10 * MEBIBYTE))
        with pytest.raises(EmbeddedError, match="64 MB are needed") as refused:
            EmbeddedServer(place.config).start()
        assert refused.value.code == "disk_full"
        filler.unlink()
        with EmbeddedServer(place.config) as server:
            assert answers(server.admin_url)


def test_a_full_disk_is_refused_by_what_the_file_system_reports(place: Place) -> None:
    with pytest.raises(EmbeddedError, match="free some space there, or choose another place with --data-dir"):
        EmbeddedServer(place.config, free_bytes=lambda _directory: 10 * MEBIBYTE).start()
    assert not place.config.data_dir.exists()


def test_a_nearly_full_disk_starts_with_a_warning(place: Place) -> None:
    said: list[str] = []
    with EmbeddedServer(place.config, on_state=said.append, free_bytes=lambda _directory: 500 * MEBIBYTE) as server:
        assert answers(server.admin_url)
    assert any(line.startswith("Warning: only 500 MB of disk space are free") for line in said)
