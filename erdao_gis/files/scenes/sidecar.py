"""What the user states of a scene, once: ``2025-07.toml`` beside ``2025-07.tif``."""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from erdao_gis.errors import FormatError, SchemaError
from erdao_gis.files.paths import checked_path
from erdao_gis.files.scenes.dates import iso_date
from erdao_gis.files.scenes.products import quality_kinds
from erdao_gis.files.size_limits import Limits

_LIMITS = Limits(file_bytes=100_000)
_MOST_BITS = 63
_HIDING = ("quality_kind", "quality_values", "quality_bits")


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """A scene's sidecar as read; it goes before names and tags."""

    path: Path | None = None
    "The file; None where there is none."
    date: str | None = None
    "Year, month or day of the scene as ISO text."
    red: int | None = None
    "Number of the red band, from 1; stated together with the near-infrared one."
    nir: int | None = None
    "Number of the near-infrared band."
    quality_band: int | None = None
    "Number of the band that tells what hides the ground; 0: none does, whatever its name."
    quality_kind: str = ""
    "A kind of ``layers/imagery/quality.csv``, or empty."
    quality_values: tuple[int, ...] = ()
    "Values of the quality band that hide the ground."
    quality_bits: tuple[int, ...] = ()
    "Bits of the quality band, from 0, any of which hides the ground."
    scale: float | None = None
    "Reflectance = stored value * scale + offset, of all bands; instead of what the file states."
    offset: float | None = None
    "See ``scale``."
    ignore_beside: tuple[str, ...] = ()
    "Names of files beside the scene (.msk, .aux.xml) that do not count."


def read_sidecar(image: Path, bands: int) -> Sidecar:
    r"""Read the sidecar of a scene strictly; an empty one if there is none.

    Parameters
    ----------
    image
        The scene.
    bands
        How many bands it has.

    Raises
    ------
    FormatError
        No TOML, or not UTF-8.
    SchemaError
        Keys that are not known or values that do not fit, all of them in one message.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.toml").write_text("red = 3\nnir = 4\n")
    ...     read_sidecar(Path(folder) / "a.tif", bands=4).nir
    4
    """
    path = image.with_suffix(".toml")
    if not (path.exists() or path.is_symlink()):
        return Sidecar()
    try:
        table = tomllib.loads(checked_path(path, limits=_LIMITS).read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        facts = {"file": path.name, "problem": f"{type(error).__name__}: {error}"}
        raise FormatError("scene_sidecar_unreadable", facts) from error
    problems = _problems(table, bands)
    if problems:
        facts = {
            "file": path.name,
            "problems": "; ".join(problems),
            "names": ", ".join(_expected(bands)),
        }
        raise SchemaError("scene_sidecar", facts)
    table["date"] = iso_date(table.get("date"))
    lists = {name: tuple(value) for name, value in table.items() if isinstance(value, list)}
    return Sidecar(path=path, **(table | lists))


def _expected(bands: int) -> dict[str, tuple[str, Callable[[object], bool]]]:
    """Tell for each key what is expected, and whether a value is that."""
    kinds = quality_kinds()

    def whole(least: int, most: int) -> Callable[[object], bool]:
        return lambda value: type(value) is int and least <= value <= most

    def several(each: Callable[[object], bool]) -> Callable[[object], bool]:
        return lambda value: isinstance(value, list) and bool(value) and all(map(each, value))

    def number(value: object) -> bool:
        return type(value) in (int, float) and math.isfinite(float(str(value)))

    return {
        "date": ("2025 | 2025-07 | 2025-07-12", lambda value: iso_date(value) is not None),
        "red": (f"1-{bands}", whole(1, bands)),
        "nir": (f"1-{bands}", whole(1, bands)),
        "quality_band": (f"0-{bands}", whole(0, bands)),
        "quality_kind": (" | ".join(kinds), lambda value: value in list(kinds)),
        "quality_values": ("[8, 9]", several(whole(-(2**31), 2**32))),
        "quality_bits": ("[3, 4]", several(whole(0, _MOST_BITS - 1))),
        "scale": ("> 0", lambda value: number(value) and float(str(value)) > 0),
        "offset": ("-0.1", number),
        "ignore_beside": ('["…"]', several(lambda value: isinstance(value, str))),
    }


def _problems(table: dict[str, object], bands: int) -> list[str]:
    """List what does not fit: keys, values, and keys that only make sense together."""
    expected = _expected(bands)
    found = [f"{key} (?)" for key in table if key not in expected]
    found += [
        f"{key} = {value} ({expected[key][0]})"
        for key, value in table.items()
        if key in expected and not expected[key][1](value)
    ]
    if ("red" in table) != ("nir" in table) or ("red" in table and table["red"] == table["nir"]):
        found.append("red + nir")
    used = [table.get(key) for key in ("red", "nir")]
    hiding = [key for key in _HIDING if key in table]
    band = table.get("quality_band")
    if bool(band) != bool(hiding) or ("quality_kind" in hiding and len(hiding) > 1):
        found.append("quality_band + quality_kind | quality_values | quality_bits")
    if band and band in used:
        found.append("quality_band = red | nir")
    return found
