"""A file is written in one piece, or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from upsertspec.report import files
from upsertspec.report.files import write_whole


def test_a_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    for content in (b"first", b"2nd"):
        write_whole(file, content)
        assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_half_written_file_never_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "junit.xml"
    file.write_bytes(b"old")
    seen: list[bytes] = []
    put = os.replace

    def watched(part: Path, place: Path) -> None:
        seen.append(file.read_bytes())
        put(part, place)

    monkeypatch.setattr(files.os, "replace", watched)
    write_whole(file, b"new")
    assert (seen, file.read_bytes()) == ([b"old"], b"new")


def test_the_old_file_stays_if_the_new_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "junit.xml"
    file.write_bytes(b"old")

    def full(part: Path, place: Path) -> None:
        raise OSError(28, "No space left on device", str(part))

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.xml").write_bytes(b"old")
    link = tmp_path / "link.xml"
    link.symlink_to("real.xml")
    write_whole(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.xml").read_bytes() == b"new"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_whole, args=(pipe, b"new"), daemon=True)
    writer.start()
    assert pipe.read_bytes() == b"new"
    writer.join(10)
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_folder_that_takes_no_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "junit.xml"
    file.write_bytes(b"old")
    monkeypatch.setattr(files.os, "access", lambda place, mode: (place, mode) != (tmp_path, os.W_OK))
    monkeypatch.setattr(files.os, "replace", None)
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
