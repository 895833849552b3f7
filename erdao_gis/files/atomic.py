"""Writing whole or not at all: a temporary folder beside the target, fsync, rename.

Whoever is killed in the middle leaves the old file as it was, and perhaps a folder whose name
ends in ``.tmp``, which the next writer removes a day later. A temporary folder rather than a
file, because GDAL names a layer after the file's stem and must find the final name there.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from erdao_gis.errors import UnsafeInputError
from erdao_gis.files.paths import checked_text, safe_file_name

_ABANDONED_SECONDS = 24 * 3600


def _target(path: str | os.PathLike[str]) -> Path:
    """Check a path to be written: a safe name, in a folder, not a planted link."""
    target = Path(checked_text(path))
    safe_file_name(target.name)
    if target.is_symlink():
        raise UnsafeInputError("target_is_link", {"file": target.name})
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _flush(path: Path) -> None:
    """Ask the disk to keep a file or a folder; Windows knows no such thing for folders."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what writers that were killed left here, once no writer can still be at it."""
    for left in folder.glob(".erdao-*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.lstat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(left)  # refuses links by itself


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Give a fresh folder beside ``target``, on the same disk; it is gone afterwards."""
    _sweep(target.parent)
    folder = Path(tempfile.mkdtemp(prefix=".erdao-", suffix=".tmp", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; the file appears under ``path`` when the block ends.

    Parameters
    ----------
    path
        The file to be. Its folder is made when missing. The temporary path has the same name.

    Raises
    ------
    UnsafeInputError
        The name is unsafe, or a link stands in its place. Nothing is written then, nor when
        the block raises.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(Path(folder) / "note.txt") as draft:
    ...         _ = draft.write_text("whole")
    ...     (Path(folder) / "note.txt").read_text()
    'whole'
    """
    target = _target(path)
    with _temporary(target) as folder:
        draft = folder / target.name
        yield draft
        _flush(draft)
        # Replaces a link planted meanwhile instead of following it.
        draft.replace(target)
        _flush(target.parent)


def write_bytes_atomic(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file whole or not at all; returns its path.

    Parameters
    ----------
    path
        The file to be; its folder is made when missing.
    content
        Its bytes.

    Raises
    ------
    UnsafeInputError
        The name is unsafe, or a link stands in its place.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_bytes_atomic(Path(folder) / "a.bin", b"12").read_bytes()
    b'12'
    """
    with atomic_file(path) as draft:
        draft.write_bytes(content)
    return Path(path)


def write_text_atomic(path: str | os.PathLike[str], text: str) -> Path:
    r"""Write a UTF-8 text file whole or not at all, line ends as given; returns its path.

    Parameters
    ----------
    path
        The file to be; its folder is made when missing.
    text
        Its text.

    Raises
    ------
    UnsafeInputError
        The name is unsafe, or a link stands in its place.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text_atomic(Path(folder) / "a.txt", "二道\n").read_text("utf-8")
    '二道\n'
    """
    return write_bytes_atomic(path, text.encode("utf-8"))
