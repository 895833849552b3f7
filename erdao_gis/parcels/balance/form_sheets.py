"""The land balance in the customary form (用地平衡表), with transitions and units."""

from collections.abc import Sequence

from erdao_gis.errors import Language
from erdao_gis.parcels.balance.lines import (
    DECIMALS,
    BalanceLine,
    balance_lines,
    date_name,
    transition_lines,
    unit_lines,
)
from erdao_gis.parcels.balance.notes import (
    audit_note,
    balance_notes,
    classes_note,
    drafted_note,
    scope_note,
)
from erdao_gis.parcels.balance.place_balance import PlaceBalance, WorkspaceBalance
from erdao_gis.wording import pair, word
from erdao_gis.workbooks.forms import Column, Form, Line

_HECTARES = f"#,##0.{'0' * DECIMALS}"
_PERCENT = f"0.{'0' * DECIMALS}"
_NARROW, _CODE, _NAME, _FIGURE = 7.0, 11.0, 30.0, 12.0


def _label(key: str, language: Language, **facts: object) -> str:
    return word("parcels", key, language).format_map(facts)


def _above(
    balance: WorkspaceBalance, language: Language, unit: str = "form_unit_ha"
) -> tuple[tuple[str, str], ...]:
    return (
        (scope_note(balance).text(language), _label(unit, language)),
        (classes_note(balance).text(language), _label("form_signed", language)),
    )


def _figure_columns(
    balance: WorkspaceBalance, language: Language, *, heads: bool
) -> tuple[list[str], list[Column]]:
    """Return the figures of each date and of the change, and their columns."""
    names, columns = [], []
    for date in balance.dates:
        over = date_name(balance, date).text(language)
        keys = [("ha", "form_area"), ("percent", "form_percent")]
        if date == "planned" and heads and balance.scope == "all":
            keys.insert(1, ("kept_ha", "form_kept"))
        if heads:
            keys.append(("m2_per_head", "form_head"))
        for name, key in keys:
            names.append(f"{date}_{name}")
            columns.append(_figure_column(_label(key, language), over, name))
    if len(balance.dates) > 1:
        over = _label("form_change", language)
        for name, key in (("ha", "form_area"), ("points", "form_points")):
            names.append(f"change_{name}")
            columns.append(_figure_column(_label(key, language), over, name))
    return names, columns


def _figure_column(heading: str, over: str, name: str) -> Column:
    shape = _PERCENT if name in ("percent", "points") else _HECTARES
    return Column(heading=heading, over=over, width=_FIGURE, number_format=shape)


def _set(line: BalanceLine, names: Sequence[str], language: Language, *before: object) -> Line:
    """Set a line: what stands before it, number, code, name and figures."""
    cells = (*before, line.number, line.code, line.name.text(language))
    figures = (line.figures.get(name) for name in names)
    return Line(cells=(*cells, *figures), bold=line.kind in ("subtotal", "total"))


def _line_columns(language: Language) -> tuple[Column, ...]:
    return (
        Column(heading=_label("form_number", language), width=_NARROW),
        Column(heading=_label("form_code", language), width=_CODE),
        Column(heading=_label("form_name", language), width=_NAME),
    )


def balance_form(balance: WorkspaceBalance, language: Language) -> Form:
    """Give the balance as it is handed in.

    Parameters
    ----------
    balance
        A balance at any level.
    language
        Of headings and names.
    """
    names, figures = _figure_columns(balance, language, heads=True)
    told = (
        *balance_notes(balance),
        *audit_note(balance, pair("parcels", "sheet_audit")),
        *drafted_note(balance),
    )
    head = _label("form_notes", language) + _label("colon", language)
    return Form(
        title=_label("sheet_balance", language),
        headline=_label("form_title", language, place=balance.place.text(language)),
        above=_above(balance, language),
        columns=(*_line_columns(language), *figures),
        lines=tuple(_set(line, names, language) for line in balance_lines(balance)),
        notes=(head, *(f"{n}. {note.text(language)}" for n, note in enumerate(told, start=1))),
        footer=_label("form_page", language),
    )


def transition_form(balance: WorkspaceBalance, language: Language) -> Form | None:
    """Give hectares from present classes (rows) into planned ones (columns), with totals.

    None without a plan.
    """
    laid = transition_lines(balance)
    if laid is None:
        return None
    over = date_name(balance, "planned").text(language)
    total = _label("total", language)
    heads = [name.text(language) for name in laid.columns]
    columns = (
        Column(heading=_label("from_to", language), width=_NAME),
        *(Column(heading=head, over=over, width=_FIGURE) for head in heads),
        Column(heading=total, width=_FIGURE),
    )
    rows = zip(laid.rows, laid.cells.to_numpy().tolist(), laid.row_totals, strict=True)
    lines = [
        Line(cells=[name.text(language), *(value or None for value in row), end])
        for name, row, end in rows
    ]
    last = Line(cells=[total, *laid.column_totals, laid.total], bold=True)
    return Form(
        title=_label("sheet_transition", language),
        headline=_label("form_title_transition", language, place=balance.place.text(language)),
        above=_above(balance, language, "form_unit_hectares"),
        columns=columns,
        lines=(*lines, last),
        footer=_label("form_page", language),
    )


def units_form(balance: PlaceBalance, unit: str, level: int, language: Language) -> Form:
    """Give the balance within each unit, a block with its total for each.

    Parameters
    ----------
    balance
        From `balance_parcels`.
    unit
        Layer of areas.
    level
        Level of the classes.
    language
        Of headings and names.
    """
    whole = balance.at(level)
    names, figures = _figure_columns(whole, language, heads=False)
    lines = [
        _set(line, names, language, "" if each.unit == "none" else each.unit,
             each.name.text(language))
        for each in unit_lines(balance, unit, level)
        for line in each.lines
    ]  # fmt: skip
    return Form(
        title=_label("sheet_units", language),
        headline=_label("form_title_units", language, place=balance.place.text(language)),
        above=_above(whole, language, "form_unit_ha_only"),
        columns=(
            Column(heading=_label("form_unit_code", language), width=_CODE),
            Column(heading=_label("form_unit_name", language), width=_CODE),
            *_line_columns(language),
            *figures,
        ),
        lines=tuple(lines),
        footer=_label("form_page", language),
    )
