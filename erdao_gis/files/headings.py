"""Where a table's headings stand: below titles, in one row or two; and rows that are no data."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from erdao_gis.errors import Finding, FormatError

_LOOKED_AT = 30  # rows in which headings are looked for
_WIDE = 5  # cells; in such a table a row of two cells is no heading (单位：公顷 | 2025年)
_ENOUGH = 2  # known headings that outweigh a row of unknown ones
_SHOWN = 60  # characters of a title
_NUMBER = re.compile(r"[-+]?[\d,.]+%?")
_SUMS = re.compile(r"(合计|总计|小计|共计|本页合计)(\(.*\))?[::]?")
_REMARKS = re.compile(r"(备注|注|说明|填表说明)(\d{0,2}[:.、].*)?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class TableHints:
    """What whoever reads a table knows of its headings."""

    means: Callable[[str], bool]
    "Whether a heading is the name of something that is looked for."
    texts: Callable[[Sequence[str], Mapping[str, str]], Collection[str]]
    """Of all headings, and the lower parts of those in two rows, the ones whose cells stay text;
    the one with the codes first."""


@dataclass(frozen=True, kw_only=True)
class Headings:
    """The headings of a table."""

    place: int
    "Of their (first) row among the rows."
    depth: int
    "Rows they take: 1 or 2."
    names: tuple[str, ...]
    "One for each column; blank ones numbered, repeated ones told apart."
    lower: Mapping[str, str]
    "Of names joined from two rows, the lower part."
    notes: tuple[Finding, ...]


def plain_cell(value: object) -> str:
    """Write a cell as text without blanks around it; nothing is an empty text.

    Examples
    --------
    >>> plain_cell(" a "), plain_cell(None)
    ('a', '')
    """
    return "" if value is None else str(value).strip()


def find_headings(
    rows: Sequence[tuple[int, Sequence[Any]]],
    *,
    file: str,
    header_row: int | None = None,
    hints: TableHints | None = None,
    merged: Collection[tuple[int, int, int]] = (),
) -> Headings:
    """Find the row of the headings.

    It is the first row that is no title. A title fills one cell where most rows fill more (or two
    where they fill five and more). If nothing of that row is known and a row below it holds two
    headings that are known, or more, it is that one. Two rows are joined where the lower one
    stands below a heading that is merged over several columns (控制指标 over 容积率 and 绿地率).

    Parameters
    ----------
    rows
        Number in the file, from 1, and cells; rows that are blank left out. At least one.
    file
        Its name, for messages.
    header_row
        Number of the row, as told; then it is not looked for.
    hints
        What is known of headings.
    merged
        Row, first and last column (from 0) of cells merged side by side.

    Raises
    ------
    FormatError
        There is no row of the number told, or it is blank.

    Examples
    --------
    >>> sheet = [(1, ["2025 年公告", ""]), (3, ["编号", "面积"]), (4, ["A", "2"])]
    >>> found = find_headings(sheet, file="a.csv")
    >>> found.place, found.names, found.notes[0].facts["row"]
    (1, ('编号', '面积'), 3)
    """
    if header_row is None:
        place = _place(rows, hints)
    else:
        known = [place for place, (number, _) in enumerate(rows) if number == header_row]
        if not known:
            raise FormatError("header_row_blank", {"file": file, "row": header_row})
        place = known[0]
    number, upper = rows[place]
    above = [_words(cells) for _, cells in rows[:place]]
    facts = {"row": number, "number": place, "texts": "; ".join(above)}
    notes = [Finding(-1, "headings_below", facts)] if place else []
    below = rows[place + 1][1] if place + 1 < len(rows) else []
    sides = [(first, last) for row, first, last in merged if row == number]
    if not _is_second_row(upper, below, sides, hints):
        return Headings(place=place, depth=1, names=_names(upper), lower={}, notes=tuple(notes))
    joined, parts = _joined(upper, below)
    names = _names(joined)
    lower = {name: part for name, part in zip(names, parts, strict=True) if part}
    notes.append(Finding(-1, "headings_joined", {"row": number, "names": ", ".join(lower)}))
    return Headings(place=place, depth=2, names=names, lower=lower, notes=tuple(notes))


def is_closing_row(cells: Sequence[Any]) -> str:
    """Give the words of a row of sums or remarks; empty for any other row.

    Examples
    --------
    >>> is_closing_row(["合 计", 12]), is_closing_row(["", "备注：见附件"]), is_closing_row(["A-1"])
    ('合 计 | 12', '备注：见附件', '')
    """
    first = next((text for text in map(plain_cell, cells) if text), "")
    said = re.sub(r"\s+", "", unicodedata.normalize("NFKC", first))
    return _words(cells) if _SUMS.fullmatch(said) or _REMARKS.fullmatch(said) else ""


def _words(cells: Sequence[Any]) -> str:
    return " | ".join(text for text in map(plain_cell, cells) if text)[:_SHOWN]


def _filled(cells: Sequence[Any]) -> int:
    return sum(bool(plain_cell(cell)) for cell in cells)


def _is_figure(cell: object) -> bool:
    return isinstance(cell, int | float) or bool(_NUMBER.fullmatch(plain_cell(cell)))


def _place(rows: Sequence[tuple[int, Sequence[Any]]], hints: TableHints | None) -> int:
    looked = [cells for _, cells in rows[:_LOOKED_AT]]
    counts = sorted(map(_filled, looked))
    usual = counts[(3 * len(counts)) // 4]
    few = 0 if usual == 1 else 1 if usual < _WIDE else 2
    first = next((place for place, cells in enumerate(looked) if _filled(cells) > few), 0)
    # A row of figures is data: then what stands above it is the heading, however short.
    place = 0 if any(map(_is_figure, looked[first])) else first
    if hints is None:
        return place
    known = [sum(hints.means(text) for text in map(plain_cell, cells)) for cells in looked]
    best = known.index(max(known))
    return best if not known[place] and known[best] >= _ENOUGH else place


def _is_second_row(
    upper: Sequence[Any],
    lower: Sequence[Any],
    sides: Sequence[tuple[int, int]],
    hints: TableHints | None,
) -> bool:
    """Tell whether the second row holds the lower halves of headings."""
    if not _filled(lower) or any(map(_is_figure, filter(plain_cell, lower))):
        return False
    high = [plain_cell(cell) for cell in upper]
    low = [plain_cell(cell) for cell in lower]
    width = max(len(high), len(low))
    high += [""] * (width - len(high))
    low += [""] * (width - len(low))
    if any(sum(map(bool, low[first : last + 1])) > 1 for first, last in sides):
        return True
    below_blank = [text for above, text in zip(high, low, strict=True) if not above and text]
    starts = next((place for place, text in enumerate(high) if text), 0)
    known = hints is not None and any(map(hints.means, filter(None, low)))
    return bool(known and below_blank and not low[starts])


def _joined(upper: Sequence[Any], lower: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Join the halves; what stands over several columns holds for all that have a lower half."""
    width = max(len(upper), len(lower))
    names: list[str] = []
    parts: list[str] = []
    over = ""
    for place in range(width):
        high = plain_cell(upper[place]) if place < len(upper) else ""
        low = plain_cell(lower[place]) if place < len(lower) else ""
        over = high or (over if low else "")
        both = bool(over and low and over != low)
        names.append(f"{over} {low}" if both else over or low)
        parts.append(low if both else "")
    return names, parts


def _names(cells: Sequence[Any]) -> tuple[str, ...]:
    """Name the columns: blank ones numbered, repeated ones told apart."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, 1):
        stem = plain_cell(cell) or f"column_{number}"
        name, again = stem, 2
        while name in names:
            name, again = f"{stem}_{again}", again + 1
        names[name] = None
    return tuple(names)
