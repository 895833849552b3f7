"""The land balance in the customary form (用地平衡表), with transitions and units."""

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import land_use_at_level
from erdao_gis.errors import Language
from erdao_gis.land_use import land_use_classes
from erdao_gis.parcels.balance_notes import (
    basis_lines,
    classes_line,
    ground_lines,
    left_out_lines,
    residents_lines,
    rounding_lines,
)
from erdao_gis.parcels.balance_tables import NO_CLASSES, class_names, date_name, settled
from erdao_gis.parcels.balancing import WorkspaceBalance
from erdao_gis.parcels.forms import Column, Form, Line
from erdao_gis.wording import word

__all__ = ["balance_form", "transition_form", "units_form"]

_PERCENT = "0.00"
_LAST = {code: place for place, code in enumerate(NO_CLASSES, start=1)}
_NARROW, _CODE, _NAME, _FIGURE = 7.0, 11.0, 30.0, 12.0


def _said(key: str, language: Language, **facts: object) -> str:
    return word("parcels", key, language).format_map(facts)


def _dates(balance: WorkspaceBalance) -> list[str]:
    return [str(date) for date in balance.ledger.index]


def _above(
    balance: WorkspaceBalance, language: Language, unit: str = "form_unit_ha"
) -> tuple[tuple[str, str], ...]:
    scope = "alone" if balance.parcels_only else balance.scope
    return (
        (_said(f"form_scope_{scope}", language), _said(unit, language)),
        (classes_line(balance, language), _said("form_signed", language)),
    )


def _figure_columns(
    balance: WorkspaceBalance, language: Language, *, heads: bool
) -> tuple[list[str], list[Column]]:
    """Return the figures of each date and of the change, and their columns."""
    names, columns = [], []
    for date in _dates(balance):
        over = date_name(balance, date, language)
        keys = [("ha", "form_area"), ("percent", "form_percent")]
        if date == "planned" and heads and balance.scope == "all":
            keys.insert(1, ("kept_ha", "form_kept"))
        if heads:
            keys.append(("m2_per_head", "form_head"))
        for name, key in keys:
            shape = _PERCENT if name == "percent" else "#,##0.00"
            names.append(f"{date}_{name}")
            columns.append(
                Column(heading=_said(key, language), over=over, width=_FIGURE, number_format=shape)
            )
    if len(_dates(balance)) > 1:
        over = _said("form_change", language)
        names += ["change_ha", "change_points"]
        for key, shape in (("form_area", "#,##0.00"), ("form_points", _PERCENT)):
            heading = _said(key, language)
            columns.append(Column(heading=heading, over=over, width=_FIGURE, number_format=shape))
    return names, columns


def _figures(row: "pd.Series[float]", names: list[str]) -> list[object]:
    return [float(row[name]) if name in row.index and pd.notna(row[name]) else None
            for name in names]  # fmt: skip


def _parents(balance: WorkspaceBalance) -> "pd.Series[str]":
    """Return the level-1 class of each line; lines that are no classes are their own."""
    codes = balance.table.index.to_series().astype("str")
    return land_use_at_level(codes, 1, balance.edition).fillna(codes)


def _class_lines(balance: WorkspaceBalance, names: list[str], language: Language) -> list[Line]:
    """Return the lines of the classes, at finer levels under the total of their level-1 class."""
    table = settled(balance.table)
    classes = land_use_classes(balance.edition)
    lines = []
    for number, (parent, part) in enumerate(table.groupby(_parents(balance), sort=False), start=1):
        code = str(parent)
        figures = part.drop(columns=["name_zh", "name_en"])
        lone = code in NO_CLASSES or part.index.tolist() == [code]
        if lone:
            shown = "" if code in NO_CLASSES else code
            name = str(part[f"name_{language}"].iloc[0])
            lines.append(Line(cells=[number, shown, name, *_figures(figures.iloc[0], names)]))
            continue
        name = _said("form_subtotal", language, name=classes.loc[code, f"name_{language}"])
        sums = settled(figures.sum().to_frame().T).iloc[0]
        for column in sums.index[sums.index.str.endswith(("_percent", "_points"))]:
            sums[column] = round(float(sums[column]), 6) + 0.0
        lines.append(Line(cells=[number, code, name, *_figures(sums, names)], bold=True))
        names_of = part[f"name_{language}"].astype("str").to_dict()
        for place, (label, row) in enumerate(figures.iterrows(), start=1):
            cells = [f"{number}.{place}", str(label), names_of[str(label)]]
            lines.append(Line(cells=[*cells, *_figures(row, names)]))
    return lines


def balance_form(balance: WorkspaceBalance, language: Language, over: tuple[str, ...] = ()) -> Form:
    """Give the balance as it is handed in.

    Parameters
    ----------
    balance
        From `balance_parcels`.
    language
        Of headings and names.
    over
        Further notes, such as that parcels are assumed.
    """
    names, figures = _figure_columns(balance, language, heads=True)
    columns = (
        Column(heading=_said("form_number", language), width=_NARROW),
        Column(heading=_said("form_code", language), width=_CODE),
        Column(heading=_said("form_name", language), width=_NAME),
        *figures,
    )
    total = settled(balance.total.to_frame().T).iloc[0]
    last = [None, "", _said("total", language), *_figures(total, names)]
    notes = [
        *basis_lines(balance, language),
        *ground_lines(balance, language),
        *residents_lines(balance, language),
        *rounding_lines(balance, language),
        _said("note_decimals", language),
    ]
    if balance.level > 1:
        notes.append(_said("note_subtotals", language))
    notes += left_out_lines(balance, language)
    if len(balance.audit):
        facts = {"number": len(balance.audit), "sheet": _said("sheet_audit", language)}
        notes.append(_said("note_audit", language, **facts))
    head = _said("form_notes", language) + _said("colon", language)
    return Form(
        title=_said("sheet_balance", language),
        headline=_said("form_title", language, place=balance.place[language]),
        above=_above(balance, language),
        columns=columns,
        lines=(*_class_lines(balance, names, language), Line(cells=last, bold=True)),
        notes=(head, *(f"{n}. {note}" for n, note in enumerate([*notes, *over], start=1))),
        footer=_said("form_page", language),
    )


def transition_form(balance: WorkspaceBalance, language: Language) -> Form:
    """Give hectares from present classes (rows) into planned ones (columns), with totals."""
    cells = balance.transition
    cells = cells.loc[(cells != 0).any(axis=1), (cells != 0).any(axis=0)]
    over = date_name(balance, "planned", language)
    rows = class_names(balance, cells.index, language, date="present")
    heads = class_names(balance, cells.columns, language, date="planned")
    total = _said("total", language)
    columns = (
        Column(heading=_said("from_to", language), width=_NAME),
        *(Column(heading=head, over=over, width=_FIGURE) for head in heads),
        Column(heading=total, width=_FIGURE),
    )
    told = cells.round(6) + 0.0
    lines = [
        Line(cells=[name, *(value or None for value in row.tolist()), float(row.sum())])
        for name, (_, row) in zip(rows, told.iterrows(), strict=True)
    ]
    ends = told.sum()
    last = Line(cells=[total, *ends.tolist(), float(ends.sum())], bold=True)
    return Form(
        title=_said("sheet_transition", language),
        headline=_said("form_title_transition", language, place=balance.place[language]),
        above=_above(balance, language, "form_unit_hectares"),
        columns=columns,
        lines=(*lines, last),
        footer=_said("form_page", language),
    )


def units_form(balance: WorkspaceBalance, units: gpd.GeoDataFrame, language: Language) -> Form:
    """Give the balance within each unit, a block with its total for each."""
    names, figures = _figure_columns(balance, language, heads=False)
    titles = units[f"name_{language}"].fillna(units["name_zh"]).rename(index=str).to_dict()
    table = settled(balance.by_unit)
    if "planned_ha" in table:
        table["change_ha"] = (table["planned_ha"] - table["present_ha"]).round(6) + 0.0
        points = table["planned_percent"] - table["present_percent"]
        table["change_points"] = points.round(6) + 0.0
    lines = []
    for unit, part in table.groupby(level="unit", sort=False):
        code = "" if str(unit) == "none" else str(unit)
        title = str(titles.get(code) or "") if code else _said("outside_units", language)
        block = part.droplevel("unit")
        order = sorted(block.index, key=lambda key: (_LAST.get(str(key), 0), key))
        for number, label in enumerate(order, start=1):
            shown = "" if label in NO_CLASSES else str(label)
            name = str(balance.table.loc[label, f"name_{language}"])
            cells = [code, title, number, shown, name]
            lines.append(Line(cells=[*cells, *_figures(block.loc[label], names)]))
        sums = block.sum().round(6) + 0.0
        cells = [code, title, None, "", _said("total", language)]
        lines.append(Line(cells=[*cells, *_figures(sums, names)], bold=True))
    return Form(
        title=_said("sheet_units", language),
        headline=_said("form_title_units", language, place=balance.place[language]),
        above=_above(balance, language, "form_unit_ha_only"),
        columns=(
            Column(heading=_said("form_unit_code", language), width=_CODE),
            Column(heading=_said("form_unit_name", language), width=_CODE),
            Column(heading=_said("form_number", language), width=_NARROW),
            Column(heading=_said("form_code", language), width=_CODE),
            Column(heading=_said("form_name", language), width=_NAME),
            *figures,
        ),
        lines=tuple(lines),
        footer=_said("form_page", language),
    )
