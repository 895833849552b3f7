"""Which bands of a scene are red, near infrared, quality and alpha: known, or refused.

Names of bands are rows of ``layers/imagery/bands.csv``. Plain ones (``Red``, ``近红外``) mean the
same everywhere. Codes do not: B4 is red of Sentinel-2 and Landsat 8, near infrared of Landsat 5 and
7. A code counts as far as all sensors that have all the codes of the file, and that the file's name
does not exclude, agree. The order of bands alone tells nothing.
"""

import fnmatch
import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from erdao_gis.errors import SchemaError
from erdao_gis.files.scenes.products import BandNames, quality_kinds, sensors_named
from erdao_gis.files.scenes.sidecar import Sidecar
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import pair

Meanings = Mapping[str, str]
"""Sensor -> what a band's name means there; the sensor is empty for a plain name."""


@dataclass(frozen=True, kw_only=True)
class SceneQuality:
    """A band that tells which cells show no ground."""

    name: str
    "Its name, or its number where it has none."
    band: int
    "Its number, from 1."
    values: tuple[int, ...]
    "Values that hide the ground."
    bits: tuple[int, ...]
    "Bits, from 0, any of which hides the ground."


@dataclass(frozen=True, kw_only=True)
class SceneBands:
    """Numbers of the bands that green cover needs, from 1."""

    red: int
    "Red."
    nir: int
    "Near infrared."
    quality: SceneQuality | None
    "What tells clouds and shadows; None where the scene has no such band."
    alpha: int | None
    "Band whose 0 means: not seen; None where there is none."


def scene_bands(
    image: Path, names: Sequence[str | None], colours: Sequence[str], stated: Sidecar
) -> SceneBands:
    """Tell the bands of a scene apart.

    Parameters
    ----------
    image
        The file, whose name may state the sensor.
    names
        Descriptions of the bands, None where there is none.
    colours
        Colour interpretation of each band.
    stated
        The sidecar; what it states goes before the names.

    Raises
    ------
    SchemaError
        Red and near infrared cannot be known, or a band may hide ground in a way not known.

    Examples
    --------
    >>> found = scene_bands(Path("a.tif"), ["近红外", "红"], ["gray", "undefined"], Sidecar())
    >>> found.red, found.nir
    (2, 1)
    """
    meanings = [_meanings(_plain(name)) for name in names]
    if stated.red and stated.nir:
        red, nir = stated.red, stated.nir
    else:
        red, nir = _named_pair(image, names, meanings)
    used = {red, nir, stated.quality_band}
    alpha = [
        number
        for number, (colour, meaning) in enumerate(zip(colours, meanings, strict=True), start=1)
        if number not in used and (colour == "alpha" or "alpha" in meaning.values())
    ]
    return SceneBands(
        red=red,
        nir=nir,
        quality=_quality(image, names, meanings, stated, {*used, *alpha}),
        alpha=alpha[0] if alpha else None,
    )


def _plain(name: str | None) -> str:
    """Write a name so that case, width, blanks and dashes make no difference."""
    text = unicodedata.normalize("NFKC", name or "").casefold()
    return re.sub(r"[\s_.-]", "", text)


@functools.cache
def _table() -> tuple[dict[str, dict[str, str]], list[tuple[str, dict[str, str]]]]:
    """Read the names of bands: whole ones, and patterns in their order."""
    whole: defaultdict[str, dict[str, str]] = defaultdict(dict)
    patterns = []
    for row in shipped_rows("imagery/bands", BandNames):
        meanings = dict.fromkeys(row.sensors or ("",), row.meaning)
        for name in map(_plain, row.names):
            if "*" in name:
                patterns.append((name, meanings))
            else:
                whole[name].update(meanings)
    return dict(whole), patterns


def _meanings(name: str) -> Meanings:
    whole, patterns = _table()
    if name in whole:
        return whole[name]
    fits = (meanings for pattern, meanings in patterns if fnmatch.fnmatchcase(name, pattern))
    return next(fits, {})


def _named_pair(
    image: Path, names: Sequence[str | None], meanings: Sequence[Meanings]
) -> tuple[int, int]:
    """Find red and near infrared by plain names, else as all possible sensors have them."""
    plain = _pair_of("", meanings)
    if 0 not in plain:
        return plain
    coded = [frozenset(meaning) for meaning in meanings if meaning and "" not in meaning]
    possible = functools.reduce(frozenset.intersection, coded) if coded else frozenset({""})
    named = sensors_named(image.stem)
    if coded and named:
        possible &= named
    pairs = {_pair_of(sensor, meanings) for sensor in possible}
    agreed = next(iter(pairs)) if len(pairs) == 1 else (0, 0)
    if 0 in agreed:
        roles = {role for sensor in possible for role in _roles(sensor, meanings)}
        lacking = {"red", "nir"} - {role.removesuffix("_narrow") for role in roles}
        raise _unknown(image, names, lacking, sensors=len(pairs) != 1)
    return agreed


def _roles(sensor: str, meanings: Sequence[Meanings]) -> list[str]:
    return [meaning.get("") or meaning.get(sensor, "") for meaning in meanings]


def _pair_of(sensor: str, meanings: Sequence[Meanings]) -> tuple[int, int]:
    """Give red and near infrared as one sensor has them; 0 for one that is not there once."""
    roles = _roles(sensor, meanings)
    infrared = "nir" if "nir" in roles else "nir_narrow"
    red, nir = (
        roles.index(role) + 1 if roles.count(role) == 1 else 0 for role in ("red", infrared)
    )
    return red, nir


def _unknown(
    image: Path, names: Sequence[str | None], lacking: set[str], *, sensors: bool
) -> SchemaError:
    """Make the error that says what is not known, and what to write into the sidecar."""
    key = f"lacking_{'_'.join(sorted(lacking))}" if lacking else "bands_twice"
    reason = pair("imagery", "sensors_differ" if sensors else key)
    facts = {
        "file": image.name,
        "names": ", ".join(f"{n} {name or '-'}" for n, name in enumerate(names, start=1)),
        "reason_zh": reason.zh,
        "reason_en": reason.en,
        "sidecar": image.with_suffix(".toml").name,
    }
    return SchemaError("scene_bands_unknown", facts)


def _quality(
    image: Path,
    names: Sequence[str | None],
    meanings: Sequence[Meanings],
    stated: Sidecar,
    used: set[int | None],
) -> SceneQuality | None:
    """Find the quality band; refuse one whose meaning is not known."""
    kinds = quality_kinds()
    if stated.quality_band is not None:
        band = stated.quality_band
        if not band:
            return None
        kind = kinds.get(stated.quality_kind)
        return SceneQuality(
            name=names[band - 1] or str(band),
            band=band,
            values=kind.values if kind else stated.quality_values,
            bits=kind.bits if kind else stated.quality_bits,
        )
    roles = {
        number: next(iter(meaning.values()))
        for number, meaning in enumerate(meanings, start=1)
        if meaning and number not in used
    }
    known = [number for number, role in roles.items() if role in kinds]
    asked = [number for number, role in roles.items() if role == "quality_unknown"]
    if not known:
        asked += [number for number, role in roles.items() if role == "quality_second"]
    if asked or len(known) > 1:
        facts = {
            "file": image.name,
            "names": ", ".join(f"{n} {names[n - 1]}" for n in sorted({*asked, *known})),
            "band": (asked or known)[0],
            "kinds": ", ".join(kinds),
            "sidecar": image.with_suffix(".toml").name,
        }
        raise SchemaError("scene_quality_unknown", facts)
    if not known:
        return None
    band, kind = known[0], kinds[roles[known[0]]]
    return SceneQuality(name=str(names[band - 1]), band=band, values=kind.values, bits=kind.bits)
