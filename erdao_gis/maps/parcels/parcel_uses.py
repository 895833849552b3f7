"""Parcels by their land use: a second look at the same ground, in the official colours."""

import geopandas as gpd
import pandas as pd

from erdao_gis.land_use import land_use_at_level, land_use_classes
from erdao_gis.maps.page.page_content import PageLayer, PagePart
from erdao_gis.maps.parcels.parcel_findings import parcel_words
from erdao_gis.parcels import edition_of
from erdao_gis.wording import Pair

_NONE = "none"
_NO_COLOUR = "#8F887C"
_STYLE = "land_balance"
_KEPT = ("name_zh", "name_en", "evidence", "identity", "source", "page_finding", "page_use")


def _classes_of(parcels: gpd.GeoDataFrame, edition: str) -> "pd.Series[str]":
    """Return the class of the first level of each parcel; ``none`` where its code has none."""
    given = parcels.get("land_use_code", pd.Series(None, index=parcels.index, dtype=object))
    text = given.where(given.map(lambda code: isinstance(code, str)), None).astype("str")
    first = land_use_at_level(text.reset_index(drop=True), 1, edition)
    return first.fillna(_NONE)


def _parts(classes: "pd.Series[str]", edition: str) -> tuple[PagePart, ...]:
    known, counts = land_use_classes(edition), classes.value_counts()
    parts = []
    for key, row in known[known.index.isin(counts.index)].iterrows():
        code = str(key)
        name = Pair(zh=str(row["name_zh"]), en=str(row["name_en"]))
        facts = {"code": code, "name": name, "count": int(counts[code])}
        title = parcel_words("page_use_part", facts)
        parts.append(PagePart(part=code, title=title, fill=str(row["colour"])))
    if _NONE in counts:
        title = parcel_words("page_use_none", {"count": int(counts[_NONE])})
        parts.append(PagePart(part=_NONE, title=title, fill=_NO_COLOUR, hatched=True))
    return tuple(parts)


def use_layer(parcels: gpd.GeoDataFrame, drawn: PageLayer) -> PageLayer:
    """Return the parcels coloured by their land use, switched off when the page opens.

    Parameters
    ----------
    parcels
        As `facts_of_parcels` read them.
    drawn
        The layer of the same rows that tells their limits; outlines and words come from it.

    Returns
    -------
    PageLayer
        Classes of the first level in their official colours, each with its number of parcels;
        codes that are missing or not valid are a class of their own.
    """
    edition = edition_of(parcels)
    classes = _classes_of(parcels, edition)
    frame = drawn.frame[[*(name for name in _KEPT if name in drawn.frame), "geometry"]].copy()
    frame["use_part"] = classes.to_numpy()
    codes = parcels.get("land_use_code", pd.Series(None, index=parcels.index, dtype=object))
    frame["use_code"] = codes.to_numpy(dtype=object)
    reasons = [name for name in ("reason_zh", "reason_en") if name in drawn.frame]
    frame[reasons] = drawn.frame[reasons]
    return PageLayer(
        key="parcels_use",
        title=parcel_words("page_uses"),
        frame=frame,
        column_titles=drawn.column_titles,
        style=_STYLE,
        shown=False,
        by="use_part",
        parts=_parts(classes, edition),
        label="use_code",
    )
