"""Units as they stand in headings and cells: 面积（亩）, AREA_HA, 起始价/万元, 24米.

The units are rows of ``layers/catalogue/units.csv``: a dimension, and how many of the dimension's
own unit one is, as a fraction, so that 15 亩 are 10,000 m2 exactly.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from erdao_gis.rows import shipped_rows

Side = Literal["least", "most"]

# What a column without a unit may count.
_COUNTED = frozenset({"count", "storeys", "time", "persons"})
_BLANK = re.compile(r"\s+")
_IN_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]$")
_BETWEEN = re.compile("[,、;:]|单位")
_SEPARATORS = "/_-"
_LONGEST = 100  # characters of a heading that is looked into


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of measure."""

    key: str
    "As the columns of the catalogue name it."
    dimension: str
    "Only units of one dimension are converted into each other."
    numerator: int
    denominator: int
    name_zh: str
    name_en: str
    names: tuple[str, ...]
    "What headings and cells call it."

    @property
    def ratio(self) -> Fraction:
        """How many of the dimension's own unit (m2, m, 1, CNY ...) one of it is."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, kw_only=True)
class LimitWord:
    """A word or sign that makes a figure a limit, such as 不大于 or 以下."""

    word: str
    place: Literal["before", "after"]
    "Where it stands beside the figure."
    side: Side
    about: str


@dataclass(frozen=True, kw_only=True)
class HeadingForm:
    """A heading without what it says of the unit and of the side of a limit."""

    stem: str
    unit: Unit | None = None
    side: Side | None = None
    other: Unit | None = None
    "A second unit that the heading names: which one holds cannot be told."


def plain_text(text: str) -> str:
    """Write half width, in small letters and without blanks; ㎡ becomes m2.

    Examples
    --------
    >>> plain_text("用地面积 （㎡）")
    '用地面积(m2)'
    """
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).casefold()


@functools.cache
def _units() -> dict[str, Unit]:
    """All units by their key and by every plain name."""
    found: dict[str, Unit] = {}
    for unit in shipped_rows("catalogue/units", Unit):
        for name in (unit.key, *unit.names):
            found[plain_text(name)] = unit
    return found


def unit_called(name: str) -> Unit | None:
    """Give the unit of this name; None if there is none.

    Examples
    --------
    >>> unit_called("㎡").key, unit_called("市亩").key, unit_called("x")
    ('m2', 'mu', None)
    """
    return _units().get(plain_text(name))


@functools.cache
def unit_names() -> tuple[str, ...]:
    """All names of units in plain form, the longest first."""
    return tuple(sorted(_units(), key=lambda name: (-len(name), name)))


def area_units() -> tuple[Unit, ...]:
    """Units of area, each size once.

    Examples
    --------
    >>> [unit.key for unit in area_units()]
    ['m2', 'ha', 'mu', 'km2']
    """
    found: dict[Fraction, Unit] = {}
    for unit in _units().values():
        if unit.dimension == "area":
            found.setdefault(unit.ratio, unit)
    return tuple(found.values())


def ratio_between(unit: Unit, column_unit: str, *, counted: bool = True) -> Fraction | None:
    """Tell by what a figure in `unit` is multiplied to be in the unit of a column.

    Parameters
    ----------
    unit
        Of the figure.
    column_unit
        Key of the column's unit; empty for a plain number.
    counted
        Whether a plain number may be a count (of storeys, years, persons); a floor area ratio is
        none and takes shares only.

    Returns
    -------
    fractions.Fraction or None
        None if they measure different things.

    Examples
    --------
    >>> float(ratio_between(unit_called("亩"), "m2")), ratio_between(unit_called("米"), "m2")
    (666.6666666666666, None)
    """
    if not column_unit:
        fits = unit.dimension in _COUNTED if counted else unit.key == "share"
        return unit.ratio if fits else None
    into = _units().get(plain_text(column_unit))
    if into is None or into.dimension != unit.dimension:
        return None
    return unit.ratio / into.ratio


@functools.cache
def limit_words() -> tuple[LimitWord, ...]:
    """Words and signs of limits, the longest first; rows of ``limit_words.csv``."""
    found = [
        replace(row, word=plain_text(row.word))
        for row in shipped_rows("catalogue/limit_words", LimitWord)
    ]
    return tuple(sorted(found, key=lambda word: (-len(word.word), word.word)))


def _side_called(text: str) -> Side | None:
    return next((word.side for word in limit_words() if word.word == text), None)


def heading_forms(heading: str) -> list[HeadingForm]:
    """Give a heading as it is, and step by step without units and signs of limits.

    Parameters
    ----------
    heading
        Of a file. The unit may stand in brackets, behind ``/``, ``_`` or ``-``, or at the end.

    Returns
    -------
    list of HeadingForm
        Stems in plain form, the whole heading first.

    Examples
    --------
    >>> form = heading_forms("绿地率（≥，%）")[-1]
    >>> form.stem, form.unit.key, form.side
    ('绿地率', '%', 'least')
    >>> heading_forms("AREA_HA")[-1].stem, heading_forms("建筑限高m")[-1].unit.key
    ('area', 'm')
    """
    form = HeadingForm(stem=plain_text(heading))
    forms = [form]
    if len(form.stem) > _LONGEST:
        return forms
    while (shorter := _shortened(form)) is not None:
        form = shorter
        forms.append(form)
    return forms


def _shortened(form: HeadingForm) -> HeadingForm | None:
    """Take one unit or sign off the end of a heading; None if there is none."""
    for stem, said in itertools.chain(_bracketed(form.stem), _separated(form.stem)):
        units = [unit for part in said if (unit := _units().get(part)) is not None]
        sides = [side for part in said if (side := _side_called(part)) is not None]
        if not stem or not said or len(units) + len(sides) < len(said):
            continue
        named = [unit for unit in (form.unit, *units) if unit is not None]
        return HeadingForm(
            stem=stem,
            unit=named[0] if named else None,
            side=form.side or next(iter(sides), None),
            other=form.other or next((unit for unit in named if unit.key != named[0].key), None),
        )
    return None


def in_brackets(heading: str) -> tuple[str, str]:
    """Give a heading without the brackets at its end, and what stands in them, if anything.

    Examples
    --------
    >>> in_brackets("面积（万亩）"), in_brackets("面积")
    (('面积', '万亩'), ('面积', ''))
    """
    plain = unicodedata.normalize("NFKC", heading).strip()
    found = _IN_BRACKETS.search(plain) if len(plain) <= _LONGEST else None
    return (plain, "") if found is None else (plain[: found.start()].strip(), found[1].strip())


def _bracketed(text: str) -> Iterator[tuple[str, list[str]]]:
    found = _IN_BRACKETS.search(text)
    if found is None:
        return
    before = text[: found.start()]
    yield before, [found[1]]
    yield before, [part for part in _BETWEEN.split(found[1]) if part]
    signed = next((w.word for w in limit_words() if found[1].startswith(w.word)), "")
    if signed:
        yield before, [part for part in (signed, found[1].removeprefix(signed)) if part]


def _separated(text: str) -> Iterator[tuple[str, list[str]]]:
    # From the left, so that the unit of 起始价/元/平方米 is 元/平方米.
    for place, sign in enumerate(text):
        if sign in _SEPARATORS:
            yield text[:place], [text[place + 1 :]]
    for name in (*unit_names(), *(word.word for word in limit_words())):
        stem = text.removesuffix(name)
        # "ram" is no length: a Latin unit stands alone only behind Chinese.
        joined = stem[-1:].isascii() and stem[-1:].isalnum() and name[0].isascii()
        if stem != text and not (joined and name[0].isalnum()):
            yield stem, [name]
