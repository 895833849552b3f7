"""A file's rows in the columns and types of a layer: codes as text, figures in the layer's unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from erdao_gis.catalogue.schema import Column, Layer
from erdao_gis.errors import Fault, Finding
from erdao_gis.intake.limit_texts import (
    LimitColumns,
    LimitFigures,
    limit_columns,
    read_figure,
    read_limit,
)
from erdao_gis.intake.mapping import HeadingMatch, Matched
from erdao_gis.yes_no import WORD_LISTS, as_codes

_DASHES = frozenset("-–—―/\\")
_RESERVED = ("fid", "geom", "geometry")


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """Rows in the columns of the layer that the file has, and further columns of the file."""

    rows: pd.DataFrame
    "Index as given; columns that the file lacks are not there."
    faults: tuple[Fault, ...]
    limits_read: int
    "Texts such as ≤2.5 that became figures."
    dashes: Mapping[str, int]
    "Headings in whose cells a dash or a slash stood for nothing, with their number."
    words: tuple[Finding, ...] = ()
    "Words in columns of figures: row, code, and the facts to say of them."
    padded: Mapping[str, int] = field(default_factory=dict)
    "Land-use codes that were given their zero back (701 → 0701), with their number."


def fit_rows(layer: Layer, frame: pd.DataFrame, matched: Matched, *, file: str) -> Fitted:
    """Bring the rows of a file into the columns and units of a layer.

    Parameters
    ----------
    layer
        Whose columns are filled.
    frame
        The file's rows without their shapes.
    matched
        Which heading is which column.
    file
        Its name, for faults.

    Returns
    -------
    Fitted
        Words in a column of figures (面议, 住宅70年，商服40年) leave the figure blank and are kept
        in a column of their own beside it, ``<heading>（原文）``; each is told in ``words``. Words
        for yes and no (是, T, 1) become codes; others stay, for the check to name them.

    Examples
    --------
    >>> from erdao_gis.intake.mapping import match_headings
    >>> from erdao_gis.catalogue.schema import layer_schema
    >>> parcels, rows = layer_schema("parcels"), pd.DataFrame({"容积率": ["1.0-2.5"]})
    >>> fitted = fit_rows(parcels, rows, match_headings(parcels, ["容积率"], (), file=""), file="")
    >>> fitted.rows.iloc[0].to_dict()
    {'floor_area_ratio_max': 2.5, 'floor_area_ratio_min': 1.0}
    """
    table = frame.rename(columns=_names(frame, matched, layer))
    labels = _labels(table)
    work = _Figures(layer=layer.name, file=file, labels=labels)
    for pair in matched.pairs:
        column = layer.column(pair.column)
        if column is None:
            continue
        if column.type != "number":
            texts = work.texts(_texts(table[column.name]), pair.heading)
            told = column.codes in WORD_LISTS
            table[column.name] = as_codes(texts, column.codes) if told else texts
    for pair in matched.pairs:
        column = layer.column(pair.column)
        if column is not None and column.type == "number":
            work.fill(table, column, pair)
    work.settle(table)
    work.keep_words(table)
    return Fitted(
        rows=table,
        faults=tuple(work.faults),
        limits_read=work.count,
        dashes=work.dashes,
        words=tuple(work.found),
    )


def _names(frame: pd.DataFrame, matched: Matched, layer: Layer) -> dict[str, str]:
    """Name mapped columns as the layer does, and the others so that none clashes.

    A GeoPackage tells columns apart without regard to case, and keeps fid and geom for itself.
    """
    names = {pair.heading: pair.column for pair in matched.pairs}
    taken = {*layer.column_names, *_RESERVED}
    for heading in map(str, frame.columns):
        if heading in names:
            continue
        name, number = heading, 1
        while name.casefold() in taken:
            number += 1
            name = f"{heading}_{number}"
        taken.add(name.casefold())
        names[heading] = name
    return names


def _labels(table: pd.DataFrame) -> list[str]:
    """Name each row in a fault: by its code, or by its number in the file."""
    if "id" not in table:
        return [str(row) for row in table.index]
    return [code_text(code) if pd.notna(code) else str(row) for row, code in table["id"].items()]


def code_text(value: object) -> str:
    """Write a code as it was meant: a whole number read as 1101.0 is the code 1101.

    Examples
    --------
    >>> code_text(1101.0), code_text("01")
    ('1101', '01')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _texts(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return values.map(code_text, na_action="ignore").astype(object).where(values.notna(), None)


def _is_dash(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and _DASHES.issuperset(value.strip())


class _Figures:
    """Reads the figures of one file; a limit goes to the side that its text names."""

    def __init__(self, *, layer: str, file: str, labels: list[str]) -> None:
        self.quantities = {
            name: pair for pair in limit_columns(layer) for name in (pair.least, pair.most)
        }
        self.file, self.labels = file, labels
        self.faults: list[Fault] = []
        self.count = 0
        self.moved: dict[str, dict[int, float]] = {}
        self.dashes: dict[str, int] = {}
        self.words: dict[str, dict[int, str]] = {}
        self.found: list[Finding] = []

    def texts(self, values: "pd.Series[Any]", heading: str) -> "pd.Series[Any]":
        """Take a dash in a column of words for nothing, as notices put it."""
        dash = values.map(_is_dash).astype(bool)
        if dash.any():
            self.dashes[heading] = self.dashes.get(heading, 0) + int(dash.sum())
        return values.mask(dash, None).astype(object).where(~dash & values.notna(), None)

    def fill(self, table: pd.DataFrame, column: Column, pair: HeadingMatch) -> None:
        """Read the column's figures, and set apart those that belong on the other side."""
        given = table[column.name]
        figures = pd.to_numeric(given, errors="coerce").astype("float64")
        # A column of true and false holds no figures.
        if given.dtype == bool or isinstance(given.dtype, pd.BooleanDtype):
            figures[:] = np.nan
        cells = given.astype(object).to_numpy()
        values = _times(figures, pair.ratio).to_numpy(dtype=object)
        quantity = self.quantities.get(column.name)
        known: dict[str, LimitFigures | None] = {}
        for place in np.flatnonzero(figures.isna() & given.notna()).tolist():
            text = str(cells[place])
            if _DASHES.issuperset(text.strip()):
                # Blank, or a dash as notices put it where nothing is set.
                self.dashes[pair.heading] = self.dashes.get(pair.heading, 0) + bool(text.strip())
                continue
            if text not in known:
                known[text] = _read(text, column.unit, pair.ratio, quantity)
            read = known[text]
            if read is None:
                self.words.setdefault(pair.heading, {})[place] = text
                values[place] = np.nan
                continue
            self.count += 1
            own, other = read.most, read.least
            if quantity is not None and column.name == quantity.least:
                own, other = other, own
            values[place] = read.plain if read.plain is not None else own
            if other is not None and quantity is not None:
                name = quantity.least if column.name == quantity.most else quantity.most
                self.moved.setdefault(name, {})[place] = other
        table[column.name] = _numbers(pd.Series(values, index=table.index, dtype=object))

    def keep_words(self, table: pd.DataFrame) -> None:
        """Put what is no figure into columns of its own, and tell of each cell."""
        for heading, words in self.words.items():
            taken = {str(name).casefold() for name in table.columns}
            name, number = f"{heading}（原文）", 1
            while name.casefold() in taken:
                number += 1
                name = f"{heading}（原文）_{number}"
            kept = [words.get(place) for place in range(len(table))]
            for place, text in words.items():
                facts = {"heading": heading, "value": text, "kept": name}
                row = int(str(table.index[place])) - 1
                self.found.append(
                    Finding(row, "words_for_figure", facts, feature=self.labels[place])
                )
            table[name] = pd.Series(kept, index=table.index, dtype=object)

    def settle(self, table: pd.DataFrame) -> None:
        """Fill the other sides; what a column of its own says of them otherwise is a fault."""
        for name, moved in self.moved.items():
            if name not in table:
                table[name] = np.nan
            values = table[name].to_numpy(dtype=object, copy=True)
            for place, value in moved.items():
                if pd.isna(values[place]) or values[place] == value:
                    values[place] = value
                    continue
                facts = {"column": name, "value": f"{value:g}", "other": str(values[place])}
                label = self.labels[place]
                self.faults.append(
                    Fault(file=self.file, feature=label, rule="limit_told_twice", facts=facts)
                )
            table[name] = _numbers(pd.Series(values, index=table.index, dtype=object))


def _read(
    text: str, unit: str, ratio: Fraction, quantity: LimitColumns | None
) -> LimitFigures | None:
    if quantity is not None:
        return read_limit(text, unit, names=quantity.names, ratio=ratio)
    figure = read_figure(text, unit, ratio=ratio)
    return None if figure is None else LimitFigures(plain=figure)


def _times(figures: "pd.Series[float]", ratio: Fraction) -> "pd.Series[float]":
    """Convert exactly: 15 亩 are 10,000 m2."""
    if ratio == 1:
        return figures
    return figures.map(
        lambda value: float(Fraction(repr(value)) * ratio) if np.isfinite(value) else value
    )


def _numbers(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Numbers where all are; else what is no number stays as it is, for the check to name it."""
    numbers = pd.to_numeric(values, errors="coerce")
    whole = numbers.notna().eq(values.notna()).all()
    return numbers.astype("float64") if whole else values.where(values.notna(), None)
