"""The registry of indicators and norms: rows of ``layers/indicators/*.csv``."""

from __future__ import annotations

import csv
import difflib
import functools
import re
from collections.abc import Callable
from importlib import resources

from erdao_gis.catalogue import layer_names
from erdao_gis.errors import NotInPlanError, SchemaError
from erdao_gis.indicators.functions import FUNCTIONS
from erdao_gis.indicators.model import Indicator, Input, Norm, Option

__all__ = ["indicator", "indicator_inputs", "norms", "registry", "split_id"]

_INPUT = re.compile(r"^([a-z0-9_:|*]+)([!@?]*)(?:\[([a-z]+)\])?$")


# Inputs that stand for many layers.
_EVERY: dict[str, Callable[[], list[str]]] = {
    "*plan": lambda: layer_names(role="plan"),
    "*layers": layer_names,
}


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("erdao_gis.shipped") / "indicators" / f"{name}.csv"
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


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


def _number(text: str) -> float | None:
    return float(text) if text else None


def _indicator(row: dict[str, str]) -> Indicator:
    parameters = dict(item.split("=", 1) for item in _listed(row["parameters"]))
    return Indicator(
        id=row["id"],
        group=row["group"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        formula_zh=row["formula_zh"],
        formula_en=row["formula_en"],
        unit=row["unit"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        direction=row["direction"],  # type: ignore[arg-type]  # a test walks every row
        norm=row["norm"],
        clauses=_listed(row["clauses"]),
        register_ids=_listed(row["register_ids"]),
        inputs=indicator_inputs(row["inputs"]),
        units=_listed(row["units"]),
        variants=_listed(row["variants"]),
        ground=row["ground"],
        method=row["method"],
        function=FUNCTIONS[row["function"]],
        parameters=parameters,
        target=row["target"],
        target_operator=row["target_operator"],
        target_value=_number(row["target_value"]),
    )


@functools.cache
def registry() -> dict[str, Indicator]:
    """Return the shipped indicators by id, in the order of the table.

    >>> registry()["park_coverage"].name_en
    'Park service-radius coverage of residential land'
    """
    return {row["id"]: _indicator(row) for row in _rows("indicators")}


@functools.cache
def norms() -> dict[str, Norm]:
    """Return the norms by key.

    >>> norms()["GB55014"].certainty
    'confirmed'
    """
    return {row["key"]: Norm(**row) for row in _rows("norms")}  # type: ignore[arg-type]


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
