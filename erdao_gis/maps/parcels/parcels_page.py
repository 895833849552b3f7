"""Parcels as a page: what the limits say of each, and all its facts."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.errors import Fault, Language
from erdao_gis.indicators import RunLike
from erdao_gis.land_use import limit_norms
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.page.compose import write_page
from erdao_gis.maps.page.page_content import PageContent, PageGroup, PageLayer, PageLink
from erdao_gis.maps.parcels.parcel_findings import FINDINGS, finding_lines, finding_of, parcel_words
from erdao_gis.maps.parcels.parcel_labels import short_codes
from erdao_gis.maps.parcels.parcel_lines import UNDRAWN, parcel_lines, yes_no
from erdao_gis.maps.parcels.parcel_uses import use_layer
from erdao_gis.parcels import (
    LimitCheck,
    ParcelFacts,
    are_assumed,
)
from erdao_gis.wording import Pair

GROUND = ("district", "parks_and_green", "waterways", "roads", "railways")
# Told in words, as the limits are, with what they mean for the parcel.
_TOLD_ELSEWHERE = ("land_use_code", "edition")
_LABEL = "page_label"
_METHODS = (
    "labels", "size", "streets", "areas", "places", "clashes", "crossings", "built", "limits",
    "worth",
)  # fmt: skip


def _page_index(parcels: pd.DataFrame) -> list[str]:
    """Return a name of its own for each row: every row of a repeated code stands on the page."""
    labels = parcels.index.to_series().astype(str)
    again = labels.groupby(labels.to_numpy()).cumcount().to_numpy()
    return [
        f"{label} ({number + 1})" if number else label
        for label, number in zip(labels, again, strict=True)
    ]


def _reasons(frame: gpd.GeoDataFrame, faults: Iterable[Fault]) -> gpd.GeoDataFrame:
    """Take away the outlines that cannot be drawn, and say why."""
    said = {fault.feature: fault for fault in faults if fault.rule in UNDRAWN}
    shapes = frame.geometry
    areal = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    unsound = (~shapes.is_valid | ~areal).to_numpy(bool)
    bare = (shapes.isna() | shapes.is_empty).to_numpy(bool)
    kept = frame.copy()
    kept.loc[unsound, "geometry"] = None
    for language in ("zh", "en"):
        kept[f"reason_{language}"] = [
            said[key].message(language) if gone and key in said else None
            for key, gone in zip(frame.index.astype(str), unsound | bare, strict=True)
        ]
    return kept


def _parcel_layer(found: ParcelFacts, checked: LimitCheck, source: AtlasSource) -> PageLayer:
    lines, titles = parcel_lines(found, checked)
    frame = _reasons(found.parcels, checked.audit.faults)
    findings = finding_of(checked.limits)
    told = {*_TOLD_ELSEWHERE, *limit_norms()["bound_column"]}
    own = frame.drop(columns=[name for name in frame if name in told])
    if "assumed" in own:
        own["assumed"] = yes_no(own["assumed"])
    finding = findings.reindex(frame.index.unique()).fillna("no_bound")
    both = pd.concat([lines, own], axis=1)
    table = gpd.GeoDataFrame(both, geometry="geometry", crs=frame.crs)
    table["finding"] = [finding[key] for key in frame.index]
    table[_LABEL] = short_codes(frame.index.astype(str))
    table.index = pd.Index(_page_index(frame), name="id")
    given = source.layer("parcels")
    return dataclasses.replace(
        given,
        frame=table,
        title=parcel_words("page_by_limits"),
        style="parcels_limits",
        by="finding",
        label=_LABEL,
        part_titles=_counted(table["finding"]),
        column_titles={
            **given.column_titles,
            **titles,
            "area_m2": parcel_words("listed_area_m2"),
        },
        completeness=str(found.parcels.attrs.get("completeness") or given.completeness),
        shown=True,
    )


def _counted(findings: "pd.Series[str]") -> dict[str, Pair]:
    """Return the titles of the classes with how many parcels are in each."""
    counts = findings.value_counts()
    return {
        key: parcel_words(
            "page_counted",
            {"title": parcel_words(f"finding_{key}"), "count": int(counts.get(key, 0))},
        )
        for key in FINDINGS
    }


def _looked_at(found: ParcelFacts, source: AtlasSource) -> tuple[PageLayer, ...]:
    """Return the layers that the facts rest on, quiet, each to be switched."""
    guarded = source.layer("protected_land", shown=True)
    guarded = dataclasses.replace(guarded, style="protected_quiet")
    stations = source.layer("metro_stations", shown=True)
    schools = dataclasses.replace(
        source.layer("facilities_inventory", shown=True),
        title=parcel_words("page_schools"),
        frame=found.around["schools"],
    )
    return (*source.ground(GROUND), guarded, stations, schools)


def _norm_lines(limits: pd.DataFrame) -> list[tuple[Pair, Pair]]:
    """Return each norm with the limits that rest on it, and how sure we are of it."""
    columns = ["norm_zh", "norm_en", "certainty"]
    norms = limits[["limit", *columns]].drop_duplicates()
    lines = []
    for (zh, en, sure), rows in norms.groupby(columns, sort=False):
        limited = [parcel_words(f"limit_{key}") for key in rows["limit"]]
        facts: dict[str, object] = {
            "limit": Pair(zh="、".join(one.zh for one in limited),
                          en=", ".join(one.en for one in limited)),
            "norm": Pair(zh=str(zh), en=str(en)),
            "certainty": parcel_words(f"certainty_{sure}"),
        }  # fmt: skip
        lines.append((page_words("measure_norm"), parcel_words("page_norm", facts)))
    return lines


def page_title(source: AtlasSource, title: Pair) -> Pair:
    """Return a title with the workspace named before it."""
    own = source.title
    if own is None:
        return title
    return Pair(zh=f"{own.zh}：{title.zh}", en=f"{own.en}: {title.en}")


def method_lines(keys: Iterable[str], rules: object) -> list[tuple[Pair, Pair]]:
    """Return heading and text on how figures or parcels came about, with the choices made."""
    choices: dict[str, object] = {
        name: f"{value:g}" if isinstance(value, int | float) else parcel_words("page_varies")
        for name, value in vars(rules).items()
    }
    return [
        (parcel_words(f"page_head_{key}"), parcel_words(f"page_method_{key}", choices))
        for key in keys
    ]


def page_warning(source: AtlasSource, assumed: bool) -> Pair | None:
    """Return what must be read before the map: the place is fictional, the parcels are drafted."""
    said = [page_words("fictional")] if source.fictional else []
    said += [parcel_words("page_assumed")] if assumed else []
    if not said:
        return None
    return Pair(zh="；".join(one.zh for one in said), en="; ".join(one.en for one in said))


def parcels_content(
    source: AtlasSource,
    *,
    links: Iterable[PageLink] = (),
) -> PageContent:
    """Return what the page of a workspace's parcels shows.

    Parameters
    ----------
    source
        Layers, and the run whose facts and limits of parcels are shown.
    links
        Pages of the atlas.

    Raises
    ------
    WorkspaceError
        The place has no parcels.
    """
    found, checked = source.run.facts, source.run.limits
    layer = _parcel_layer(found, checked, source)
    ledger = checked.audit.ledger
    counts = {name: int(ledger[name]) for name in ("rows", "usable")}
    counts |= {"faults": len(checked.audit.faults), **checked.counts}
    counts["listed"] = counts["rows"] - counts["usable"]
    whole = (page_words("measure_whole"), parcel_words("page_whole", counts))
    return PageContent(
        title=page_title(source, parcel_words("page_title")),
        subtitle=parcel_words("page_subtitle", counts),
        groups=(
            PageGroup(
                key="parcels",
                title=source.layer("parcels").title,
                layers=(layer, use_layer(found.parcels, layer)),
            ),
        ),
        backdrop=_looked_at(found, source),
        sources=source.sources,
        attribution=source.attribution,
        key="parcels",
        run=source.run.id,
        links=tuple(links),
        method=(
            whole,
            *method_lines(_METHODS, found.rules),
            *_norm_lines(checked.limits),
        ),
        findings=tuple(finding_lines(checked)),
        warning=page_warning(source, bool(are_assumed(found.parcels).any())),
    )


def write_parcels_page(
    path: str | os.PathLike[str],
    place: RunLike = None,
    *,
    language: Language = "zh",
) -> Path:
    """Write the parcels of a workspace as one HTML file that works offline.

    Each parcel is coloured by what the limits say of it, and tells all its facts: size, streets,
    areas it lies in, places with distance and walk, limits, clashes, and what each figure is
    worth.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    place
        A run, a dataset, a workspace or its folder.
    language
        Language in which the page opens; the reader can switch.

    Returns
    -------
    pathlib.Path
        The file written. The same inputs give the same bytes.

    Raises
    ------
    WorkspaceError
        The workspace has no parcels.
    UnsafeInputError
        The page would name an outside address, or the path is unsafe.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town").folder
    ...     write_parcels_page(Path(folder) / "parcels.html", town).name
    'parcels.html'
    """
    return write_page(path, parcels_content(AtlasSource(place)), language=language)
