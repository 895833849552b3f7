"""Files beside a scene that would change what it says, had GDAL its way.

A mask (.msk), another nodata value, CRS or place (.aux.xml) count for GDAL as if they stood in the
file. Here only the file itself speaks: what says otherwise is refused by name, never passed over.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from erdao_gis.errors import ErdaoError, FormatError
from erdao_gis.files.paths import checked_path
from erdao_gis.files.size_limits import Limits

_LIMITS = Limits(file_bytes=50_000_000)
# Of what GDAL keeps beside a file, this changes no value: statistics, colours, words.
_HARMLESS = {
    "CategoryNames",
    "ColorTable",
    "GDALRasterAttributeTable",
    "Histograms",
    "Maximum",
    "Minimum",
    "UnitType",
}
_DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_beside(image: Path, ignored: Collection[str]) -> None:
    """Refuse a scene with files beside it that state more than the scene itself.

    Parameters
    ----------
    image
        The scene.
    ignored
        Names of files that the user has decided do not count.

    Raises
    ------
    FormatError
        A mask, or statements on nodata, place, scale or bands; the message names them all.
    """
    whole, stem = image.name.lower(), image.stem.lower()
    found: dict[str, str] = {}
    for path in sorted(image.parent.iterdir()):
        name = path.name.lower()
        if path.name in ignored:
            continue
        if name in (f"{whole}.msk", f"{whole}.aux", f"{stem}.aux"):
            found[path.name] = path.name
        elif name == f"{whole}.aux.xml":
            statements = sorted(set(_statements(path)))
            if statements:
                found[path.name] = f"{path.name} ({', '.join(statements)})"
    if found:
        facts = {
            "file": image.name,
            "beside": "; ".join(found.values()),
            "names": ", ".join(f'"{name}"' for name in found),
            "sidecar": image.with_suffix(".toml").name,
        }
        raise FormatError("scene_files_beside", facts)


def _statements(path: Path) -> Iterator[str]:
    """Give the statements of an .aux.xml that would change what is read; "?" if unreadable."""
    try:
        content = checked_path(path, limits=_LIMITS).read_bytes()
        if _DECLARED.search(content):
            yield "?"
            return
        root = ET.fromstring(content)  # noqa: S314 - bounded, and without declared entities
    except (ET.ParseError, ErdaoError):
        yield "?"
        return
    if root.tag != "PAMDataset":
        yield root.tag
    for part in (root, *root.iter("PAMRasterBand")):
        for child in part:
            if child.tag == "Metadata":
                if any(item.get("key", "").upper() == "NODATA_VALUES" for item in child):
                    yield "NODATA_VALUES"
                if child.find(".//GeodataXform") is not None:
                    yield "GeodataXform"
            elif child.tag not in {"PAMRasterBand", *_HARMLESS}:
                yield child.tag
