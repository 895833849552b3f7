"""Zip archives: checked before a byte is unpacked, and unpacked under names of ours."""

import lzma
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from erdao_gis.errors import FormatError, UnsafeInputError
from erdao_gis.files.size_limits import Limits

_ENCRYPTED = 0x1
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:80]


def check_archive(archive: zipfile.ZipFile, *, file: str, limits: Limits) -> None:
    """Refuse an archive that is too large, encrypted, or would write outside a folder.

    Sizes are the declared ones: zipfile never gives more bytes than declared.

    Raises
    ------
    UnsafeInputError
        Too many members, too much to unpack, or a member named ``../x``, ``/x`` or ``C:x``.
    FormatError
        Encrypted.
    """
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    facts: dict[str, object] = {"file": file}
    if len(members) > limits.members or size > limits.unpacked_bytes:
        large = {"members": len(members), "size_mb": size // 1_000_000}
        raise UnsafeInputError("archive_too_large", facts | large)
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name or "\x00" in name:
            raise UnsafeInputError("archive_member_outside", facts | {"member": _shown(name)})
        if member.flag_bits & _ENCRYPTED:
            raise FormatError("archive_encrypted", facts)


def unpack_shapefile(path: Path, folder: Path, *, limits: Limits) -> dict[str, Path]:
    """Unpack the one shapefile of an archive into ``folder``.

    Parameters
    ----------
    path
        A checked path to a zip archive.
    folder
        An empty folder of ours. The members' own names are not used.
    limits
        Of members and unpacked bytes.

    Returns
    -------
    dict
        Path by suffix: ``.shp``, ``.shx``, ``.dbf``, ``.prj``, ``.cpg``, as far as present.

    Raises
    ------
    UnsafeInputError
        As :func:`check_archive`.
    FormatError
        None or several shapefiles in the archive, or a damaged archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, file=path.name, limits=limits)
            wanted = _one_shapefile(archive, path.name)
            unpacked: dict[str, Path] = {}
            for suffix, member in wanted.items():
                unpacked[suffix] = folder / f"layer{suffix}"
                with archive.open(member) as source, unpacked[suffix].open("wb") as target:
                    shutil.copyfileobj(source, target)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        UnicodeDecodeError,
        EOFError,
        NotImplementedError,
        OSError,
    ) as error:
        raise FormatError("archive_damaged", {"file": path.name}) from error
    return unpacked


def _one_shapefile(archive: zipfile.ZipFile, file: str) -> dict[str, zipfile.ZipInfo]:
    members = {
        member.filename.replace("\\", "/"): member
        for member in archive.infolist()
        # Finder leaves shadows of every file.
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    }
    shapes = [name for name in members if name.lower().endswith(".shp")]
    if len(shapes) != 1:
        names = ", ".join(_shown(name) for name in shapes) or "-"
        raise FormatError("archive_several_layers", {"file": file, "names": names})
    stem = str(PurePosixPath(shapes[0]).with_suffix("")).lower()
    return {
        suffix: member
        for name, member in members.items()
        for suffix in _PARTS
        if name.lower() == stem + suffix
    }
