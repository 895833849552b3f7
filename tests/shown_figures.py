"""Figures as a reader meets them, and the tables of a run in which they must stand.

A figure is a number with a unit. It is taken from what is shown - texts of a page, its blocks of
data, cells of a workbook, outputs of a notebook - without knowing which figures are there, and
looked for among the numbers of the run's tables that are of its kind (areas, lengths, shares ...),
within half a unit of its last digit.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from erdao_gis.catalogue import layer_names
from erdao_gis.errors import ErdaoError, Language
from erdao_gis.indicators import Run, evaluate, registry
from erdao_gis.plan import figures_frame, read_plan
from erdao_gis.wording import word

LANGUAGES: tuple[Language, ...] = ("zh", "en")
MU = 10_000 / 15
KINDS = {
    "share": {"%": 0.01, "％": 0.01},
    "density": {"km/km2": 1, "km/km²": 1, "千米/平方千米": 1, "公里/平方公里": 1},
    "area": {
        "km2": 1e6,
        "km²": 1e6,
        "平方千米": 1e6,
        "平方公里": 1e6,
        "m2": 1,
        "m²": 1,
        "平方米": 1,
        "ha": 1e4,
        "公顷": 1e4,
        "hectares": 1e4,
        "亩": MU,
        "mu": MU,
    },
    "length": {"km": 1e3, "千米": 1e3, "公里": 1e3, "m": 1, "米": 1, "metres": 1},
    "time": {"min": 1, "minutes": 1, "minute": 1, "分钟": 1},
    "people": dict.fromkeys(("人", "person", "persons", "people", "households", "户"), 1),
}
UNIT = {name: (kind, factor) for kind, names in KINDS.items() for name, factor in names.items()}
ENDINGS = {
    "_percent": ("share", 0.01),
    "_points": ("share", 0.01),
    "_share": ("share", 1),
    "green_ratio": ("share", 0.01),
    "building_density": ("share", 0.01),
    "_m2": ("area", 1),
    "_ha": ("area", 1e4),
    "_mu": ("area", MU),
    "_m2_per_head": ("area", 1),
    "_min": ("time", 1),
    "_m": ("length", 1),
}
_WORDS = "|".join(
    re.escape(name) + (r"(?![A-Za-z0-9/²])" if name[-1].isascii() and name != "%" else "")
    for name in sorted(UNIT, key=len, reverse=True)
)
FIGURE = re.compile(rf"(?<![\w.#/])(\d[\d,]*(?:\.\d+)?)\s?({_WORDS})(?!/)")
HEADING = re.compile(rf"(?:^|[\s,，（±]|\((?!min))({_WORDS})[)）]?$")
SCALE_BAR = tuple(word("drawing", "scale", language) for language in LANGUAGES)
YEAR = re.compile("year|年份|年$", re.IGNORECASE)
AS_OF = "2025-12-31"
ABOUT = ("约", "about")
DATA = "application/json"
LINES = ("page-features", "balance-parcels", "balance-pieces")
WORDS = "page-words"
"""What the page's scripts may say: sentences of ``layers/strings``, no figures of a place."""


# --- the tables of a run ---


@dataclass(eq=False)
class RunTables:
    """Every number in the tables of one run, by kind; and what rows of data say in words."""

    run: Run
    units: Iterable[str | None] = (None, "layers")
    only: Iterable[str] | None = None
    numbers: dict[str, list[Any]] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._indicators()
        self._evaluation()
        for name in ("facts", "limits"):
            for table in _tables(lambda name=name: getattr(self.run, name)):
                self._table(table)
        self._balance()

    @cached_property
    def known(self) -> Mapping[str, Any]:
        """Give sorted numbers by kind; ``number`` has all of them as they stand."""
        return {kind: np.unique(np.concatenate(found)) for kind, found in self.numbers.items()}

    @cached_property
    def texts(self) -> frozenset[str]:
        """Give the words of rows: notes, reasons, quotes, formulas of the data."""
        found = set(self.messages)
        shipped = Path(__file__).parents[1] / "layers"
        for path in sorted(shipped.rglob("*.csv")):
            if "strings" not in path.parts:
                with path.open(encoding="utf-8", newline="") as stream:
                    found |= {cell.strip() for row in csv.reader(stream) for cell in row}
        for name in layer_names():
            frame = self.run.dataset.layer(name)
            for column in frame.columns.drop(frame.geometry.name):
                if frame[column].dtype.kind not in "ifb":
                    found |= {str(cell).strip() for cell in frame[column].dropna()}
        return frozenset(text for text in found if FIGURE.search(text))

    @cached_property
    def rows(self) -> Mapping[str, set[float]]:
        """Give the numbers that the layers and the register hold themselves, by column."""
        found: dict[str, set[float]] = {}
        layers = (self.run.dataset.layer(name) for name in layer_names())
        for frame in (*layers, figures_frame(read_plan())):
            for column in frame.columns[frame.dtypes.map(lambda kind: kind.kind in "iuf")]:
                found.setdefault(str(column), set()).update(frame[column].dropna())
        return found

    @cached_property
    def parameters(self) -> frozenset[tuple[str, float]]:
        """Give what the rows of indicators state: reaches, speeds, grids, sizes."""
        stated = [
            " ; ".join((row.name_zh, row.name_en, *(row.parameters or {}).values()))
            for row in (*registry().values(), *self.run.own)
        ]
        found = FIGURE.findall(" ; ".join(stated).replace("m/min", "m"))
        return frozenset((UNIT[unit][0], float(number) * UNIT[unit][1]) for number, unit in found)

    def states(self, number: str, unit: str) -> bool:
        """Tell whether it is a parameter of an indicator."""
        kind, factor = UNIT[unit]
        return (kind, float(number.replace(",", "")) * factor) in self.parameters

    def holds(self, number: str, unit: str, *, about: bool = False) -> bool:
        """Tell whether a table has a number of this kind that is written so."""
        kind, factor = UNIT[unit]
        return self.near(kind, number, factor, about=about)

    def holds_number(self, number: str, kind: str = "number") -> bool:
        """Tell whether a table has it, in whatever unit, or counts so many rows."""
        factors = (1, 0.01, 1e3, 1e4, 1e6, MU) if kind == "number" else (1,)
        return any(self.near(kind, number, factor) for factor in factors)

    def near(self, kind: str, number: str, factor: float, *, about: bool = False) -> bool:
        """Tell whether a table has a number of a kind within half of the last digit written."""
        digits = number.replace(",", "")
        decimals = len(digits.partition(".")[2])
        step = 10.0**-decimals
        if about and not decimals:  # an end of a band, rounded outward to what it bears
            step = 2 * 10.0 ** (len(digits) - len(digits.rstrip("0")))
        wanted, known = float(digits), self.known.get(kind, np.empty(0))
        low, high = (wanted - step / 2) * factor, (wanted + step / 2) * factor
        slack = 1e-9 * max(abs(high), 1e-3)
        return bool(
            np.searchsorted(known, low - slack) < np.searchsorted(known, high + slack, "right")
        )

    def _add(self, kind: str, factor: float, values: Any) -> None:
        found = np.abs(np.asarray(values, dtype=float)).ravel()
        found = found[np.isfinite(found)]
        if len(found):
            self.numbers.setdefault(kind, []).append(found * factor)
            self.numbers.setdefault("number", []).append(found)

    def _indicators(self) -> None:
        for unit in self.units:
            try:
                table = self.run.indicators(unit, ids=self.only)
            except ErdaoError:  # a place without such units
                continue
            self.messages |= {each.message(lang) for each in table.faults for lang in LANGUAGES}
            for frame in _frames(table):
                self._add("area", 1e6, frame[["measured_km2", "whole_km2"]])
                self._add("share", 0.01, frame["measured_percent"])
                lacking = [token for tokens in frame["missing"] for token in tokens]
                kinds = [token.partition(" ")[0] for token in lacking]
                self._counts(pd.DataFrame({"missing": lacking, "kind": kinds}, dtype=object))
                for name, rows in frame.groupby("unit"):
                    kind, factor = _unit(str(name))
                    for column in ("value", "low", "high", "target", "gap"):
                        if column in rows:
                            self._add(kind, factor, pd.to_numeric(rows[column], errors="coerce"))

    def _evaluation(self) -> None:
        for frame in _tables(lambda: evaluate(AS_OF, self.run).frame):
            for name, rows in frame.groupby("unit"):
                for column in ("baseline", "target", "path", "actual"):
                    self._add(*_unit(str(name)), pd.to_numeric(rows[column], errors="coerce"))
            self._add("share", 1, pd.to_numeric(frame["deviation"], errors="coerce"))
            self._counts(frame[["verdict"]].assign(no_base=frame["baseline"].isna().astype(str)))

    def _balance(self) -> None:
        try:
            balance = self.run.balance
        except ErdaoError:
            return
        self._add("people", 1, balance.residents)
        tables = [balance.ground.ledger, balance.ground.parcels, balance.ground.pieces]
        tables.append(balance.reconciled)
        for level in (1, 2, 3):
            summed = balance.at(level)
            tables += _frames(summed)
            self._add("share", 0.01, summed.rounding[["plain_sum", "difference"]])
            self._add("area", 1e4, summed.kept_ha)
            self._add("share", 0.01, summed.kept_percent)
            for unit in ("zones", "subdistricts"):
                tables += _tables(lambda unit=unit, level=level: balance.within(unit, level))
        for table in tables:
            self._table(pd.DataFrame(table))

    def _table(self, frame: pd.DataFrame) -> None:
        for column in frame.columns:
            values = pd.to_numeric(frame[column].astype(object), errors="coerce")
            if values.notna().any() and frame[column].dtype.kind != "b":
                self._add(*_kind(str(column)), values)
        if "unit" in frame and "value" in frame:
            percent = frame["unit"] == "%"
            self._add("share", 0.01, frame.loc[percent, ["value", "bound"]])
            self._add("length", 1, frame.loc[frame["unit"] == "m", ["value", "bound"]])
        self._counts(frame)

    def _counts(self, frame: pd.DataFrame) -> None:
        counts = [len(frame)]
        for column in frame.columns:
            if frame[column].dtype.kind not in "iufb" and column != getattr(frame, "_geom", None):
                texts = frame[column].astype(str)
                counts += [texts.nunique(), *texts.value_counts()]
                if "parcel" in frame:
                    counts += list(frame["parcel"].astype(str).groupby(texts).nunique())
        self.numbers.setdefault("count", []).append(np.unique(np.asarray(counts, dtype=float)))


def _tables(make: Any) -> list[pd.DataFrame]:
    """Give the frames of what a run gives; none where the place has no data for it."""
    try:
        return list(_frames(make()))
    except ErdaoError:
        return []


def _frames(thing: object) -> Iterator[pd.DataFrame]:
    if isinstance(thing, pd.Series):
        yield thing.to_frame()
    elif isinstance(thing, pd.DataFrame):
        yield pd.DataFrame(thing.drop(columns="geometry", errors="ignore"))
    elif isinstance(thing, Mapping):
        for each in thing.values():
            yield from _frames(each)
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from _frames(getattr(thing, each.name))


def _unit(name: str) -> tuple[str, float]:
    """Give kind and factor of a unit; of a rate, those of what is counted."""
    return UNIT.get(name) or UNIT.get(name.partition("/")[0]) or ("number", 1)


def _kind(column: str) -> tuple[str, float]:
    """Give kind and factor of a column by its ending; the bounds of a band are of its kind."""
    name = re.sub(r"_(low|high)(?=_|$)", "", column)
    name = name if name.endswith("_walk_min") else re.sub(r"_(min|max)$", "", name)
    for ending, (kind, factor) in ENDINGS.items():
        if name.endswith(ending):
            return kind, factor
    return "number", 1


# --- what is shown ---


class _Reader(HTMLParser):
    """Texts of a page, and its blocks of data by id."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.blocks: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "style"):
            self._open.append((tag, (found.get("id") or "") if found.get("type") == DATA else ""))
        elif tag == "g" and (self._open or found.get("aria-label") in SCALE_BAR):
            self._open.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            if name := self._open[-1][1]:
                self.blocks[name] = self.blocks.get(name, "") + data
        elif data.strip():
            self.texts.append(data.strip())


def page_texts(html: str) -> Iterator[str]:
    """Give every text of a page, those of its blocks of data too."""
    reader = _Reader()
    reader.feed(html)
    yield from reader.texts
    for name, block in reader.blocks.items():
        if name == WORDS:
            continue
        lines = block.strip().splitlines() if name in LINES else [block]
        for line in lines:
            text = line.strip().rstrip(",")
            if text.strip("[]"):
                yield from _strings(json.loads(text))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


@dataclass(frozen=True)
class Cell:
    """A number of a workbook, with what stands above it."""

    place: str
    heading: str
    number: str


def workbook_cells(path: Path) -> Iterator[Cell | str]:
    """Give the numbers of a workbook with their headings, and its texts."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        above: dict[int, str] = {}
        for row in sheet.iter_rows():
            for cell in row:
                value = cell.value
                if isinstance(value, str):
                    above[cell.column] = value
                    yield value
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    place = f"{sheet.title}!{cell.coordinate}"
                    yield Cell(place, above.get(cell.column, ""), f"{abs(value):.15g}")


# --- the walk ---


@dataclass
class Walk:
    """What was found: figures in tables, words of data, and figures that no table has."""

    tables: RunTables
    counts: Counter[str] = field(default_factory=Counter)
    strangers: list[str] = field(default_factory=list)

    def texts(self, texts: Iterable[str]) -> "Walk":
        """Walk texts: each figure stands in a table, or the text is that of a row of data."""
        for text in texts:
            whole = text.strip()
            for found in FIGURE.finditer(text):
                about = any(word in text for word in ABOUT)
                if self.tables.holds(found[1], found[2], about=about):
                    self.counts["table"] += 1
                elif self.tables.states(found[1], found[2]):
                    self.counts["parameter"] += 1
                elif self._quoted(whole):
                    self.counts["words of data"] += 1
                else:
                    self.strangers.append(f"{found[0]!r} in {text[:160]!r}")
        return self

    def workbook(self, path: Path) -> "Walk":
        """Walk a workbook: each number stands in a table, in the unit of its heading if it has one.

        Numbers of rows (序号, 'No.'), years and counts are no figures.
        """
        for item in workbook_cells(path):
            if isinstance(item, str):
                self.texts([item])
                continue
            unit = HEADING.search(item.heading)
            if self.tables.holds_number(item.number, "count"):
                self.counts["count"] += 1
            elif YEAR.search(item.heading) and item.number.isdigit():
                self.counts["year"] += 1
            elif self._in_table(item.number, unit[1] if unit else ""):
                self.counts["table"] += 1
            else:
                self.strangers.append(f"{item.place} {item.number} under {item.heading!r}")
        return self

    def _in_table(self, number: str, unit: str) -> bool:
        return self.tables.holds(number, unit) if unit else self.tables.holds_number(number)

    def _quoted(self, text: str) -> bool:
        return any(words in text for words in self.tables.texts)


# --- notebooks ---


class _Tables(HTMLParser):
    """Rows of the tables of an output, each with its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self._heads: list[str] = []
        self._cells: list[tuple[str, str]] = []
        self._tag = ""

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._heads = []
        elif tag == "tr":
            self._cells = []
        elif tag in ("th", "td"):
            self._tag = tag
            self._cells.append((tag, ""))

    def handle_data(self, data: str) -> None:
        if self._tag:
            tag, before = self._cells[-1]
            self._cells[-1] = (tag, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._tag = ""
        elif tag == "tr":
            values = [text.strip() for kind, text in self._cells if kind == "td"]
            if values:
                self.rows.append(dict(zip(self._heads[-len(values) :], values, strict=True)))
            elif not self._heads:
                self._heads = [text.strip() for _, text in self._cells]


def walk_notebook(outputs: Iterable[Mapping[str, str]], runs: Iterable[Run]) -> Counter[str]:
    """Walk what the cells of a notebook show: how many figures the runs have, and strangers.

    Cells of a table of figures are read in the unit of their row, those of other tables by their
    headings. What a layer or the register of the plan itself has is a row of data.
    """
    known = [
        RunTables(run, units=[kind or None], only=[name for name, each in asked if each == kind])
        for run in runs
        for asked in [list(run._figures)]
        for kind in {kind for _, kind in asked} or {""}
    ]
    found: Counter[str] = Counter()
    for output in outputs:
        html, text = output.get("text/html", ""), output.get("text/plain", "")
        if "<table" in html:
            reader = _Tables()
            reader.feed(html)
            for row in reader.rows:
                for head, value in row.items():
                    digits = value.lstrip("-")
                    if not re.fullmatch(r"\d+(\.\d+)?", digits):
                        continue
                    if any(_row_holds(tables, row, head, digits) for tables in known):
                        found["table"] += 1
                    elif any(float(digits) in tables.rows.get(head, ()) for tables in known):
                        found["row of data"] += 1
                    else:
                        found[f"{head}: {value}"] += 1
        elif "<" not in html:
            walks = [Walk(tables).texts([text]) for tables in known]
            found["table"] += max(walk.counts.total() for walk in walks)
            found += Counter(min((walk.strangers for walk in walks), key=len))
    return found


def _row_holds(tables: RunTables, row: Mapping[str, str], head: str, digits: str) -> bool:
    if head in ("value", "low", "high", "target", "gap", "bound") and row.get("unit") in UNIT:
        return tables.holds(digits, row["unit"])
    kind, factor = _kind(head)
    if kind == "number":
        return tables.holds_number(digits) or tables.holds_number(digits, "count")
    return tables.near(kind, digits, factor)
