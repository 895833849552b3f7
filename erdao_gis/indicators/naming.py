"""What a figure is called: its indicator, the ground it speaks of, and how it was measured.

绿地率 of all land, of the built-up area and of the parcels are three figures: the name says which.
"""

from __future__ import annotations

from dataclasses import dataclass

from erdao_gis.indicators.context import WALK_RULES
from erdao_gis.indicators.indicator import Indicator
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair, pair, words


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """A row of ``layers/indicators/grounds.csv``."""

    key: str
    whole: Pair
    "Of the whole district."
    unit: Pair
    "Of one unit."


def ground_name(row: Indicator, variant: str, kind: str = "", *, part: bool = False) -> Pair | None:
    """Name the ground that a figure speaks of; None where its name says it or it has none.

    Parameters
    ----------
    row, variant
        The figure.
    kind
        Kind of units; empty for the whole district.
    part
        Whether only the part was measured on which the inputs are complete.
    """
    if part:
        return pair("indicators", "ground_part")
    key = row.ground_for(variant)
    if not key:
        return None
    found = _grounds()[key]
    return found.unit if kind else found.whole


def _grounds() -> dict[str, _Ground]:
    return {each.key: each for each in shipped_rows("indicators/grounds", _Ground)}


def ground_keys() -> list[str]:
    """List the grounds that an indicator can name.

    >>> "homes" in ground_keys()
    True
    """
    return list(_grounds())


def _walk_facts(row: Indicator) -> dict[str, object]:
    stated = row.parameters or {}
    return {
        name: f"{row.parameter(name) if name in stated else usual:g}"
        for name, usual in WALK_RULES.items()
    }


def _variant_name(row: Indicator, variant: str) -> Pair | None:
    if not variant:
        return None
    known = words("indicators")
    key = next(
        (key for key in (f"variant_{variant}@{row.method}", f"variant_{variant}") if key in known),
        None,
    )
    return (
        Pair(zh=variant, en=variant) if key is None else pair("indicators", key, _walk_facts(row))
    )


def figure_name(row: Indicator, variant: str, kind: str = "", *, part: bool = False) -> Pair:
    """Return the full name of a figure.

    >>> from erdao_gis.indicators.registry import registry
    >>> figure_name(registry()["green_ratio"], "").en
    'Green ratio (all land in the district)'
    """
    inside = figure_label(row, variant, kind, part=part)
    if inside is None:
        return Pair(zh=row.name_zh, en=row.name_en)
    return Pair(zh=f"{row.name_zh}（{inside.zh}）", en=f"{row.name_en} ({inside.en})")


def figure_label(
    row: Indicator, variant: str, kind: str = "", *, part: bool = False
) -> Pair | None:
    """Return what tells a figure from others of its indicator: ground, and way of measuring.

    >>> from erdao_gis.indicators.registry import registry
    >>> figure_label(registry()["park_coverage"], "straight_people").zh
    '区内居民，直线距离'
    """
    inside = [ground_name(row, variant, kind, part=part), _variant_name(row, variant)]
    known = [each for each in inside if each is not None]
    if not known:
        return None
    return Pair(zh="，".join(each.zh for each in known), en=", ".join(each.en for each in known))


def method_text(row: Indicator, variant: str) -> Pair | None:
    """Tell how a walk was measured, with all its rules; None for figures that walk nowhere."""
    if not row.method or "walk" not in variant.split("_"):
        return None
    return pair("indicators", f"method_{row.method}", _walk_facts(row))
