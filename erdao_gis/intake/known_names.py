"""Features told apart by name: what the shipped layer knows of them fills what a file lacks."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from erdao_gis.catalogue.dataset import shipped_layer
from erdao_gis.catalogue.schema import Layer
from erdao_gis.errors import Finding
from erdao_gis.intake.outlines import numbered_rows

_SUFFIXES = ("街道办事处", "街道", "镇", "乡")
_ALWAYS = ("register_id", "name_en")


def rows_with_known_names(
    layer: Layer, rows: pd.DataFrame, *, fictional: bool = False
) -> tuple[pd.DataFrame, list[Finding]]:
    """Give rows without ids those of the shipped features of their names.

    A name matches the whole name of a shipped feature, or, if only one has it, the name without
    街道, 镇 or 乡. With the id come the register id, the English name and what every feature of
    the layer must have; what the file says itself stays.

    Parameters
    ----------
    layer
        A base or plan layer; for one whose shipped names are not unique nothing is done.
    rows
        Fitted to the layer; index: row of the file.
    fictional
        Of a fictional workspace nothing is known.

    Returns
    -------
    tuple
        The rows with a column ``id``, numbered where no name matched, and what to say of them.

    Examples
    --------
    >>> from erdao_gis.catalogue.schema import layer_schema
    >>> table = pd.DataFrame({"name_zh": ["东盛", "某街道"]}, index=[1, 2])
    >>> filled, said = rows_with_known_names(layer_schema("subdistricts"), table)
    >>> filled["id"].tolist(), filled["managed_by"].tolist()[0], [note.key for note in said]
    (['220105001', 'subdistricts-000002'], 'erdao', ['names_matched', 'names_unmatched'])
    """
    table = numbered_rows(layer, rows)
    if "id" in rows or "name_zh" not in rows or fictional or layer.role == "input":
        return table, []
    shipped = shipped_layer(layer.name)
    if not shipped["name_zh"].is_unique:
        return table, []
    known = _keys_by_name(shipped["name_zh"])
    said: dict[Any, str] = {
        row: "" if pd.isna(name) else str(name).strip() for row, name in rows["name_zh"].items()
    }
    found = {row: known[name] for row, name in said.items() if name and name in known}
    if not found:
        return table, []
    columns = [name for name in (*_ALWAYS, *layer.required_columns) if name in shipped]
    table = table.assign(id=[found.get(row, key) for row, key in table["id"].items()])
    notes: list[Finding] = []
    for column in columns:
        table[column], differing = _filled(table, column, shipped[column], found)
        for row, given, meant in differing:
            facts = {"name": said[row], "column": column, "value": given, "meant": meant}
            key = "name_says_otherwise"
            notes.append(Finding(int(str(row)) - 1, key, facts, feature=str(found[row])))
    pairs = "、".join(f"{said[row]} → {key}" for row, key in found.items())
    titles = [one for one in layer.columns if one.name in ("id", *columns)]
    facts = {
        "number": len(found),
        "pairs": pairs,
        "columns_zh": "、".join(one.title_zh for one in titles),
        "columns_en": ", ".join(one.title_en for one in titles),
    }
    notes.insert(0, Finding(-1, "names_matched", facts))
    others = [said[row] or "–" for row in rows.index if row not in found]
    if others:
        names = "、".join(shipped["name_zh"])
        facts = {"names": "、".join(others), "known": names}
        notes.append(Finding(-1, "names_unmatched", facts))
    return table, notes


def _keys_by_name(names: "pd.Series[str]") -> dict[str, str]:
    """Give the ids by whole name, and by the short name that one feature only has."""
    whole = {str(name).strip(): str(key) for key, name in names.items()}
    short: dict[str, list[str]] = {}
    for name, key in whole.items():
        short.setdefault(_short(name), []).append(key)
    once = {name: keys[0] for name, keys in short.items() if len(keys) == 1}
    # 东盛街道办事处 is 东盛街道 too.
    offices = {f"{name}办事处": key for name, key in whole.items() if name.endswith("街道")}
    return once | offices | whole


def _short(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def _filled(
    table: pd.DataFrame, column: str, shipped: "pd.Series[Any]", found: Mapping[Any, str]
) -> tuple["pd.Series[Any]", list[tuple[Any, object, object]]]:
    """Fill the blank cells of a column, and list those that say something else."""
    given = list(table[column]) if column in table else [None] * len(table)
    differing: list[tuple[Any, object, object]] = []
    for place, row in enumerate(table.index):
        meant = shipped[found[row]] if row in found else None
        if meant is None or pd.isna(meant):
            continue
        if pd.isna(given[place]) or not str(given[place]).strip():
            given[place] = meant
        elif str(given[place]).strip() != str(meant).strip():
            differing.append((row, given[place], meant))
    return pd.Series(given, index=table.index, dtype=object), differing
