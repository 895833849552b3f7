"""The tables of a land balance with headings for people, in Chinese or English."""

from collections.abc import Iterable, Mapping

import pandas as pd

from erdao_gis.analysis import LandBalance
from erdao_gis.catalogue import layer_schema
from erdao_gis.errors import Language
from erdao_gis.parcels.balancing import WorkspaceBalance
from erdao_gis.parcels.tables import headed
from erdao_gis.wording import word

__all__ = [
    "NO_CLASSES",
    "account_table",
    "audit_table",
    "balance_table",
    "class_names",
    "date_name",
    "left_out_table",
    "parcels_list",
    "reconciled_table",
    "settled",
]

NO_CLASSES = ("unclassified", "none", "overlap")
"""Lines of a balance that are no classes, in the order in which they stand at its end."""


def _said(key: str, language: Language) -> str:
    return word("parcels", key, language)


def settled(table: pd.DataFrame) -> pd.DataFrame:
    """Take the last bits of sums off hectares: to 0.01 m2, and no -0.0.

    >>> settled(pd.DataFrame({"change_ha": [-1e-13]}))["change_ha"].tolist()
    [0.0]
    """
    told = table.copy()
    for name in told.columns[told.columns.str.endswith("_ha")]:
        told[name] = told[name].round(6) + 0.0
    return told


def balance_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """Give the balance with its total as the last line."""
    table = balance.table.reset_index()
    table.insert(1, "name", table[f"name_{language}"])
    table["code"] = table["code"].where(~table["code"].isin(NO_CLASSES), "")
    last: Mapping[str, object] = {"code": "", "name": _said("total", language)}
    whole = pd.DataFrame([dict(last) | balance.total.to_dict()])
    columns = [name for name in table.columns if name not in ("name_zh", "name_en")]
    both = settled(pd.concat([table[columns], whole[columns]], ignore_index=True))
    if balance.parcels_only:
        both.columns = both.columns.str.replace("present_", "parcels_", regex=False)
    return headed(both, language)


def date_name(balance: WorkspaceBalance, date: object, language: Language) -> str:
    """Name a date; without present land use the one date is the use of the parcels."""
    return _said("date_parcels" if balance.parcels_only else f"date_{date}", language)


def class_names(
    balance: LandBalance, codes: Iterable[object], language: Language, *, date: str = ""
) -> list[str]:
    """Write names behind codes; lines that are no classes have a name only.

    Parameters
    ----------
    balance
        Whose classes.
    codes
        Of its table.
    language
        Of the names.
    date
        The date that does not cover the ground of the line ``none``.
    """
    names = balance.table[f"name_{language}"].fillna("")
    none = f"none_{date}" if date else "none"
    marks = {
        "none": _said(none, language),
        "unclassified": _said("unclassified", language),
        "overlap": _said("overlap", language),
    }
    return [marks.get(str(code)) or f"{code} {names.get(str(code), '')}".strip() for code in codes]


def parcels_list(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """List the parcels behind each figure of the balance."""
    table = balance.parcels.copy()
    table["date"] = [date_name(balance, name, language) for name in table["date"]]
    table["code"] = class_names(balance, table["code"], language)
    return headed(table, language)


def audit_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """List overlaps, gaps and codes that are missing or unknown."""
    table = balance.audit.rename(columns={"area_m2": "finding_m2"}).drop(columns="found")
    table["date"] = [date_name(balance, name, language) for name in table["date"]]
    colon = _said("colon", language)
    table["kind"] = [
        _said(f"kind_{name}", language) + (f"{colon}{found}" if found else "")
        for name, found in zip(table["kind"], balance.audit["found"], strict=True)
    ]
    return headed(table, language)


def account_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """Tell how sums hang together and what rounding did, for each date."""
    table = balance.ledger.join(balance.rounding)
    table["adjusted"] = [
        ", ".join(
            _said(code, language) if code in NO_CLASSES else code for code in str(codes).split(";")
        )
        for codes in table["adjusted"]
    ]
    heads = [_said(f"account_{name}", language) for name in table.columns]
    told = table.set_axis(heads, axis=1)
    dates = [date_name(balance, name, language) for name in table.index]
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
    return headed(table.rename(columns={"area_m2": "listed_area_m2"}), language)


def reconciled_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """Hold rows and areas before the balance against those after it, for each layer."""
    table = balance.reconciled
    heads = [_said(f"reconciled_{name}", language) for name in table.columns]
    told = table.set_axis(heads, axis=1)
    names = [_layer_name(name, language) for name in table.index]
    told.insert(0, _said("layer", language), names)
    return told
