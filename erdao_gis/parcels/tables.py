"""The answers as tables with headings for people, in Chinese or English."""

from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import LandBalance
from erdao_gis.catalogue import code_lists, layer_schema
from erdao_gis.errors import Fault, Language
from erdao_gis.parcels.balancing import WorkspaceBalance
from erdao_gis.parcels.working import AreaDraft, ParcelFacts
from erdao_gis.wording import word, words

__all__ = [
    "account_table",
    "assumed_count",
    "audit_table",
    "balance_table",
    "by_unit_table",
    "draft_table",
    "facts_table",
    "fault_table",
    "frontage_table",
    "ledger_table",
    "left_out_table",
    "limits_table",
    "parcels_list",
    "reconciled_table",
    "refusal_table",
    "settled",
    "transition_table",
    "worth_table",
]

_RESERVED = {"fid", "geom", "geometry"}
_PLACES = {
    **{name: name for name in ("zones", "belts", "clusters", "cores", "nodes", "subdistricts")},
    **{f"{name}_id": name for name in ("metro_stations", "parks", "schools", "clinics")},
}


def _said(key: str, language: Language) -> str:
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


def _own_headings(table: pd.DataFrame, parcels: gpd.GeoDataFrame, language: Language) -> list[str]:
    """Head a parcel's own columns: in full as the catalogue has them, else as the file had them."""
    layer, known = layer_schema("parcels"), words("parcels")
    drafted = assumed_count(parcels) == len(parcels) > 0
    heads = []
    for name in table.columns:
        column = layer.column(name)
        if column is not None:
            heads.append(column.title(language))
        elif drafted and f"own_{name}" in known:
            heads.append(known[f"own_{name}"][language])
        else:
            heads.append(str(name))
    return heads


def _headed(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put the words of this package over the columns that it has words for."""
    known = words("parcels")
    heads = [known[name][language] if name in known else str(name) for name in table.columns]
    return table.set_axis(_distinct(heads), axis=1)


def _own(parcels: gpd.GeoDataFrame, language: Language, *, codes: bool) -> pd.DataFrame:
    """Columns that the parcels came with, and that any of them fills; in the order they came."""
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    table = table.loc[:, table.notna().any()]
    yes_no = {code: names[language == "en"] for code, names in code_lists()["yes_no"].items()}
    if not codes and "assumed" in table:
        table["assumed"] = table["assumed"].map(lambda said: yes_no.get(said, said))
    table.insert(0, "id", table.index.astype(str))
    return table


def assumed_count(parcels: gpd.GeoDataFrame) -> int:
    """Count parcels that were drafted for illustration.

    >>> assumed_count(gpd.GeoDataFrame({"assumed": ["yes", "no"]}, geometry=[None, None]))
    1
    """
    return int((parcels["assumed"] == "yes").sum()) if "assumed" in parcels.columns else 0


def facts_table(found: ParcelFacts, language: Language, *, codes: bool = False) -> gpd.GeoDataFrame:
    """Give parcels with all their columns and facts under full headings.

    Parameters
    ----------
    found
        From `facts_of_parcels`.
    language
        Of headings and names.
    codes
        Keep codes (``yes``) as the catalogue has them, for a file that is imported again.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a parcel, in their order.
    """
    own = _own(found.parcels, language, codes=codes)
    facts = found.facts.copy()
    for column, layer in _PLACES.items():
        if column in facts:
            facts[column] = _named(facts[column], found.around[layer], language)
    yes_no = {code: names[language == "en"] for code, names in code_lists()["yes_no"].items()}
    facts["street_access"] = facts["street_access"].map(yes_no, na_action="ignore")
    heads = _own_headings(own, found.parcels, language)
    heads += [_said(name, language) for name in facts.columns]
    table = pd.concat([own, facts], axis=1).set_axis(_distinct(heads), axis=1)
    return gpd.GeoDataFrame(table, geometry=found.parcels.geometry, crs=found.parcels.crs)


def _named(ids: "pd.Series[str]", layer: gpd.GeoDataFrame, language: Language) -> "pd.Series[str]":
    """Write names behind ids: SZN1 老镇区."""
    names = layer[f"name_{language}"].fillna(layer["name_zh"]).fillna("")
    told = {str(key): f"{key} {name}".strip() for key, name in names.items()}
    return ids.map(told, na_action="ignore")


def worth_table(found: ParcelFacts, language: Language) -> pd.DataFrame:
    """Tell of each column whether it is a value, a bound, or nothing known."""
    rows = [
        (_said(name, language), _said(f"worth_{state}", language))
        for name, state in found.facts.attrs["state"].items()
    ]
    return pd.DataFrame(rows, columns=[_said(key, language) for key in ("column", "worth")])


def frontage_table(found: ParcelFacts, language: Language) -> pd.DataFrame:
    """List the metres of each parcel along each street."""
    return _headed(found.frontage, language)


def draft_table(drafted: AreaDraft, language: Language, *, codes: bool = False) -> gpd.GeoDataFrame:
    """Give drafted parcels under full headings; every one says that it is assumed."""
    parcels = drafted.draft.parcels
    own = _own(parcels, language, codes=codes)
    if not codes and len(own):
        own["streets"] = own["streets"].replace("", _said("no_name", language))
    heads = _own_headings(own, parcels, language)
    table = own.set_axis(_distinct(heads), axis=1)
    return gpd.GeoDataFrame(table, geometry=parcels.geometry, crs=parcels.crs)


def ledger_table(drafted: AreaDraft, language: Language) -> pd.DataFrame:
    """Tell where the ground of each area went."""
    ledger = drafted.draft.ledger
    heads = [_said(f"ledger_{name}", language) for name in ledger.columns]
    table = ledger.set_axis(heads, axis=1)
    names = drafted.areas[f"name_{language}"]
    table.insert(0, _said("name_area", language), names.reindex(ledger.index).to_numpy())
    table.insert(0, _said("area_id", language), ledger.index.astype(str))
    return table


def refusal_table(drafted: AreaDraft, language: Language) -> pd.DataFrame:
    """List areas and blocks without parcels: what was found, and why an area has no place."""
    reasons = drafted.areas[f"reason_{language}"].fillna("")
    faults = drafted.draft.faults
    rows = [(f.feature, f.message(language), str(reasons.get(f.feature, ""))) for f in faults]
    return _headed(pd.DataFrame(rows, columns=["feature", "message", "reason"]), language)


def limits_table(limits: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Give rows of `check_limits` in words."""
    table = limits[["parcel", "limit", "value", "side", "bound", "unit", "state"]].copy()
    for column in ("limit", "side", "state"):
        table[column] = [_said(f"{column}_{value}", language) for value in table[column]]
    table["norm"] = limits[f"norm_{language}"]
    table["certainty"] = [_said(f"certainty_{sure}", language) for sure in limits["certainty"]]
    return _headed(table, language)


def fault_table(faults: Sequence[Fault], language: Language) -> pd.DataFrame:
    """List faults with their feature and what is to do."""
    rows = [(fault.feature, fault.message(language)) for fault in faults]
    return _headed(pd.DataFrame(rows, columns=["feature", "message"]), language)


def settled(table: pd.DataFrame) -> pd.DataFrame:
    """Take the last bits of sums off hectares: to 0.01 m2, and no -0.0.

    >>> settled(pd.DataFrame({"change_ha": [-1e-13]}))["change_ha"].tolist()
    [0.0]
    """
    told = table.copy()
    for name in told.columns[told.columns.str.endswith("_ha")]:
        told[name] = told[name].round(6) + 0.0
    return told


def balance_table(balance: LandBalance, language: Language) -> pd.DataFrame:
    """Give the balance with its total as the last line."""
    table = balance.table.reset_index()
    table.insert(1, "name", table[f"name_{language}"])
    table["code"] = table["code"].replace("unclassified", "")
    last: Mapping[str, object] = {"code": "", "name": _said("total", language)}
    whole = pd.DataFrame([dict(last) | balance.total.to_dict()])
    columns = [name for name in table.columns if name not in ("name_zh", "name_en")]
    both = pd.concat([table[columns], whole[columns]], ignore_index=True)
    return _headed(settled(both), language)


def _classes(balance: LandBalance, codes: Iterable[object], language: Language) -> list[str]:
    names = balance.table[f"name_{language}"].fillna("")
    marks = {"none": _said("none", language), "unclassified": _said("unclassified", language)}
    return [marks.get(str(code)) or f"{code} {names.get(str(code), '')}".strip() for code in codes]


def transition_table(balance: LandBalance, language: Language) -> pd.DataFrame:
    """Give hectares from present classes (rows) into planned ones (columns)."""
    cells = balance.transition
    table = cells.set_axis(_classes(balance, cells.columns, language), axis=1)
    rows = _classes(balance, cells.index, language)
    table.insert(0, _said("from_to", language), rows)
    return table


def by_unit_table(
    balance: LandBalance, units: gpd.GeoDataFrame, language: Language
) -> pd.DataFrame:
    """Give the balance within each unit."""
    table = balance.by_unit.reset_index()
    names = units[f"name_{language}"].rename(index=str).to_dict()
    told = [
        _said("none", language) if key == "none" else names.get(key, "") for key in table["unit"]
    ]
    table.insert(1, "unit_name", told)
    table["code"] = _classes(balance, table["code"], language)
    table = table.rename(columns={"unit": "id"})
    return _headed(table, language)


def parcels_list(balance: LandBalance, language: Language) -> pd.DataFrame:
    """List the parcels behind each figure of the balance."""
    table = balance.parcels.copy()
    table["date"] = [_said(f"date_{name}", language) for name in table["date"]]
    table["code"] = _classes(balance, table["code"], language)
    return _headed(table, language)


def audit_table(balance: LandBalance, language: Language) -> pd.DataFrame:
    """List overlaps, gaps and codes that are missing or unknown."""
    table = balance.audit.rename(columns={"area_m2": "finding_m2"})
    table["date"] = [_said(f"date_{name}", language) for name in table["date"]]
    table["kind"] = [_said(f"kind_{name}", language) for name in table["kind"]]
    return _headed(table, language)


def account_table(balance: LandBalance, language: Language) -> pd.DataFrame:
    """Tell how sums hang together and what rounding did, for each date."""
    table = balance.ledger.join(balance.rounding)
    heads = [_said(f"account_{name}", language) for name in table.columns]
    told = table.set_axis(heads, axis=1)
    dates = [_said(f"date_{name}", language) for name in table.index]
    told.insert(0, _said("date", language), dates)
    return told


def _layer_name(name: object, language: Language) -> str:
    layer = layer_schema(str(name))
    return layer.title_zh if language == "zh" else layer.title_en


def left_out_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """List the rows that could not be balanced: layer, code, use, stated area and the reason."""
    table = balance.left_out.drop(columns="rule")
    table["layer"] = [_layer_name(name, language) for name in table["layer"]]
    table["message"] = [
        fault.message(language) for fault in balance.faults[: len(balance.left_out)]
    ]
    return _headed(table.rename(columns={"area_m2": "listed_area_m2"}), language)


def reconciled_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """Hold rows and areas before the balance against those after it, for each layer."""
    table = balance.reconciled
    heads = [_said(f"reconciled_{name}", language) for name in table.columns]
    told = table.set_axis(heads, axis=1)
    names = [_layer_name(name, language) for name in table.index]
    told.insert(0, _said("layer", language), names)
    return told
