"""Limits as notices write them: ≤2.5, 不高于80米, 1.0-2.5, 1.0<容积率≤2.5, 大于1.0且小于等于2.5.

What is not understood is left as it is, for the check to name. A limit "below" a figure is kept
as "at most" that figure: the layers do not tell the two apart.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from erdao_gis.catalogue.measuring_units import (
    Side,
    limit_words,
    plain_text,
    ratio_between,
    unit_called,
    unit_names,
)
from erdao_gis.rows import shipped_rows

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
# A blank, or the end of a line, between two figures: which of them is meant cannot be told.
_TWO_FIGURES = re.compile(r"[\d.,，．]\s+[\d.．]")
# NFKC would make 22 of 2² and 1 of ①; behind a letter, as in m², they belong to a unit.
_CHANGED_FIGURE = ("<super>", "<sub>", "<circle>", "<fraction>")
# Heights and ratios reach no thousand: there a comma stands between two figures.
_COUNTED_IN_THOUSANDS = frozenset({"area", "money", "price", "persons", "count"})
_FIGURE = r"\d{1,15}(?:\.\d{1,15})?"
_BETWEEN = "[-~–—至到]"
_AND = "(?:且|并且|并|和|,|;|、)?"


@dataclass(frozen=True, kw_only=True)
class LimitColumns:
    """The two columns of a layer that hold the limits of one quantity."""

    layer: str
    least: str
    most: str
    names: tuple[str, ...]
    "What texts call the quantity."


@dataclass(frozen=True, kw_only=True)
class LimitFigures:
    """What a text says, in the unit of the column."""

    plain: float | None = None
    "A figure that says nothing of its side."
    least: float | None = None
    most: float | None = None


@functools.cache
def limit_columns(layer: str) -> tuple[LimitColumns, ...]:
    """Give the pairs of limit columns of a layer; rows of ``limit_columns.csv``.

    Examples
    --------
    >>> limit_columns("parcels")[0].most
    'floor_area_ratio_max'
    """
    return tuple(
        replace(row, names=tuple(plain_text(name) for name in row.names))
        for row in shipped_rows("catalogue/limit_columns", LimitColumns)
        if row.layer == layer
    )


def _any_of(words: Sequence[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in words) + ")"


@functools.cache
def _words(place: str) -> dict[str, Side]:
    return {word.word: word.side for word in limit_words() if word.place == place}


@functools.cache
def _amount() -> str:
    return f"({_FIGURE})({_any_of(unit_names())})?"


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    before, after = _any_of(list(_words("before"))), _any_of(list(_words("after")))
    amount = _amount()
    return {
        "plain": re.compile(amount),
        "range": re.compile(f"{amount}{_BETWEEN}{amount}"),
        "before": re.compile(f"({before}){amount}"),
        "after": re.compile(f"{amount}({after})"),
        "chain": re.compile(f"{amount}({before})({before}){amount}"),
    }


def _in_unit(
    figure: str, said: str | None, unit: str, ratio: Fraction, *, limit: bool = True
) -> float | None:
    """Give a figure in the unit of the column; None if its own unit measures something else."""
    own = unit_called(said) if said else None
    by = ratio if own is None else ratio_between(own, unit, counted=not limit)
    return None if by is None else float(Fraction(figure) * by)


def _is_clear(text: str) -> bool:
    """Tell whether a text holds no two figures side by side and no raised or circled ones."""
    if _TWO_FIGURES.search(text.strip()):
        return False
    before = ""
    for sign in text:
        if unicodedata.decomposition(sign).startswith(_CHANGED_FIGURE) and not before.isalpha():
            return False
        before = sign
    return True


def _without_commas(text: str) -> str:
    return _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)


def read_figure(text: str, unit: str = "", *, ratio: Fraction = Fraction(1)) -> float | None:
    """Read a figure, perhaps with its unit, such as 40年 or 1,200.5.

    Parameters
    ----------
    text
        Of one cell.
    unit
        Of the column; what the text gives in another unit of the same kind is converted.
    ratio
        By what a figure without a unit is multiplied.

    Returns
    -------
    float or None
        None if the text is anything else, also two figures in one cell (24 and 36 in two lines).

    Examples
    --------
    >>> read_figure("15亩", "m2"), read_figure("４０年", "years")
    (10000.0, 40.0)
    >>> read_figure("住宅70年，商服40年", "years") is None
    True
    """
    column = unit_called(unit) if unit else None
    thousands = column is None or column.dimension in _COUNTED_IN_THOUSANDS
    plain = plain_text(text)
    said = _without_commas(plain) if thousands else plain
    found = _patterns()["plain"].fullmatch(said) if _is_clear(text) else None
    return None if found is None else _in_unit(found[1], found[2], unit, ratio, limit=False)


def read_limit(
    text: str, unit: str = "", *, names: Sequence[str] = (), ratio: Fraction = Fraction(1)
) -> LimitFigures | None:
    """Read a limit as notices write it.

    Parameters
    ----------
    text
        Of one cell.
    unit
        Of the column.
    names
        What the quantity is called in texts, in plain form.
    ratio
        By what figures without a unit are multiplied.

    Returns
    -------
    LimitFigures or None
        None if the text is anything else: nothing is guessed. A floor area ratio (no unit) takes
        no unit but a share.

    Examples
    --------
    >>> read_limit("1.0<容积率≤2.5", names=["容积率"])
    LimitFigures(plain=None, least=1.0, most=2.5)
    >>> read_limit("不高于80米", "m").most, read_limit("≥35%", "%").least, read_limit("约30")
    (80.0, 35.0, None)
    """
    if not _is_clear(text):
        return None
    said = plain_text(text)
    for name in sorted(names, key=len, reverse=True):
        said = _without_name(said, name)
    said = said.removeprefix(":")
    patterns = _patterns()
    if found := patterns["plain"].fullmatch(said):
        value = _in_unit(found[1], found[2], unit, ratio)
        return None if value is None else LimitFigures(plain=value)
    if found := patterns["range"].fullmatch(said):
        low, low_unit, high, high_unit = found.groups()
        return _between(
            _in_unit(low, low_unit or high_unit, unit, ratio),
            _in_unit(high, high_unit, unit, ratio),
        )
    if found := patterns["chain"].fullmatch(said):
        return _chained(found, unit, ratio)
    return _conditions(said, unit, ratio)


def _without_name(said: str, name: str) -> str:
    """Take the name of the quantity out; a Latin one only beside a sign: R2 is a land use."""
    if said.count(name) != 1:
        return said
    if not name.isascii():
        return said.replace(name, "")
    sign = _any_of(list(_words("before")))
    return re.sub(
        f"^{re.escape(name)}(?={sign}|:)|(?<=[<>≤≥≦≧=]){re.escape(name)}(?={sign})", "", said
    )


def _between(least: float | None, most: float | None) -> LimitFigures | None:
    return None if least is None or most is None else LimitFigures(least=least, most=most)


def _chained(found: re.Match[str], unit: str, ratio: Fraction) -> LimitFigures | None:
    """Read 1.0<R≤2.5, or 2.5≥R>1.0, from which the name was taken."""
    one, one_unit, first, second, other, other_unit = found.groups()
    sides = _words("before")
    if sides[first] != sides[second]:
        return None
    left = _in_unit(one, one_unit or other_unit, unit, ratio)
    right = _in_unit(other, other_unit, unit, ratio)
    return _between(left, right) if sides[first] == "most" else _between(right, left)


def _conditions(said: str, unit: str, ratio: Fraction) -> LimitFigures | None:
    """Read one limit, or one on each side."""
    found: dict[Side, float] = {}
    rest = said
    while rest:
        for place in ("before", "after"):
            hit = _patterns()[place].match(rest)
            if hit is None:
                continue
            word, figure, own = (hit[1], hit[2], hit[3]) if place == "before" else (
                hit[3], hit[1], hit[2])  # fmt: skip
            side = _words(place)[word]
            value = _in_unit(figure, own, unit, ratio)
            if value is None or side in found:
                return None
            found[side] = value
            rest = rest[hit.end() :]
            joined = re.match(_AND, rest)
            rest = rest[joined.end() :] if joined and rest[joined.end() :] else rest
            break
        else:
            return None
    return LimitFigures(least=found.get("least"), most=found.get("most")) if found else None
