"""Which heading of a file is which column of a layer, and in which unit its figures are.

Asked in this order: what the person says, a mapping file, what earlier imports were told (kept in
the workspace), the column's own name, its Chinese title and aliases. Nothing is asked twice: a
column takes one heading, a heading gives one column.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from erdao_gis.catalogue.measuring_units import (
    HeadingForm,
    Side,
    Unit,
    heading_forms,
    in_brackets,
    plain_text,
    ratio_between,
    unit_called,
)
from erdao_gis.catalogue.schema import Column, Layer
from erdao_gis.errors import Finding, SchemaError
from erdao_gis.intake.limit_texts import limit_columns
from erdao_gis.intake.mapping_files import Origin, StatedPair
from erdao_gis.rows import shipped_rows

_Stems = dict[str, list[tuple[bool, str, HeadingForm]]]


@dataclass(frozen=True, kw_only=True)
class HeadingMatch:
    """A heading of the file with its column."""

    heading: str
    column: str
    unit: Unit | None
    "Unit of the figures in the file, where known."
    ratio: Fraction
    "By what figures without a unit of their own are multiplied."
    origin: Origin

    def as_dict(self) -> dict[str, object]:
        """Return the pair as plain values for JSON."""
        return {
            "heading": self.heading,
            "column": self.column,
            "unit": self.unit.key if self.unit else "",
            "factor": float(self.ratio),
            "from": self.origin,
        }


@dataclass(frozen=True, kw_only=True)
class Matched:
    """All pairs, and what should be looked at."""

    headings: tuple[str, ...]
    "Of the file."
    pairs: tuple[HeadingMatch, ...]
    notes: tuple[Finding, ...]
    "Keys of messages with their facts."
    said: tuple[StatedPair, ...]
    "The stated pairs that were used; those that leave a heading alone included."

    def pair_of(self, column: str) -> HeadingMatch | None:
        """Give the pair that fills `column`, or None."""
        return next((pair for pair in self.pairs if pair.column == column), None)


@dataclass(frozen=True, kw_only=True)
class _Alias:
    """A row of ``layers/catalogue/aliases.csv``."""

    layer: str
    column: str
    alias: str
    found_in: str


@functools.cache
def _more_aliases() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in shipped_rows("catalogue/aliases", _Alias):
        key = (row.layer, row.column)
        found[key] = (*found.get(key, ()), row.alias)
    return found


def column_names_of(layer: Layer, column: Column) -> tuple[str, ...]:
    """Give all headings that mean `column`, in plain form, its own name first.

    Examples
    --------
    >>> from erdao_gis.catalogue.schema import layer_schema
    >>> parcels = layer_schema("parcels")
    >>> column_names_of(parcels, parcels.column("supply"))
    ('supply', '供地方式', '供应方式', '出让方式')
    """
    more = _more_aliases().get((layer.name, column.name), ())
    names = (column.name, *column.aliases, column.title_zh, *more)
    return tuple(dict.fromkeys(plain_text(name) for name in names))


def match_headings(
    layer: Layer,
    headings: Sequence[str],
    said: Sequence[StatedPair],
    *,
    file: str,
    lower: Mapping[str, str] | None = None,
) -> Matched:
    """Match headings to columns: as stated, by name, then by alias; each column once.

    Parameters
    ----------
    layer
        Whose columns are looked for.
    headings
        Of the file.
    said
        Stated pairs, those that go first at the beginning. Headings that the file lacks are left
        aside, unless they were told for this import.
    file
        Its name, for messages.
    lower
        Of headings in two rows (控制指标 over 容积率) the lower part, which means the column.

    Raises
    ------
    SchemaError
        A heading, column or unit that does not exist, a column stated twice, or a unit of
        another kind than the column's.

    Examples
    --------
    >>> from erdao_gis.catalogue.schema import layer_schema
    >>> found = match_headings(layer_schema("parcels"), ["面积（亩）"], (), file="a.csv")
    >>> found.pairs[0].column, round(float(found.pairs[0].ratio), 3)
    ('area_m2', 666.667)
    """
    work = _Matching(layer=layer, headings=headings, file=file, lower=lower or {})
    used = tuple(work.stated(said))
    pairs = {pair.heading: pair for pair in map(work.stated_pair, used) if pair is not None}
    decided = {one.heading for one in used}
    notes: list[Finding] = []
    stems = work.stems(heading for heading in headings if heading not in decided)
    taken = {pair.column for pair in pairs.values()}
    for column in layer.columns:
        pair = None if column.name in taken else work.by_name(column, stems, pairs, notes)
        if pair is not None:
            pairs[pair.heading] = pair
    free = [h for h in headings if h not in decided and h not in pairs]
    notes += work.left_over(free, pairs)
    ordered = tuple(pairs[heading] for heading in headings if heading in pairs)
    return Matched(headings=tuple(headings), pairs=ordered, notes=tuple(notes), said=used)


@dataclass(frozen=True, kw_only=True)
class _Matching:
    layer: Layer
    headings: Sequence[str]
    file: str
    lower: Mapping[str, str]

    def forms(self, heading: str) -> list[HeadingForm]:
        """Give a heading with ever less of it; of two rows the whole first, then the lower."""
        part = self.lower.get(heading)
        return heading_forms(heading) + (heading_forms(part) if part else [])

    def stems(self, headings: Iterable[str]) -> _Stems:
        """Find headings by what is left of them; those that are it exactly come first."""
        found: _Stems = {}
        for heading in headings:
            for number, form in enumerate(self.forms(heading)):
                found.setdefault(form.stem, []).append((number > 0, heading, form))
        return {stem: sorted(steps, key=lambda step: step[0]) for stem, steps in found.items()}

    def stated(self, said: Sequence[StatedPair]) -> Iterator[StatedPair]:
        """Choose the stated pairs that hold for this file, the earlier going first."""
        headings: set[str] = set()
        columns: dict[str, StatedPair] = {}
        for one in said:
            self._known(one)
            if one.heading in headings or one.heading not in self.headings:
                continue
            headings.add(one.heading)
            rival = columns.get(one.column) if one.column else None
            if rival is not None and rival.origin == one.origin:
                doubled = ", ".join(f"{o.heading}={o.column}" for o in (rival, one))
                raise SchemaError("mapping_twice", {"file": self.file, "pairs": doubled})
            if rival is None:
                columns[one.column] = one
                yield one

    def _known(self, one: StatedPair) -> None:
        """Refuse a stated pair with a heading, a column or a unit that does not exist."""
        facts = {
            "file": one.where or self.file,
            "heading": one.heading,
            "column": one.column,
            "headings": ", ".join(self.headings),
            "columns": ", ".join(self.layer.column_names),
        }
        if one.column and self.layer.column(one.column) is None:
            raise SchemaError("mapping_column_unknown", facts | {"layer": self.layer.name})
        if one.origin == "told" and one.heading not in self.headings:
            raise SchemaError("mapping_unknown", facts)
        if one.unit and unit_called(one.unit) is None:
            said = {"file": one.where or self.file, "heading": one.heading, "unit": one.unit}
            raise SchemaError("unit_unknown", said)

    def stated_pair(self, one: StatedPair) -> HeadingMatch | None:
        """Make the pair that somebody stated; None where a heading is to be left alone."""
        column = self.layer.column(one.column) if one.column else None
        if column is None:
            return None
        form = self.forms(one.heading)[-1]
        unit = unit_called(one.unit) if one.unit else form.unit
        if column.type != "number":
            unit = None
        ratio = self._ratio(unit, column)
        if ratio is None:
            raise SchemaError("unit_other_kind", self._of_unit(one.heading, column, unit))
        return HeadingMatch(
            heading=one.heading,
            column=column.name,
            unit=unit,
            ratio=ratio,
            origin=one.origin,
        )

    def by_name(
        self, column: Column, stems: _Stems, pairs: Mapping[str, HeadingMatch], notes: list[Finding]
    ) -> HeadingMatch | None:
        """Find the heading that is called like `column`."""
        side, other = self._sides(column)
        names = column_names_of(self.layer, column)
        for place, name in enumerate((*names, *other)):
            for heading, form in _called(name, stems):
                if heading in pairs or (column.type != "number" and (form.unit or form.side)):
                    continue
                # 容积率（≥） is the minimum, whatever 容积率 alone would be.
                if form.side != side and (form.side or name not in names):
                    continue
                if form.other is not None:
                    facts = self._of_unit(heading, column, form.unit)
                    facts |= {"other_zh": form.other.name_zh, "other_en": form.other.name_en}
                    notes.append(Finding(-1, "unit_ambiguous", facts))
                    continue
                ratio = self._ratio(form.unit, column)
                if ratio is None:
                    facts = self._of_unit(heading, column, form.unit)
                    notes.append(Finding(-1, "unit_left_alone", facts))
                    continue
                return HeadingMatch(
                    heading=heading,
                    column=column.name,
                    unit=form.unit,
                    ratio=ratio,
                    origin="alias" if place else "name",
                )
        return None

    def _ratio(self, unit: Unit | None, column: Column) -> Fraction | None:
        """Tell by what figures are multiplied; None for a unit of another kind."""
        if unit is None:
            return Fraction(1)
        # A floor area ratio is no count: 40年 or 18层 is something else.
        side, _ = self._sides(column)
        return ratio_between(unit, column.unit, counted=side is None)

    def _sides(self, column: Column) -> tuple[Side | None, tuple[str, ...]]:
        """Tell which limit the column is, and how the column of the other limit is called."""
        for pair in limit_columns(self.layer.name):
            if column.name in (pair.least, pair.most):
                side: Side = "least" if column.name == pair.least else "most"
                other = self.layer.column(pair.most if side == "least" else pair.least)
                return side, column_names_of(self.layer, other) if other else ()
        return None, ()

    def left_over(
        self, free: Sequence[str], pairs: Mapping[str, HeadingMatch]
    ) -> Iterator[Finding]:
        """Tell of headings that mean a column which another heading fills already."""
        filled = {
            name: pair
            for pair in pairs.values()
            if (column := self.layer.column(pair.column)) is not None
            for name in column_names_of(self.layer, column)
        }
        for heading in free:
            steps = self.forms(heading)
            pair = next((filled[form.stem] for form in steps if form.stem in filled), None)
            # What stands twice in a table is read as 容积率 and 容积率_2.
            first, _, number = heading.rpartition("_")
            if pair is None and number.isdigit():
                pair = pairs.get(first)
            if pair is not None:
                other = {"heading": heading, "column": pair.column, "other": pair.heading}
                yield Finding(-1, "heading_not_needed", other)
                continue
            column, said = self._with_brackets(heading, pairs)
            if column is not None:
                facts = self._of_unit(heading, column, None) | {"said": said}
                yield Finding(-1, "heading_unit_unknown", facts)

    def _with_brackets(
        self, heading: str, pairs: Mapping[str, HeadingMatch]
    ) -> tuple[Column | None, str]:
        """Find the column of figures that a heading would fill but for what its brackets say."""
        stem, said = in_brackets(self.lower.get(heading, heading))
        filled = {pair.column for pair in pairs.values()}
        forms = heading_forms(stem) if said else []
        if any(form.unit or form.side for form in forms) or not forms:
            return None, ""
        for column in self.layer.columns:
            known = column.type == "number" and column.name not in filled
            if known and forms[-1].stem in column_names_of(self.layer, column):
                return column, said
        return None, ""

    def _of_unit(self, heading: str, column: Column, unit: Unit | None) -> dict[str, object]:
        known = unit_called(column.unit) if column.unit else None
        return {
            "file": self.file,
            "heading": heading,
            "column": column.name,
            "unit_zh": unit.name_zh if unit else "–",
            "unit_en": unit.name_en if unit else "–",
            "column_unit_zh": known.name_zh if known else "–",
            "column_unit_en": known.name_en if known else "–",
        }


def _called(name: str, stems: _Stems) -> list[tuple[str, HeadingForm]]:
    """Give the headings of this name, those that are it exactly before those with a unit."""
    return [(heading, form) for _, heading, form in stems.get(name, ())]
