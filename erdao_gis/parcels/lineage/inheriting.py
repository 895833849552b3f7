"""What parcels that were split or merged take over from those before them, and what they lose."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from erdao_gis.analysis import ParcelBook
from erdao_gis.catalogue import layer_schema
from erdao_gis.catalogue.checking import layer_faults
from erdao_gis.errors import SchemaError
from erdao_gis.intake.fitting import fit_rows
from erdao_gis.intake.mapping import match_headings
from erdao_gis.land_use import EDITIONS, PRESENT_EDITION, class_codes, parent_code
from erdao_gis.parcels.parcels_of_place import are_assumed
from erdao_gis.rows import shipped_rows

_LAYER = "parcels"
_USE = "land_use_code"
_PLAIN = (str, int, float)
# Settled by rules of their own, and told with the heir itself.
_RULED = ("geometry", "name_zh", "assumed", "identity", "evidence")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An attribute on which the parcels before differed, or that was not passed on."""

    column: str
    before: Mapping[str, object]
    "Code -> value of those taken out of force; None where nothing was stated."
    after: Mapping[str, object]
    "Code -> value of those that came into force."

    @property
    def lost(self) -> bool:
        """Whether a heir has nothing here, although something was stated before."""
        return any(value is None for value in self.after.values())


@dataclass(frozen=True, kw_only=True)
class _MoneyWord:
    """A row of ``layers/catalogue/money_headings.csv``."""

    word: str
    about: str


@functools.cache
def _money_words() -> tuple[str, ...]:
    return tuple(row.word for row in shipped_rows("catalogue/money_headings", _MoneyWord))


def money_columns(headings: Iterable[str]) -> list[str]:
    """Give those headings that speak of money paid for a parcel as a whole.

    Their words are rows of ``layers/catalogue/money_headings.csv``.

    Examples
    --------
    >>> money_columns(["竞买保证金（万元）", "容积率"])
    ['竞买保证金（万元）']
    """
    return [name for name in headings if any(word in name for word in _money_words())]


def heirs_with_attributes(
    before: ParcelBook, after: ParcelBook, stated: Mapping[str, object] | None = None
) -> ParcelBook:
    """Fill in what an heir must state: a name, and never more certainty than its ancestors.

    Parameters
    ----------
    before, after
        The book without and with the operation.
    stated
        Column -> value that a person gives all heirs, from `stated_values`.

    Raises
    ------
    SchemaError
        A stated value that the layer does not take.
    """
    steps = after.steps[len(before.steps) :]
    parents: dict[str, list[str]] = {}
    for _, _, _, old, new, _ in steps:
        parents.setdefault(new, []).append(old)
    parcels = after.parcels.copy()
    for heir, codes in parents.items():
        old = before.parcels.loc[codes]
        own = [name for name in old["name_zh"] if isinstance(name, str) and name not in codes]
        # A parcel that was called by its code is called by its new code.
        names = own if len(own) == len(codes) else []
        parcels.loc[heir, "name_zh"] = names[0] if len(set(names)) == 1 else heir
        if are_assumed(old).any():
            parcels.loc[heir, "assumed"] = "yes"
        if "identity" in old and (old["identity"] == "inferred").any():
            parcels.loc[heir, "identity"] = "inferred"
        if "evidence" in old and old["evidence"].notna().any():
            parcels.loc[heir, "evidence"] = max(old["evidence"].dropna())
    if stated:
        for column, value in stated.items():
            known = parcels[column] if column in parcels else pd.Series(index=parcels.index)
            kept = known.astype(object if isinstance(value, str) else float)
            parcels[column] = kept.mask(parcels.index.isin(list(parents)), value)
        _require_taken(parcels.loc[list(parents)], list(stated))
    return dataclasses.replace(after, parcels=parcels)


def stated_values(told: Mapping[str, str], columns: Iterable[str]) -> dict[str, object]:
    """Read values that a person gives the new parcel: ``land_use_code`` or 用地代码 -> ``0701``.

    Parameters
    ----------
    told
        Column or heading -> value as typed.
    columns
        Further columns that the parcels have.

    Returns
    -------
    dict
        Column of the layer -> figure or text; empty for nothing told.

    Raises
    ------
    SchemaError
        No such column, or a value that is no figure where one is needed.

    Examples
    --------
    >>> stated_values({"用地代码": "0701", "容积率": "2.5"}, ())
    {'land_use_code': '0701', 'floor_area_ratio_max': 2.5}
    """
    if not told:
        return {}
    layer = layer_schema(_LAYER)
    row = pd.DataFrame({heading: [value] for heading, value in told.items()}, dtype=object)
    matched = match_headings(layer, list(told), (), file="--set")
    fitted = fit_rows(layer, row, matched, file="--set")
    for fault in fitted.faults:
        raise SchemaError(fault.rule, {"file": "--set", "feature": ""} | dict(fault.facts))
    names = {pair.heading: pair.column for pair in matched.pairs}
    free = {*columns, *layer.column_names} - {"id", "geometry"}
    for heading in told:
        if names.get(heading, heading) not in free:
            facts = {"column": heading, "columns": ", ".join(sorted(map(str, free)))}
            raise SchemaError("lineage_set_column", facts)
    values = {
        str(name): value for name, value in fitted.rows.iloc[0].to_dict().items() if pd.notna(value)
    }
    # What is no figure was put beside its column.
    for name, value in values.items():
        if name not in free:
            facts = {"column": ", ".join(told), "value": value}
            raise SchemaError("lineage_set_value", facts)
    return values


def _require_taken(heirs: pd.DataFrame, columns: list[str]) -> None:
    """Hold stated values against the layer: code lists, figures, classes of the edition."""
    for fault in layer_faults(layer_schema(_LAYER), heirs):
        if fault.facts.get("column") in columns:
            said = {"file": fault.file, "feature": fault.feature} | dict(fault.facts)
            raise SchemaError(fault.rule, said)
    if _USE not in columns:
        return
    for code, use, edition in zip(heirs.index, heirs[_USE], _editions(heirs), strict=True):
        if use not in class_codes(edition):
            facts = {"feature": code, "found": use, "edition": edition}
            raise SchemaError("parcels_unknown_code", facts)


def _editions(frame: pd.DataFrame) -> list[str]:
    if "edition" not in frame:
        return [PRESENT_EDITION] * len(frame)
    return [edition if edition in EDITIONS else PRESENT_EDITION for edition in frame["edition"]]


def outcomes_of(before: ParcelBook, after: ParcelBook) -> tuple[Outcome, ...]:
    """List what differed between the parcels before, and what was stated and is not any more.

    Parameters
    ----------
    before, after
        The book without and with one operation.

    Returns
    -------
    tuple of Outcome
        In the order of the columns; of a stated area only that it is void. Empty where all was
        passed on and no parcels differed.
    """
    steps = after.steps[len(before.steps) :]
    olds = list(dict.fromkeys(step[3] for step in steps))
    heirs = list(dict.fromkeys(step[4] for step in steps))
    found = []
    for column in before.parcels.columns:
        if column in _RULED or column not in after.parcels:
            continue
        was = _values(before.parcels.loc[olds, column])
        now = _values(after.parcels.loc[heirs, column])
        stated = [value for value in was.values() if value is not None]
        lost = bool(stated) and None in now.values()
        differed = len(set(map(str, was.values()))) > 1 and column != "area_m2"
        if lost or differed:
            found.append(Outcome(column=str(column), before=was, after=now))
    return tuple(found)


def _values(cells: "pd.Series[Any]") -> dict[str, object]:
    plain = cells.astype(object).where(cells.notna(), None)
    return {
        str(code): value if value is None or isinstance(value, _PLAIN) else str(value)
        for code, value in plain.items()
    }


def mixed_uses(before: ParcelBook, codes: Iterable[str]) -> tuple[str, ...]:
    """Give the land-use classes of level 1 of some parcels, if they are of several; else none."""
    rows = before.parcels.loc[list(codes)]
    if _USE not in rows:
        return ()
    pairs = zip(rows[_USE], _editions(rows), strict=True)
    tops = {parent_code(use, 1, edition) for use, edition in pairs if isinstance(use, str) and use}
    return tuple(sorted(tops)) if len(tops) > 1 else ()
