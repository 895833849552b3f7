"""Drafted parcels as a page that says everywhere that they are no cadastral ones."""

import dataclasses
import os
from pathlib import Path

import geopandas as gpd

from erdao_gis.errors import Fault, Language
from erdao_gis.indicators import RunLike
from erdao_gis.maps.atlas.source import AtlasSource
from erdao_gis.maps.page.compose import write_page
from erdao_gis.maps.page.page_content import PageContent, PageGroup, PageLayer
from erdao_gis.maps.parcels.parcel_findings import parcel_words
from erdao_gis.maps.parcels.parcel_labels import last_parts
from erdao_gis.maps.parcels.parcel_lines import street_names, yes_no
from erdao_gis.maps.parcels.parcels_page import GROUND, method_lines, page_title, page_warning
from erdao_gis.parcels import AreaDraft
from erdao_gis.wording import Pair

_METHODS = ("blocks", "cuts", "lanes")
_OWN = ("area_id", "block", "frontage_m", "streets", "outside_district_m2")


def _area_layer(drafted: AreaDraft, source: AtlasSource) -> PageLayer:
    """Return the areas that were asked for; one without parcels says why."""
    frame = drafted.areas.copy()
    refused: dict[str, list[Fault]] = {}
    for fault in drafted.draft.faults:
        refused.setdefault(fault.feature, []).append(fault)
    for language in ("zh", "en"):
        frame[f"refused_{language}"] = [
            " ".join(fault.message(language) for fault in refused.get(str(key), []))
            for key in frame.index
        ]
    pairs = zip(frame.pop("refused_zh"), frame.pop("refused_en"), strict=True)
    frame["page_refused"] = [Pair(zh=zh, en=en) if zh else None for zh, en in pairs]
    given = source.layer("renewal_areas")
    titles = {**given.column_titles, "page_refused": parcel_words("page_refused")}
    return dataclasses.replace(
        given,
        key="draft_areas",
        title=parcel_words("page_areas"),
        about=Pair(zh="", en=""),
        frame=frame,
        style="draft_areas",
        column_titles=titles,
        shown=True,
    )


def _draft_layer(drafted: AreaDraft, source: AtlasSource) -> PageLayer:
    parcels = drafted.draft.parcels
    frame = parcels.copy()
    # A narrow parcel has room for block and number; the area's name stands over them.
    frame["label"] = last_parts(parcels.index.astype(str))
    named = parcel_words("no_name")
    frame["area_m2"] = [f"{size:,.0f}" for size in parcels["area_m2"]]
    frame["frontage_m"] = [f"{length:,.0f}" for length in parcels["frontage_m"]]
    if "outside_district_m2" in parcels:
        frame["outside_district_m2"] = [f"{size:,.0f}" for size in parcels["outside_district_m2"]]
    english = street_names(source.layer("roads").frame)
    told = [
        Pair(zh="、".join(names), en=", ".join(english.get(name, name) for name in names))
        for names in (streets.split(";") for streets in parcels["streets"])
    ]
    frame["streets"] = [one if one.zh else named for one in told]
    frame["assumed"] = yes_no(parcels["assumed"])
    titles = {name: parcel_words(f"own_{name}") for name in _OWN}
    titles |= {name: source.layer("parcels").column_titles[name] for name in ("area_m2", "assumed")}
    return PageLayer(
        key="draft_parcels",
        title=parcel_words("page_drafted"),
        frame=gpd.GeoDataFrame(frame, geometry="geometry", crs=parcels.crs),
        column_titles=titles,
        style="draft_parcels",
        label="label",
        shown=True,
    )


def _placed(layer: PageLayer) -> PageLayer:
    """Leave out what has no place: on this page it would pass for an area without parcels."""
    return dataclasses.replace(layer, frame=layer.frame[layer.frame.geometry.notna()])


def _lane_layer(drafted: AreaDraft) -> PageLayer:
    lanes = drafted.draft.lanes
    frame = lanes[["geometry"]].set_axis([f"lane-{n + 1}" for n in range(len(lanes))])
    frame = frame.assign(name_zh=parcel_words("page_lane").zh, name_en=parcel_words("page_lane").en,
                         evidence="D", identity="inferred")  # fmt: skip
    title = parcel_words("page_lane")
    return PageLayer(key="draft_lanes", title=title, frame=frame, style="draft_lanes", shown=True)


def _outside_lines(drafted: AreaDraft, source: AtlasSource) -> list[tuple[Pair, Pair]]:
    """Tell how much of the draft lies beyond the district's line, and what that line is worth."""
    parcels = drafted.draft.parcels
    if "outside_district_m2" not in parcels or not parcels["outside_district_m2"].any():
        return []
    beyond = parcels["outside_district_m2"][parcels["outside_district_m2"] > 0]
    notes = source.layer("district").frame.fillna("")
    note = Pair(zh="".join(notes["note_zh"]), en=" ".join(notes["note_en"]))
    facts = {"number": len(beyond), "hectares": f"{beyond.sum() / 10_000:.1f}", "note": note}
    return [(parcel_words("page_outside_head"), parcel_words("page_outside_text", facts))]


def draft_content(drafted: AreaDraft, place: RunLike = None) -> PageContent:
    """Return what the page of drafted parcels shows; it says everywhere that they are assumed.

    Parameters
    ----------
    drafted
        From `draft_areas`.
    place
        Where the areas come from; without it the shipped district.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.
    """
    source = AtlasSource(place)
    draft = drafted.draft
    layers = [_draft_layer(drafted, source), _area_layer(drafted, source)]
    groups = [PageGroup(key=one.key, title=one.title, layers=(one,)) for one in layers]
    lanes = (_lane_layer(drafted),) if len(draft.lanes) else ()
    counts: dict[str, object] = {"number": len(draft.parcels), "refused": len(draft.faults)}
    method = [(parcel_words("page_assumed_head"), parcel_words("page_assumed_text"))]
    method += method_lines(_METHODS, drafted.rules)
    method += _outside_lines(drafted, source)
    refused = parcel_words("page_refused")
    method += [(refused, Pair(zh=f.message("zh"), en=f.message("en"))) for f in draft.faults]
    return PageContent(
        title=page_title(source, parcel_words("page_draft_title")),
        subtitle=parcel_words("page_draft_subtitle", counts),
        groups=tuple(groups),
        backdrop=(*map(_placed, source.ground(GROUND)), *lanes),
        sources=source.sources,
        attribution=source.attribution,
        key="draft",
        run=source.run.id,
        method=tuple(method),
        warning=page_warning(source, assumed=True),
    )


def write_draft_page(
    path: str | os.PathLike[str],
    drafted: AreaDraft,
    place: RunLike = None,
    *,
    language: Language = "zh",
) -> Path:
    """Write drafted parcels as one HTML file that works offline and says that they are assumed.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    drafted
        From `draft_areas`.
    place
        Where the areas come from; without it the shipped district.
    language
        Language in which the page opens; the reader can switch.

    Returns
    -------
    pathlib.Path
        The file written. The same inputs give the same bytes.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address, or the path is unsafe.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.parcels import draft_areas
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_draft_page(Path(folder) / "draft.html", draft_areas(areas=["RA02"])).name
    'draft.html'
    """
    return write_page(path, draft_content(drafted, place), language=language)
