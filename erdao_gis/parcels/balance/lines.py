"""The lines of a land balance, settled once: page, workbook, screen and notebook set the same.

Which lines there are and in which order, their codes, names and figures, and how many decimals
are shown, is decided here; whoever sets them chooses headings, columns and type only.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Literal

import pandas as pd

from erdao_gis.analysis.balance.dated_parcels import NO_CLASSES, NONE
from erdao_gis.catalogue import layer_schema
from erdao_gis.land_use import land_use_classes, parent_code
from erdao_gis.parcels.balance.place_balance import PlaceBalance, WorkspaceBalance
from erdao_gis.wording import Pair, pair, words

DECIMALS = 2
"""Decimals with which hectares, percent, points and square metres are shown."""

_SETTLED = 6  # hectares to 0.01 m2: what is less is the last bits of sums
_SUBTOTAL = "*"
_WHOLE = ("parcels", "unplaced", "rows", "balanced", "listed", "unknown")


@dataclass(frozen=True, kw_only=True, eq=False)
class BalanceLine:
    """One line of a balance."""

    key: str
    """Code of the class, `unclassified`, `none` or `overlap`; code and ``*`` for the total of a
    level-1 class; ``total``. Tells the lines of a balance apart."""
    kind: Literal["class", "no class", "subtotal", "total"]
    "What it is."
    number: int | str | None
    "Its number: 1, and 1.1 below a total of a class; None for the last line."
    code: str
    "Code as it is written; empty where there is none."
    name: Pair
    "Name of the class, or what the line is."
    figures: Mapping[str, float | None]
    "By column of the balance, such as ``present_ha``; None for no figure."


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitLines:
    """The balance within one unit."""

    unit: str
    "Its id; ``none`` for what lies outside of all units."
    name: Pair
    "Its name; empty where it has none."
    lines: tuple[BalanceLine, ...]
    "As in the whole balance; the last is the total of the unit."


@dataclass(frozen=True, kw_only=True, eq=False)
class TransitionLines:
    """What changes into what, without rows and columns in which nothing stands."""

    cells: pd.DataFrame
    "Hectares from present classes (rows) into planned ones (columns); 0 for nothing."
    rows: tuple[Pair, ...]
    "Code and name of each row."
    columns: tuple[Pair, ...]
    "Code and name of each column."
    row_totals: tuple[float, ...]
    "What the balance has for the class at present."
    column_totals: tuple[float, ...]
    "What the balance has for the class in the plan."
    total: float
    "All ground."


@dataclass(frozen=True, kw_only=True, eq=False)
class SumLine:
    """One line of an account."""

    name: Pair
    "What it counts or sums, with its unit."
    values: tuple[int | float | None, ...]
    "Counts as whole numbers, square metres with their decimals; None for no figure."

    @property
    def texts(self) -> tuple[str | None, ...]:
        """The values as they are read."""
        return tuple(
            f"{value:,}" if isinstance(value, int) else figure_text(value) for value in self.values
        )


def figure_text(value: float | None, *, signed: bool = False) -> str | None:
    """Write a figure with its decimals, rounded as workbooks show it; None for no figure.

    Parameters
    ----------
    value
        Hectares, percent, points or square metres.
    signed
        Whether more than nothing has a sign too.

    Examples
    --------
    >>> figure_text(1234.565), figure_text(-1e-13), figure_text(5.216, signed=True)
    ('1,234.57', '0.00', '+5.22')
    >>> figure_text(-2.5), figure_text(math.nan)
    ('−2.50', None)
    """
    number = shown(value)
    if number is None:
        return None
    sign = "\N{MINUS SIGN}" if number < 0 else "+" if signed and number else ""
    return f"{sign}{abs(number):,.{DECIMALS}f}"


def shown(value: float | None) -> float | None:
    """Round a figure to the decimals that are shown: halves away from zero, as workbooks do.

    >>> shown(0.125), shown(-0.125), shown(2.675), shown(math.nan)
    (0.13, -0.13, 2.68, None)
    """
    settled = _settled(value)
    if settled is None:
        return None
    cents = Decimal(str(settled)).quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)
    return float(cents) + 0.0


def _settled(value: float | None, decimals: int = _SETTLED) -> float | None:
    """Take the last bits of sums off a figure; no -0.0, and None for no figure."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) + 0.0


def _figures(*rows: Mapping[str, float]) -> dict[str, float | None]:
    """Settle the figures of a line, which is the sum of some rows of a table."""
    return {name: _settled(math.fsum(row[name] for row in rows)) for name in rows[0]}


def date_name(balance: WorkspaceBalance, date: object) -> Pair:
    """Name a date; without present land use the one date is the use of the parcels."""
    return pair("parcels", "date_parcels" if balance.parcels_only else f"date_{date}")


def class_labels(balance: WorkspaceBalance) -> dict[str, Pair]:
    """Return code -> code and name of each line of a balance; what is no class has a name only.

    Parameters
    ----------
    balance
        A balance at any level.
    """
    return {
        code: name if code in NO_CLASSES else Pair(zh=f"{code} {name.zh}", en=f"{code} {name.en}")
        for code, name in _names(balance).items()
    }


def _names(balance: WorkspaceBalance) -> dict[str, Pair]:
    """Return the names of all classes and of all lines of a balance by their codes."""
    classes = land_use_classes(balance.edition)
    named = pd.concat([classes, balance.table])[["name_zh", "name_en"]].astype(str)
    return {str(code): Pair(zh=zh, en=en) for code, zh, en in named.itertuples(name=None)}


def _rows(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return the figures of each line by its code."""
    columns = [str(name) for name in table.columns]
    return {
        str(code): dict(zip(columns, figures, strict=True))
        for code, *figures in table.itertuples(name=None)
    }


def balance_lines(balance: WorkspaceBalance) -> tuple[BalanceLine, ...]:
    """Lay out a balance: the classes, at finer levels below their level-1 class, and the total.

    Parameters
    ----------
    balance
        A balance at any level.

    Returns
    -------
    tuple of BalanceLine
        In the order of the codes; what is no class behind them, the total last.
    """
    figures = _rows(balance.table.drop(columns=["name_zh", "name_en"]))
    lines = _laid_out(figures, _names(balance), balance.edition)
    return (*lines, _total(_rows(balance.total.to_frame().T)["total"]))


def unit_lines(balance: PlaceBalance, unit: str, level: int = 1) -> tuple[UnitLines, ...]:
    """Lay out the balance within each unit of a layer, in their order.

    Parameters
    ----------
    balance
        From `balance_parcels`.
    unit
        Layer of areas.
    level
        Level of the classes.

    Raises
    ------
    NotInPlanError, GeometryError, SchemaError
        As `PlaceBalance.within`.
    """
    table, names = balance.within(unit, level), _names(balance.at(level))
    titles = balance.unit_names(unit)
    found = []
    for key, part in table.groupby(level="unit", sort=False):
        rows = _rows(part.droplevel("unit"))
        lines = (*_laid_out(rows, names, balance.edition), _total(*rows.values()))
        found.append(UnitLines(unit=str(key), name=titles[str(key)], lines=lines))
    return tuple(found)


def _laid_out(
    rows: Mapping[str, Mapping[str, float]], names: Mapping[str, Pair], edition: str
) -> Iterator[BalanceLine]:
    groups = groupby(rows, lambda key: key if key in NO_CLASSES else parent_code(key, 1, edition))
    for number, (parent, group) in enumerate(groups, start=1):
        codes = list(group)
        if codes == [parent]:
            yield _line(parent, number, names[parent], rows[parent])
            continue
        yield BalanceLine(
            key=parent + _SUBTOTAL,
            kind="subtotal",
            number=number,
            code=parent,
            name=pair("parcels", "form_subtotal", {"name": names[parent]}),
            figures=_figures(*(rows[code] for code in codes)),
        )
        for place, code in enumerate(codes, start=1):
            yield _line(code, f"{number}.{place}", names[code], rows[code])


def _line(code: str, number: int | str, name: Pair, row: Mapping[str, float]) -> BalanceLine:
    bare = code in NO_CLASSES
    return BalanceLine(
        key=code,
        kind="no class" if bare else "class",
        number=number,
        code="" if bare else code,
        name=name,
        figures=_figures(row),
    )


def _total(*rows: Mapping[str, float]) -> BalanceLine:
    return BalanceLine(
        key="total",
        kind="total",
        number=None,
        code="",
        name=pair("parcels", "total"),
        figures=_figures(*rows),
    )


def transition_lines(balance: WorkspaceBalance) -> TransitionLines | None:
    """Lay out what changes into what; None without a plan.

    Parameters
    ----------
    balance
        A balance at any level.
    """
    moved = balance.transition
    if moved.empty:
        return None
    cells = moved.loc[(moved != 0).any(axis=1), (moved != 0).any(axis=0)].round(_SETTLED) + 0.0
    present, planned = (balance.table[f"{date}_ha"] for date in ("present", "planned"))
    labels = class_labels(balance)
    before, after = (
        labels | {NONE: pair("parcels", f"none_{date}")} for date in ("present", "planned")
    )
    return TransitionLines(
        cells=cells,
        rows=tuple(before[code] for code in cells.index),
        columns=tuple(after[code] for code in cells.columns),
        row_totals=tuple(_settled(present[code]) or 0.0 for code in cells.index),
        column_totals=tuple(_settled(planned[code]) or 0.0 for code in cells.columns),
        total=_settled(balance.total["present_ha"]) or 0.0,
    )


def finding_kind(kind: object, found: object) -> Pair:
    """Name what the audit found, with the code that was found.

    Examples
    --------
    >>> finding_kind("unknown_code", "0799").en, finding_kind("gap", "").zh
    ('invalid code: 0799', '缝隙')
    """
    name = pair("parcels", f"kind_{kind}")
    if not found:
        return name
    colon = words("parcels")["colon"]
    return Pair(zh=f"{name.zh}{colon['zh']}{found}", en=f"{name.en}{colon['en']}{found}")


def account_lines(balance: WorkspaceBalance) -> tuple[SumLine, ...]:
    """Tell how the sums of each date hang together."""
    return _sum_lines(balance.ledger, "account")


def reconciled_lines(balance: WorkspaceBalance) -> tuple[tuple[Pair, ...], tuple[SumLine, ...]]:
    """Hold rows and areas before the balance against those after it: layers, then lines."""
    layers = [layer_schema(str(name)) for name in balance.reconciled.index]
    titles = tuple(Pair(zh=layer.title_zh, en=layer.title_en) for layer in layers)
    return titles, _sum_lines(balance.reconciled, "reconciled")


def _sum_lines(table: pd.DataFrame, prefix: str) -> tuple[SumLine, ...]:
    """Turn columns into lines: counts are whole, all else has the decimals that are shown."""
    return tuple(
        SumLine(
            name=pair("parcels", f"{prefix}_{name}"),
            values=tuple(
                int(value) if name in _WHOLE else _settled(value, DECIMALS)
                for value in table[name].tolist()
            ),
        )
        for name in map(str, table.columns)
    )
