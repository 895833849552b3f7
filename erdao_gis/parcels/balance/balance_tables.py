"""The tables of a land balance with headings for people, in Chinese or English."""

from collections.abc import Sequence

import pandas as pd

from erdao_gis.analysis.balance.dated_parcels import NO_CLASSES
from erdao_gis.catalogue import layer_schema
from erdao_gis.errors import Language
from erdao_gis.parcels.balance.lines import (
    SumLine,
    account_lines,
    balance_lines,
    class_labels,
    date_name,
    finding_kind,
    reconciled_lines,
    shown,
)
from erdao_gis.parcels.balance.place_balance import WorkspaceBalance
from erdao_gis.parcels.facts.facts_tables import headed
from erdao_gis.wording import Pair, word


def balance_table(balance: WorkspaceBalance, language: Language = "zh") -> pd.DataFrame:
    """Give the balance with its total as the last line, in the figures that are shown.

    Parameters
    ----------
    balance
        A balance at any level.
    language
        Of headings and names.

    Returns
    -------
    pandas.DataFrame
        Code, name and figures with two decimals, line by line as in the workbook and on the page.
    """
    rows = [
        {"code": line.code, "name": line.name.text(language)}
        | {name: shown(value) for name, value in line.figures.items()}
        for line in balance_lines(balance)
    ]
    table = pd.DataFrame(rows)
    if balance.parcels_only:
        table.columns = table.columns.str.replace("present_", "parcels_", regex=False)
    return headed(table, language)


def parcels_list(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """List the parcels behind each figure of the balance."""
    labels = {code: label.text(language) for code, label in class_labels(balance).items()}
    table = balance.parcels.copy()
    table["date"] = [date_name(balance, name).text(language) for name in table["date"]]
    table["code"] = table["code"].map(labels)
    return headed(table, language)


def audit_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """List overlaps, gaps and codes that are missing or unknown."""
    audit = balance.audit
    table = audit.rename(columns={"area_m2": "finding_m2"}).drop(columns="found")
    table["date"] = [date_name(balance, name).text(language) for name in audit["date"]]
    kinds = zip(audit["kind"], audit["found"], strict=True)
    table["kind"] = [finding_kind(kind, found).text(language) for kind, found in kinds]
    return headed(table, language)


def _sums(
    lines: Sequence[SumLine], heads: Sequence[Pair], corner: str, language: Language
) -> pd.DataFrame:
    """Set the lines of an account as columns: one row for each date or layer."""
    table = pd.DataFrame(
        {line.name.text(language): pd.Series(line.values, dtype=object) for line in lines}
    )
    table.insert(0, word("parcels", corner, language), [head.text(language) for head in heads])
    return table


def account_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """Tell how sums hang together and what rounding did, for each date."""
    heads = [date_name(balance, date) for date in balance.dates]
    told = _sums(account_lines(balance), heads, "date", language)
    for name, column in balance.rounding.items():
        told[word("parcels", f"account_{name}", language)] = column.to_numpy()
    labels = class_labels(balance)
    adjusted = [
        ", ".join(
            labels[code].text(language) if code in NO_CLASSES else code
            for code in str(codes).split(";")
        )
        for codes in balance.rounding["adjusted"]
    ]
    told[word("parcels", "account_adjusted", language)] = adjusted
    return told


def left_out_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """List the rows that could not be balanced: layer, code, use, stated area and the reason."""
    table = balance.left_out.drop(columns="rule")
    layers = [layer_schema(str(name)) for name in table["layer"]]
    table["layer"] = [each.title_zh if language == "zh" else each.title_en for each in layers]
    table["message"] = [
        fault.message(language) for fault in balance.faults[: len(balance.left_out)]
    ]
    return headed(table.rename(columns={"area_m2": "listed_area_m2"}), language)


def reconciled_table(balance: WorkspaceBalance, language: Language) -> pd.DataFrame:
    """Hold rows and areas before the balance against those after it, for each layer."""
    layers, lines = reconciled_lines(balance)
    return _sums(lines, layers, "layer", language)
