"""The registry of indicators and norms: rows of ``layers/indicators/*.csv``."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from erdao_gis.catalogue import layer_names
from erdao_gis.errors import NotInPlanError, SchemaError
from erdao_gis.indicators.functions import FUNCTIONS
from erdao_gis.indicators.indicator import Direction, Indicator, Input, Norm, Option
from erdao_gis.rows import rows_of, shipped_rows
from erdao_gis.wording import Pair

_INPUT = re.compile(r"^([a-z0-9_:|*]+)([!@?]*)(?:\[([a-z]+)\])?$")


# Inputs that stand for many layers.
_EVERY: dict[str, Callable[[], list[str]]] = {
    "*plan": lambda: layer_names(role="plan"),
    "*layers": layer_names,
}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item for item in text.split(";") if item)


def indicator_inputs(text: str) -> tuple[Input, ...]:
    """Read the inputs of an indicator as the registry writes them; see `Input`.

    Raises
    ------
    SchemaError
        Not of that form.

    Examples
    --------
    >>> people, roads = indicator_inputs("residential:population|population[people];roads@[walk]")
    >>> str(people), people.tag, roads.within
    ('residential.population|population', 'people', True)
    """
    found: list[Input] = []
    for item in _listed(text):
        match = _INPUT.match(item)
        if match is None:
            raise SchemaError("indicators_bad_input", {"text": item})
        names, flags, tag = match[1], match[2], match[3] or ""
        every = _EVERY[names]() if names in _EVERY else [names]
        for one in every:
            options = tuple(
                Option(layer=part.partition(":")[0], column=part.partition(":")[2])
                for part in one.split("|")
            )
            found.append(
                Input(
                    options=options,
                    whole="!" in flags,
                    within="@" in flags,
                    optional="?" in flags,
                    tag=tag,
                )
            )
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row of ``layers/indicators/indicators.csv``, or of a workspace's ``indicators.csv``."""

    id: str
    name: Pair
    unit: str
    inputs: str
    function: str
    group: str = "own"
    formula: Pair = Pair(zh="", en="")
    low: float | None = None
    high: float | None = None
    direction: Direction = ""
    norm: str = ""
    clauses: tuple[str, ...] = ()
    register_ids: tuple[str, ...] = ()
    units: tuple[str, ...] = ("whole", "areas")
    variants: tuple[str, ...] = ()
    ground: str = ""
    method: str = ""
    parameters: Mapping[str, str] | None = None
    target: str = ""
    target_operator: str = ""
    target_value: float | None = None


def _indicator(row: _Row, file: str) -> Indicator:
    if row.function not in FUNCTIONS:
        facts = {"file": file, "id": row.id, "function": row.function}
        raise SchemaError("indicators_unknown_function", facts | {"names": ", ".join(FUNCTIONS)})
    told = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    name, formula = told.pop("name"), told.pop("formula")
    return Indicator(
        **told
        | {
            "name_zh": name.zh,
            "name_en": name.en,
            "formula_zh": formula.zh,
            "formula_en": formula.en,
            "inputs": indicator_inputs(row.inputs),
            "function": FUNCTIONS[row.function],
            "parameters": dict(row.parameters or {}),
        }
    )


def read_indicators(text: str, file: str) -> tuple[Indicator, ...]:
    """Read rows of indicators; each names one of our functions, never code.

    Parameters
    ----------
    text
        CSV with the columns of ``layers/indicators/indicators.csv``; ``id``, ``name_zh``,
        ``name_en``, ``unit``, ``inputs`` and ``function`` are needed.
    file
        Name for messages.

    Raises
    ------
    SchemaError
        Columns or cells that do not fit, or a function that does not ship.
    """
    return tuple(_indicator(row, file) for row in rows_of(text, _Row, file=file))


@functools.cache
def registry() -> dict[str, Indicator]:
    """Return the shipped indicators by id, in the order of the table.

    >>> registry()["park_coverage"].name_en
    'Park service-radius coverage of residential land'
    """
    table = "indicators/indicators"
    return {row.id: _indicator(row, f"{table}.csv") for row in shipped_rows(table, _Row)}


@functools.cache
def norms() -> dict[str, Norm]:
    """Return the norms by key.

    >>> norms()["GB55014"].certainty
    'confirmed'
    """
    return {row.key: row for row in shipped_rows("indicators/norms", Norm)}


def split_id(figure_id: str) -> tuple[str, str]:
    """Part a figure's id into the indicator and its variant (empty if it has none).

    >>> split_id("park_coverage.walk_people")
    ('park_coverage', 'walk_people')
    """
    name, _, variant = figure_id.partition(".")
    return name, variant


def indicator(figure_id: str) -> Indicator:
    """Return the indicator of an id, with or without a variant.

    Raises
    ------
    NotInPlanError
        There is none.
    """
    name, variant = split_id(figure_id)
    found = registry().get(name)
    if found is None or (variant and variant not in found.variants):
        near = difflib.get_close_matches(name, registry(), n=5, cutoff=0.4)
        facts = {"id": figure_id, "names": ", ".join(near or list(registry())[:5])}
        raise NotInPlanError("indicators_unknown", facts)
    return found
