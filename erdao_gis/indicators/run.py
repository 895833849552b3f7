"""A run: one dataset, one set of parameters, one id, and its tables, each computed once.

Whatever shows figures - the screen, pages, reports, workbooks, notebooks - reads the tables of a
run, so that a figure is the same number everywhere, under the same run id.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata, resources
from typing import Any

import pandas as pd
import shapely

from erdao_gis.catalogue import Dataset, Place
from erdao_gis.errors import NotInPlanError, SchemaError
from erdao_gis.indicators.context import WHOLE
from erdao_gis.indicators.engine import Asked, Computed, compute_figure, each_once
from erdao_gis.indicators.indicator import Indicator
from erdao_gis.indicators.inputs import Inputs
from erdao_gis.indicators.own import require_sound, workspace_indicators
from erdao_gis.indicators.own_code import code_facts
from erdao_gis.indicators.registry import indicator, registry, split_id
from erdao_gis.indicators.table import COLUMNS, Table
from erdao_gis.indicators.units import AREAS, UNITS, unit_faults
from erdao_gis.parcels import (
    LimitCheck,
    ParcelFacts,
    PlaceBalance,
    balance_parcels,
    check_parcels,
    facts_of_parcels,
)
from erdao_gis.parcels.balance.balanced_land import Scope

Parameters = Mapping[str, Mapping[str, float | str]]
"""Indicator id -> parameter -> value to use instead of the registry's."""


class Run:
    """One computation over one dataset.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; None for the shipped layers.
    own
        Indicators of your own, computed with the others and with those that the workspace's
        ``indicators.csv`` adds.
    parameters
        Values to use instead of the registry's.
    population, scope
        Of the land balance: residents of the present and of the plan, and which ground is
        balanced; see `balance_parcels`.

    Raises
    ------
    NotInPlanError
        No such indicator or parameter.
    SchemaError
        An id that a shipped indicator has, or a damaged ``indicators.csv``.

    Examples
    --------
    >>> run = Run()
    >>> run.indicators(ids=["axis_length"]).run_id == run.id
    True
    """

    def __init__(
        self,
        place: Place = None,
        *,
        own: Sequence[Indicator] = (),
        parameters: Parameters | None = None,
        population: Sequence[float] = (),
        scope: Scope = "all",
    ) -> None:
        self.dataset = Dataset.open(place)
        self.own = (*workspace_indicators(self.dataset.workspace), *own)
        require_sound(self.own)
        known = {**registry(), **{row.id: row for row in self.own}}
        self._rows = {key: _with_parameters(row, parameters or {}) for key, row in known.items()}
        _require_known(parameters or {}, self._rows)
        self._population, self._scope = tuple(map(float, population)), scope
        self._inputs = Inputs(self.dataset)
        self._figures: dict[tuple[str, str], Computed] = {}

    @classmethod
    def over(cls, place: RunLike = None) -> Run:
        """Return a run over a place; a run is returned as it is."""
        return place if isinstance(place, Run) else cls(place)

    @functools.cached_property
    def id(self) -> str:
        """Hash of the dataset, of all parameters and of the versions that compute.

        The same inputs give the same id, whatever was asked for and in which order.
        """
        told = {
            "dataset": self.dataset.hash(),
            "facts": _facts_hash(),
            "indicators": {
                key: _described(row, own=key not in registry()) for key, row in self._rows.items()
            },
            "balance": {"population": self._population, "scope": self._scope},
            "versions": versions(),
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def indicator(self, figure_id: str) -> Indicator:
        """Return the indicator of a figure id, with the parameters of this run.

        Raises
        ------
        NotInPlanError
            There is none.
        """
        name, variant = split_id(figure_id)
        row = self._rows.get(name)
        if row is None or (variant and variant not in row.variants):
            return indicator(figure_id)  # raises, with near names
        return row

    def knows(self, figure_id: str) -> bool:
        """Tell whether an id begins with that of an indicator of this run."""
        return split_id(figure_id)[0] in self._rows

    @property
    def targets(self) -> tuple[Indicator, ...]:
        """The indicators that follow a target of the plan, or one of their own."""
        return tuple(row for row in self._rows.values() if row.target not in ("", "norm"))

    # --- tables ---

    def indicators(self, unit: str | None = None, *, ids: Iterable[str] | None = None) -> Table:
        """Return the table of indicators for one kind of units; see `compute_indicators`."""
        kind = unit or ""
        if kind and kind not in UNITS:
            facts = {"unit": kind, "names": ", ".join(UNITS)}
            raise NotInPlanError("indicators_unknown_unit", facts)
        asked = self._asked(kind, None if ids is None else list(ids))
        computed = [self._figure(figure, kind) for figure in asked]
        faults = [fault for each in computed for fault in each.faults]
        if kind and UNITS[kind].layer:
            faults += unit_faults(self._inputs.units(kind, 0), kind)
        read = sorted(frozenset().union(*(each.layers for each in computed)))
        return Table(
            frame=pd.DataFrame(
                [record for each in computed for record in each.records], columns=list(COLUMNS)
            ),
            unit=kind,
            run_id=self.id,
            inputs=self.dataset.hashes(read),
            versions=versions(),
            faults=tuple(each_once(faults)),
            features={f.id: each.features for f, each in zip(asked, computed, strict=True)},
            rows={figure.row.id: figure.row for figure in asked},
        )

    @property
    def facts(self) -> ParcelFacts:
        """Facts of every parcel; see `facts_of_parcels`."""
        return facts_of_parcels(self.dataset)

    @property
    def limits(self) -> LimitCheck:
        """What stands on every parcel, held against its limits; see `check_parcels`."""
        return check_parcels(self.dataset)

    @property
    def balance(self) -> PlaceBalance:
        """The land balance for all levels and units; see `balance_parcels`."""
        return balance_parcels(self.dataset, population=self._population, scope=self._scope)

    # --- figures, each once ---

    def supports(self, row: Indicator, unit: str) -> bool:
        """Tell whether an indicator has figures for a kind of units."""
        if not unit:
            return "whole" in row.units
        return unit in row.units or ("areas" in row.units and unit in AREAS)

    def _figure(self, figure: Asked, kind: str) -> Computed:
        key = (figure.id, kind)
        if key not in self._figures:
            self._figures[key] = compute_figure(self._inputs, figure, kind)
        return self._figures[key]

    def _asked(self, kind: str, ids: list[str] | None) -> list[Asked]:
        if ids is None:
            chosen = [(row, "") for row in self._rows.values() if self.supports(row, kind)]
        else:
            chosen = [(self.indicator(name), split_id(name)[1]) for name in ids]
        for row, _ in chosen:
            if not self.supports(row, kind):
                facts = {"indicator": row.id, "unit": kind or WHOLE, "units": ", ".join(row.units)}
                raise SchemaError("indicators_unit_unsupported", facts)
        asked = [
            Asked(row=row, variant=each)
            for row, variant in chosen
            for each in ((variant,) if variant else row.variants or ("",))
        ]
        return list({figure.id: figure for figure in asked}.values())


RunLike = Run | Place
"""A run, or what one can be made over."""


def compute_indicators(
    place: RunLike = None,
    *,
    unit: str | None = None,
    ids: Iterable[str] | None = None,
    own: Sequence[Indicator] = (),
    parameters: Parameters | None = None,
) -> Table:
    """Compute indicators: short for ``Run(place, own=..., parameters=...).indicators(unit)``.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder, or a run; None for the shipped layers.
    unit
        Kind of the units: a name of `erdao_gis.indicators.UNITS`; None for the whole district.
    ids
        Indicators (``park_coverage``) or figures (``park_coverage.walk_people``) to compute;
        all that the unit supports if None.
    own
        Indicators of your own, computed with the others.
    parameters
        Indicator id -> parameter -> value to use instead of the registry's; see the run id.

    Returns
    -------
    Table
        A row for each figure and unit, in the order of the registry.

    Raises
    ------
    NotInPlanError
        No such indicator, unit or parameter.
    SchemaError
        An indicator asked for by name that this unit does not support; null or repeated unit
        ids; negative residents.

    Examples
    --------
    >>> table = compute_indicators(ids=["axis_length"])
    >>> row = table.row("axis_length")
    >>> row["unit"], row["state"], row["low"] < row["value"] < row["high"]
    ('km', 'value', True)
    """
    if own or parameters or not isinstance(place, Run):
        place = place.dataset if isinstance(place, Run) else place
        run = Run(place, own=own, parameters=parameters)
    else:
        run = place
    return run.indicators(unit, ids=ids)


# --- what makes the id ---


def _with_parameters(row: Indicator, parameters: Parameters) -> Indicator:
    if row.id not in parameters:
        return row
    known = dict(row.parameters or {})
    for name, value in parameters[row.id].items():
        if name not in known:
            facts = {"indicator": row.id, "name": name, "names": ", ".join(known)}
            raise NotInPlanError("indicators_unknown_parameter", facts)
        old_unit = known[name].partition(" ")[2]
        # 200 and 200.0 are one value, and one run.
        text = value if isinstance(value, str) else f"{value:.15g}"
        known[name] = f"{text} {old_unit}".strip()
    return dataclasses.replace(row, parameters=known)


def _require_known(parameters: Parameters, rows: Mapping[str, Indicator]) -> None:
    for name in parameters:
        if name not in rows:
            indicator(name)  # raises, with near names


def versions() -> dict[str, str]:
    """Versions of this package and of those that compute."""
    names = ("erdao-gis", "geopandas", "numpy", "pandas", "pyproj", "rasterio", "scipy", "shapely")
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "?"
    return found | {"geos": shapely.geos_version_string}


@functools.cache
def _facts_hash() -> str:
    """Hash the tables of facts that figures rest on beside the layers."""
    digest = hashlib.sha256()
    for folder in ("indicators", "land_use"):
        entries = (resources.files("erdao_gis.shipped") / folder).iterdir()
        for entry in sorted(entries, key=lambda each: each.name):
            if entry.name.endswith(".csv"):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()


def _described(row: Indicator, *, own: bool) -> dict[str, Any]:
    """Tell what makes the figures of an indicator; the version tells the rest of a shipped one."""
    told: dict[str, Any] = {"parameters": dict(row.parameters or {})}
    if own:
        rest = {field.name for field in dataclasses.fields(row)} - {"parameters", "function"}
        told |= {name: repr(getattr(row, name)) for name in rest}
        told |= {"function": code_facts(row.function)}
    return told
