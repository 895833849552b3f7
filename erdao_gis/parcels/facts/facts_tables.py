"""The answers as tables with headings for people, in Chinese or English."""

from collections.abc import Iterable, Sequence

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue import code_lists, layer_schema
from erdao_gis.errors import Fault, Language
from erdao_gis.parcels.draft.area_draft import AreaDraft
from erdao_gis.parcels.facts.facts_of_place import ParcelFacts
from erdao_gis.parcels.facts.precision import cannot_tell, facts_borne
from erdao_gis.parcels.parcels_of_place import are_assumed
from erdao_gis.shapes.accuracy import accuracy_of
from erdao_gis.wording import word, words
from erdao_gis.yes_no import WORD_LISTS, as_codes

_SHARE = "_share"
_ENDS = ("_low", "_high", "_possible")
_SUM_OF_LIMITS = "density_and_green_limits"
_RESERVED = {"fid", "geom", "geometry"}
_AREAS = ("zones", "belts", "clusters", "cores", "nodes", "subdistricts")
_PLACES = {
    **{name: name for name in _AREAS},
    **{f"{name}_possible": name for name in _AREAS},
    **{f"{name}_id": name for name in ("metro_stations", "parks", "schools", "clinics")},
}


def _label(key: str, language: Language) -> str:
    return word("parcels", key, language)


def _distinct(headings: Iterable[str]) -> list[str]:
    """Tell headings apart that are the same; a GeoPackage knows no upper and lower case."""
    taken, told = set(_RESERVED), []
    for heading in headings:
        name, number = heading, 1
        while name.casefold() in taken:
            number += 1
            name = f"{heading}_{number}"
        taken.add(name.casefold())
        told.append(name)
    return told


def _own_headings(
    table: pd.DataFrame, parcels: gpd.GeoDataFrame, language: Language, *, codes: bool
) -> list[str]:
    """Head a parcel's own columns: as the catalogue has them, for people with the unit.

    Columns that the catalogue does not know keep the heading of their file.
    """
    layer, known = layer_schema("parcels"), words("parcels")
    drafted = assumed_count(parcels) == len(parcels) > 0
    heads = []
    for name in table.columns:
        column = layer.column(name)
        if column is not None:
            heads.append(column.title(language) if codes else column.heading(language))
        elif drafted and f"own_{name}" in known:
            heads.append(known[f"own_{name}"][language])
        else:
            heads.append(str(name))
    return heads


def headed(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put the words of this package over the columns that it has words for.

    >>> headed(pd.DataFrame(columns=["parcel", "own"]), "zh").columns.tolist()
    ['地块', 'own']
    """
    known = words("parcels")
    heads = [known[name][language] if name in known else str(name) for name in table.columns]
    return table.set_axis(_distinct(heads), axis=1)


def _own(parcels: gpd.GeoDataFrame, language: Language, *, codes: bool) -> pd.DataFrame:
    """Columns that the parcels came with, and that any of them fills; in the order they came."""
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    table = table.loc[:, table.notna().any()]
    if not codes:
        for name in table.columns:
            column = layer_schema("parcels").column(name)
            if column is not None and column.codes:
                table[name] = _in_words(table[name], column.codes, language)
    table.insert(0, "id", table.index.astype(str))
    return table


def _in_words(values: pd.Series, codes: str, language: Language) -> pd.Series:
    """Write what codes mean; what is no code of the list stays as it is."""
    if codes in WORD_LISTS:
        values = as_codes(values, codes)
    names = {code: pair[language == "en"] for code, pair in code_lists()[codes].items()}
    return values.map(lambda said: names.get(said, said))


def assumed_count(parcels: gpd.GeoDataFrame) -> int:
    """Count parcels that were drafted for illustration.

    >>> assumed_count(gpd.GeoDataFrame({"assumed": ["yes", "no"]}, geometry=[None, None]))
    1
    """
    return int(are_assumed(parcels).sum())


def facts_table(found: ParcelFacts, language: Language, *, codes: bool = False) -> gpd.GeoDataFrame:
    """Give parcels with all their columns and facts under full headings.

    Of an area of which a parcel may have nothing or everything, by the accuracy of its outline,
    the table says in words that this cannot be told. Bands that say no more than the figure
    itself, because a layer is exact, have no columns.

    Parameters
    ----------
    found
        From `facts_of_parcels`.
    language
        Of headings and names.
    codes
        Keep codes (``yes``) and full precision, for a file that is imported again; else shares
        are in percent, and figures with a band have the digits that it bears.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a parcel, in their order.
    """
    own = _own(found.parcels, language, codes=codes)
    told = facts_borne(found.facts)
    facts = (found.facts if codes else told).drop(columns=_bandless(found.facts)).copy()
    for column, layer in _PLACES.items():
        if column in facts:
            facts[column] = _named(facts[column], found.around[layer], language)
    for name in _AREAS:
        if f"{name}{_SHARE}_low" in facts:
            low, high = (told[f"{name}{_SHARE}{end}"].to_numpy(float) for end in _ENDS[:2])
            unsure = cannot_tell(low, high)
            for column in (name, f"{name}_possible"):
                if column in facts:
                    ids = found.facts[column][unsure]
                    facts.loc[unsure, column] = _unsure(ids, found.around[name], language)
            if not codes:
                facts.loc[unsure, [f"{name}{_SHARE}", f"{name}_count"]] = None
    yes_no = {code: names[language == "en"] for code, names in code_lists()["yes_no"].items()}
    facts["street_access"] = facts["street_access"].map(yes_no, na_action="ignore")
    heads = _own_headings(own, found.parcels, language, codes=codes)
    heads += [_fact_heading(str(name), language, percent=not codes) for name in facts.columns]
    if not codes and found.facts.attrs["state"].get("streets", "no_data") != "value":
        # No street on the list is not a parcel without one where the roads are not complete.
        unseen = facts["streets"].isna() | (facts["streets"] == "")
        measured = facts["area_m2"].notna()
        facts["streets"] = facts["streets"].astype(object)
        facts.loc[unseen & measured, "streets"] = _label("roads_partial", language)
        facts.loc[unseen, "frontage_m"] = None
    table = pd.concat([own, facts], axis=1).set_axis(_distinct(heads), axis=1)
    return gpd.GeoDataFrame(table, geometry=found.parcels.geometry, crs=found.parcels.crs)


def _bandless(facts: pd.DataFrame) -> list[str]:
    """Name the columns of bands that are no wider than their figure, and those without a text."""
    found = []
    for name in map(str, facts.columns):
        figure = name.removesuffix("_low").removesuffix("_high")
        ends = [facts[f"{figure}{end}"] for end in _ENDS[:2]] if figure != name else []
        bandless = bool(ends) and all(facts[figure].equals(end) for end in ends)
        if bandless or (name.endswith("_possible") and bool(facts[name].isna().all())):
            found.append(name)
    return found


def _fact_heading(name: str, language: Language, *, percent: bool) -> str:
    """Head a fact, for people with shares in percent."""
    known = words("parcels")
    end = next((end for end in _ENDS if name.endswith(end) and name not in known), "")
    said = known[name.removesuffix(end)][language]
    if percent and name.removesuffix(end).endswith(_SHARE):
        said = f"{said}（%）" if language == "zh" else f"{said} (%)"
    return known[f"part{end}"][language].format(title=said) if end else said


def _unsure(ids: "pd.Series[str]", layer: gpd.GeoDataFrame, language: Language) -> list[str | None]:
    """Write behind names how far off the outline may be, and that nothing can be told."""
    metres = accuracy_of(layer).rename(index=str)
    said, names = _label("unsure", language), _named(ids, layer, language)
    return [
        None if pd.isna(key) else said.format(name=name, accuracy=f"{metres[key]:,g}")
        for key, name in zip(ids, names, strict=True)
    ]


def _named(ids: "pd.Series[str]", layer: gpd.GeoDataFrame, language: Language) -> "pd.Series[str]":
    """Write names behind ids: SZN1 老镇区."""
    names = layer[f"name_{language}"].fillna(layer["name_zh"]).fillna("")
    told = {str(key): f"{key} {name}".strip() for key, name in names.items()}
    return ids.map(told, na_action="ignore")


def worth_table(found: ParcelFacts, language: Language) -> pd.DataFrame:
    """Tell of each column whether it is a value, a bound, or nothing known."""
    rows = [
        (_fact_heading(name, language, percent=False), _label(f"worth_{state}", language))
        for name, state in found.facts.attrs["state"].items()
    ]
    return pd.DataFrame(rows, columns=[_label(key, language) for key in ("column", "worth")])


def frontage_table(found: ParcelFacts, language: Language) -> pd.DataFrame:
    """List the metres of each parcel along each street."""
    return headed(found.frontage, language)


def crossings_table(found: ParcelFacts, language: Language) -> pd.DataFrame:
    """List what runs through each parcel; a crossing of at least 0 m may be none."""
    rows = found.crossings
    table = pd.DataFrame(
        {
            "parcel": rows["parcel"],
            "line_kind": [_label(f"line_{kind}", language) for kind in rows["kind"]],
            "name_line": rows[f"name_{language}"],
            "ids_line": rows["ids"],
            "length_inside_m": rows["length_m"].round(),
            "length_low_m": rows["length_low_m"].round(),
            "accuracy_m": rows["accuracy_m"],
        }
    )
    return headed(table, language)


def draft_table(drafted: AreaDraft, language: Language, *, codes: bool = False) -> gpd.GeoDataFrame:
    """Give drafted parcels under full headings; every one says that it is assumed."""
    parcels = drafted.draft.parcels
    own = _own(parcels, language, codes=codes)
    if not codes and len(own):
        own["streets"] = own["streets"].replace("", _label("no_name", language))
    heads = _own_headings(own, parcels, language, codes=codes)
    table = own.set_axis(_distinct(heads), axis=1)
    return gpd.GeoDataFrame(table, geometry=parcels.geometry, crs=parcels.crs)


def ledger_table(drafted: AreaDraft, language: Language) -> pd.DataFrame:
    """Tell where the ground of each area went."""
    ledger = drafted.draft.ledger
    heads = [_label(f"ledger_{name}", language) for name in ledger.columns]
    table = ledger.set_axis(heads, axis=1)
    names = drafted.areas[f"name_{language}"]
    table.insert(0, _label("name_area", language), names.reindex(ledger.index).to_numpy())
    table.insert(0, _label("area_id", language), ledger.index.astype(str))
    return table


def refusal_table(drafted: AreaDraft, language: Language) -> pd.DataFrame:
    """List areas and blocks without parcels: what was found, and why an area has no place."""
    reasons = drafted.areas[f"reason_{language}"].fillna("")
    faults = drafted.draft.faults
    rows = [(f.feature, f.message(language), str(reasons.get(f.feature, ""))) for f in faults]
    return headed(pd.DataFrame(rows, columns=["feature", "message", "reason"]), language)


def limits_table(limits: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Give rows of `check_limits` in words."""
    table = limits[["parcel", "limit", "value", "side", "bound", "unit", "state"]].copy()
    for column in ("limit", "side", "state"):
        table[column] = [_label(f"{column}_{value}", language) for value in table[column]]
    # The sum of two limits is nothing that stands there: it is told with the finding.
    summed = (limits["limit"] == _SUM_OF_LIMITS) & limits["value"].notna()
    said = _label("limits_sum", language)
    table.loc[summed, "state"] = [
        said.format(state=state, value=f"{value:g}")
        for state, value in zip(table["state"][summed], table["value"][summed], strict=True)
    ]
    table.loc[summed, "value"] = None
    table["norm"] = limits[f"norm_{language}"]
    table["certainty"] = [_label(f"certainty_{sure}", language) for sure in limits["certainty"]]
    return headed(table, language)


def counts_table(limits: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Count the limits by what was found, and the parcels that they are of."""
    states = ("exceeded", "below", "reversed", "met", "no_value", "no_bound")
    rows = [
        (_label(f"state_{state}", language), int(found.sum()), limits["parcel"][found].nunique())
        for state, found in ((state, limits["state"] == state) for state in states)
    ]
    columns = ["counts_finding", "counts_places", "counts_parcels"]
    return headed(pd.DataFrame(rows, columns=columns), language)


def fault_table(faults: Sequence[Fault], language: Language) -> pd.DataFrame:
    """List faults with their feature and what is to do."""
    rows = [(fault.feature, fault.message(language)) for fault in faults]
    return headed(pd.DataFrame(rows, columns=["feature", "message"]), language)
