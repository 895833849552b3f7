"""Which names may be opened at all: plain files, inside the folder they are named in."""

import os
import re
import stat
from pathlib import Path

from erdao_gis.errors import FormatError, UnsafeInputError
from erdao_gis.files.size_limits import DEFAULT_LIMITS, Limits

# Two letters at least: "C:" is a Windows drive, "WFS:" and "http:" are doors to elsewhere.
_PREFIXED = re.compile(r"^\s*[A-Za-z][A-Za-z0-9_+.-]+:")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
_FORBIDDEN_CHARACTERS = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 255


def checked_text(path: str | os.PathLike[str]) -> str:
    """Refuse names that GDAL or the system would read as something else than a file.

    Raises
    ------
    UnsafeInputError
        A URL, ``/vsi...``, a driver string such as ``WFS:``, inline XML or JSON, a NUL.

    Examples
    --------
    >>> checked_text("C:/data/roads.gpkg")
    'C:/data/roads.gpkg'
    """
    text = os.fspath(path)
    if "\x00" in text:
        raise UnsafeInputError("path_with_nul", {"file": text.replace("\x00", "\\0")[:80]})
    slashed = text.replace("\\", "/").lstrip()
    if _PREFIXED.match(text) or slashed.startswith(("/vsi", "<", "{")):
        raise UnsafeInputError("path_not_a_file", {"file": text[:80]})
    return text


def checked_path(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Path:
    """Return the path of a plain file that may be opened.

    Parameters
    ----------
    path
        A file name. Nothing in it is expanded: no ``~``, no ``$HOME``, no ``*``.
    limits
        The file's size must not exceed ``file_bytes``.

    Raises
    ------
    UnsafeInputError
        As :func:`checked_text`; a link that leads out of its folder; not a plain file; too large.
    FormatError
        No such file, a folder, or an empty file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".csv") as file:
    ...     _ = Path(file.name).write_text("id")
    ...     checked_path(file.name).suffix
    '.csv'
    """
    named = Path(checked_text(path))
    facts: dict[str, object] = {"file": named.name}
    try:
        folder, real = named.parent.resolve(strict=True), named.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:
        raise FormatError("file_missing", facts | {"path": str(named)}) from error
    if named.is_symlink() and not real.is_relative_to(folder):
        raise UnsafeInputError("link_outside", facts)
    if stat.S_ISDIR(status.st_mode):
        raise FormatError("file_is_folder", facts)
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeInputError("not_a_plain_file", facts)
    if status.st_size == 0:
        raise FormatError("file_empty", facts)
    if status.st_size > limits.file_bytes:
        raise too_large(named, limits.file_bytes)
    return named


def too_large(path: Path, limit: int) -> UnsafeInputError:
    """Give the error that tells of a file beyond a limit of bytes."""
    sizes = {"size_mb": path.stat().st_size // 1_000_000, "limit_mb": limit // 1_000_000}
    return UnsafeInputError("file_too_large", {"file": path.name, **sizes})


def safe_file_name(name: str) -> str:
    """Return ``name`` when it can safely be the name of a file on every system.

    Parameters
    ----------
    name
        A single name, not a path; Chinese is welcome.

    Raises
    ------
    UnsafeInputError
        Path separators, control or reserved characters, a reserved Windows name, a leading dot
        or dash, a trailing dot or space, or more than 255 bytes.

    Examples
    --------
    >>> safe_file_name("二道区.geojson")
    '二道区.geojson'
    """
    if (
        not name
        or _FORBIDDEN_CHARACTERS.search(name)
        or _RESERVED.match(name)
        or name[0] in ".- "
        or name[-1] in ". "
        or len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME
    ):
        raise UnsafeInputError("file_name_unsafe", {"name": ascii(name)[:80]})
    return name
