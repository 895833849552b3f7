"""Files appear whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from erdao_gis.errors import UnsafeInputError
from erdao_gis.files import atomic_file, write_bytes_atomic, write_text_atomic


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    """UTF-8, line ends as given, folders made, nothing else left."""
    path = write_text_atomic(tmp_path / "new" / "a.txt", "二道\r\n区\n")
    assert path.read_bytes() == "二道\r\n区\n".encode()
    assert _names(path.parent) == ["a.txt"]


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """An error while writing changes nothing and leaves no traces."""
    write_bytes_atomic(tmp_path / "a.bin", b"old")
    with pytest.raises(UnicodeEncodeError), atomic_file(tmp_path / "a.bin") as draft:
        draft.write_text("half \udcff", "utf-8")
    assert (tmp_path / "a.bin").read_bytes() == b"old"
    assert _names(tmp_path) == ["a.bin"]


KILLED = """
import sys, time
from erdao_gis.files import atomic_file
with atomic_file(sys.argv[1]) as draft:
    with draft.open("wb") as stream:
        stream.write(b"half" * 1000)
        stream.flush()
        print("written", flush=True)
        time.sleep(60)
"""


def test_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    """Whoever is killed with half the bytes written has changed nothing."""
    path = write_bytes_atomic(tmp_path / "a.bin", b"old")
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "written\n"
        os.kill(writer.pid, signal.SIGKILL)
    assert path.read_bytes() == b"old"
    assert write_bytes_atomic(path, b"new").read_bytes() == b"new"


def test_what_a_killed_writer_left_is_removed_a_day_later(tmp_path: Path) -> None:
    """Old drafts go, a draft of today may belong to somebody."""
    for name, age in ((".erdao-old.tmp", 2 * 86400), (".erdao-new.tmp", 60)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    write_text_atomic(tmp_path / "a.txt", "x")
    assert _names(tmp_path) == [".erdao-new.tmp", "a.txt"]


def test_planted_link_is_not_followed(tmp_path: Path) -> None:
    """A link in place of the target is refused and what it points to stays as it was."""
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "out.txt").symlink_to(tmp_path / "precious")
    with pytest.raises(UnsafeInputError) as caught:
        write_text_atomic(tmp_path / "out.txt", "x")
    assert caught.value.key == "target_is_link"
    assert (tmp_path / "precious").read_text() == "keep"


def test_link_planted_meanwhile_is_replaced(tmp_path: Path) -> None:
    """A link planted while writing is replaced by the file, not followed."""
    (tmp_path / "precious").write_text("keep")
    with atomic_file(tmp_path / "out.txt") as draft:
        draft.write_text("new")
        (tmp_path / "out.txt").symlink_to(tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "keep"
    assert not (tmp_path / "out.txt").is_symlink()


@pytest.mark.parametrize("name", ["../x/-rf", "http://example.org/a", "/vsimem/a", "CON"])
def test_unsafe_target_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written under a name that is no plain file name."""
    target = name if name.startswith(("http", "/vsi")) else tmp_path / name
    with pytest.raises(UnsafeInputError):
        write_text_atomic(target, "x")
    assert _names(tmp_path) == []
