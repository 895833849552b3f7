"""From the registry to the table: states, bands, targets, each figure once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from erdao_gis.catalogue import Workspace, layer_names
from erdao_gis.errors import Language, NotInPlanError, SchemaError
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.model import Indicator, Option, Result
from erdao_gis.indicators.motion import has_place, is_doubtful
from erdao_gis.indicators.registry import indicator, registry, split_id
from erdao_gis.indicators.run import Run
from erdao_gis.indicators.table import COLUMNS, Table
from erdao_gis.indicators.targets import gap_to, target_of
from erdao_gis.indicators.units import AREAS, UNITS, unit_faults
from erdao_gis.wording import words

__all__ = ["compute_indicators"]

_GRADES = "ABCD"
_DISTRICT = Option(layer="district")


class _Asked(NamedTuple):
    row: Indicator
    variant: str

    @property
    def id(self) -> str:
        return f"{self.row.id}.{self.variant}" if self.variant else self.row.id


def compute_indicators(
    workspace: Workspace | Path | str | None = None,
    *,
    unit: str | None = None,
    ids: Iterable[str] | None = None,
    own: Sequence[Indicator] = (),
    parameters: Mapping[str, Mapping[str, float | str]] | None = None,
) -> Table:
    """Compute the indicators of the registry.

    Parameters
    ----------
    workspace
        Folder of a workspace; without it the shipped layers are measured.
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
    kind = unit or ""
    if kind and kind not in UNITS:
        raise NotInPlanError("indicators_unknown_unit", {"unit": kind, "names": ", ".join(UNITS)})
    known = {**registry(), **{row.id: row for row in own}}
    rows = {key: _with_parameters(row, parameters or {}) for key, row in known.items()}
    _require_known(parameters or {}, rows)
    asked = _asked(rows, kind, None if ids is None else list(ids))
    run = Run(workspace)
    records: list[dict[str, Any]] = []
    features: dict[str, dict[str, tuple[str, ...]]] = {}
    read: set[str] = set()
    for figure in asked:
        found, context = _figure(run, figure, kind)
        records += found
        features[figure.id] = {name: tuple(keys) for name, keys in sorted(context.used.items())}
        read |= {*context.used, *context.seen, *_layers_of(figure)}
    faults = list(run.faults)
    if kind and UNITS[kind].layer:
        faults += unit_faults(run.units(kind, UNITS[kind].layer, 0), kind)
    inputs = run.hashes(read)
    return Table(
        frame=pd.DataFrame(records, columns=list(COLUMNS)),
        unit=kind,
        run_id=_run_id(asked, kind, inputs),
        inputs=inputs,
        versions=versions(),
        faults=tuple(faults),
        features=features,
    )


def _with_parameters(
    row: Indicator, parameters: Mapping[str, Mapping[str, float | str]]
) -> Indicator:
    if row.id not in parameters:
        return row
    known = dict(row.parameters or {})
    for name, value in parameters[row.id].items():
        if name not in known:
            facts = {"indicator": row.id, "name": name, "names": ", ".join(known)}
            raise NotInPlanError("indicators_unknown_parameter", facts)
        old_unit = known[name].partition(" ")[2]
        known[name] = f"{value} {old_unit}".strip()
    return dataclasses.replace(row, parameters=known)


def _require_known(
    parameters: Mapping[str, Mapping[str, float | str]], rows: Mapping[str, Indicator]
) -> None:
    for name in parameters:
        if name not in rows:
            indicator(name)  # raises, with near names


def _supports(row: Indicator, kind: str) -> bool:
    if not kind:
        return "whole" in row.units
    return kind in row.units or ("areas" in row.units and kind in AREAS)


def _asked(rows: Mapping[str, Indicator], kind: str, ids: list[str] | None) -> list[_Asked]:
    if ids is None:
        chosen = [(row, "") for row in rows.values() if _supports(row, kind)]
    else:
        chosen = []
        for name in ids:
            key, variant = split_id(name)
            row = rows.get(key) or indicator(name)
            if variant and variant not in row.variants:
                indicator(name)
            if not _supports(row, kind):
                facts = {"indicator": key, "unit": kind or WHOLE, "units": ", ".join(row.units)}
                raise SchemaError("indicators_unit_unsupported", facts)
            chosen.append((row, variant))
    asked = [
        _Asked(row, each)
        for row, variant in chosen
        for each in ((variant,) if variant else row.variants or ("",))
    ]
    return list({figure.id: figure for figure in asked}.values())


def _layers_of(figure: _Asked) -> list[str]:
    inputs = figure.row.inputs_for(figure.variant)
    return [option.layer for item in inputs for option in item.options]


# --- one figure ---


def _figure(run: Run, figure: _Asked, kind: str) -> tuple[list[dict[str, Any]], Context]:
    """Compute one figure for all units; its rows, and the context that tells what was used."""
    context = Context(run, figure.row, variant=figure.variant, unit=kind)
    lacking = _lacking(run, figure, kind)
    if lacking:
        keys = _unit_keys(run, kind) or [WHOLE]
        return [_record(figure, str(key), {"missing": lacking}) for key in keys], context
    result = figure.row.function(context)
    value = result.figure()
    open_inputs = _open_inputs(run, figure, context)
    floor = result.floor or bool(open_inputs)
    low, high = _band(run, figure, kind, context, result)
    unplaced = _unplaced(run, kind)
    rows = []
    evidence = _evidence(context)
    for key in value.index:
        facts: dict[str, Any] = {"evidence": evidence}
        number, not_joined = float(value[key]), context.not_joined_of(key)
        at_least = floor or bool(not_joined)
        if key in unplaced:
            facts["missing"] = (f"{UNITS[kind].layer}:{key}",)
        elif not np.isfinite(number):
            facts["missing"] = not_joined or result.missing
        elif at_least and number == 0:
            # Nothing found in a layer that is known to be incomplete is no finding.
            facts["missing"] = (*open_inputs, *not_joined) or result.missing
        else:
            facts |= {"value": number, "state": "lower_bound" if at_least else "value"}
            facts |= {"low": float(low[key]), "high": np.nan if at_least else float(high[key])}
        rows.append(_record(figure, str(key), facts))
    return rows, context


def _lacking(run: Run, figure: _Asked, kind: str) -> tuple[str, ...]:
    """Name the inputs without which there is no figure; the units' own layer first."""
    found = []
    if kind and UNITS[kind].layer and (~has_place(run.layer(UNITS[kind].layer))).all():
        found.append(UNITS[kind].layer)
    for item in figure.row.inputs_for(figure.variant):
        chosen = next((one for one in item.options if run.available(one)), None)
        if chosen is None:
            if not item.optional:
                found.append(str(item))
        elif item.whole and not _own(kind, chosen.layer):
            if run.state(chosen.layer) == "partial":
                found.append(f"{chosen.layer}:partial")
            elif run.unplaced(chosen.layer):
                found.append(f"{chosen.layer}:unplaced")
    needs_land = figure.row.units and figure.row.group not in ("data", "reported")
    if needs_land and kind not in AREAS and not run.available(_DISTRICT):
        found.append("district")
    return tuple(dict.fromkeys(found))


def _own(kind: str, layer: str) -> bool:
    """Tell whether each unit is a feature of the layer: the others do not matter to it."""
    apart = kind not in ("", *AREAS) and UNITS[kind].layer == layer
    return apart or layer in ("scene", "statistics")


def _open_inputs(run: Run, figure: _Asked, context: Context) -> tuple[str, ...]:
    """Name the layers that leave a figure open: partial, with rows unplaced or not joined."""
    found = []
    for item in figure.row.inputs_for(figure.variant):
        name = context.chosen(item).layer
        frame = context.seen.get(name)
        if frame is None or (item.within and run.extent(name) is not None):
            continue  # not used, or measured only where it is complete
        if _own(context.unit, name):
            continue
        if run.state(name) == "partial":
            found.append(f"{name}:partial")
        elif run.unplaced(name).intersection(frame.index):
            found.append(f"{name}:unplaced")
    return (*found, *context.not_joined)


def _band(
    run: Run, figure: _Asked, kind: str, context: Context, result: Result
) -> tuple[pd.Series, pd.Series]:
    """Compute the figure with all shapes at their smallest and at their largest."""
    value = result.figure()
    if result.low is not None and result.high is not None:
        return result.low.reindex(value.index), result.high.reindex(value.index)
    none = pd.Series(np.nan, index=value.index)
    if not result.geometric or not any(is_doubtful(frame) for frame in context.seen.values()):
        return none, none
    least, most = (
        figure.row.function(
            Context(run, figure.row, variant=figure.variant, unit=kind, doubt=doubt)
        )
        for doubt in (-1, 1)
    )
    # Numerator and denominator each at the end that widens the result.
    low, high = _quotient(least, most, value.index), _quotient(most, least, value.index)
    row = figure.row
    high = high.fillna(np.inf if row.high is None else row.high).clip(upper=row.high)
    low = low.fillna(0.0 if row.low is None else row.low).clip(lower=row.low)
    low = low.where(~(low > value), value)
    high = high.where(~(high < value), value)
    return low, high.replace(np.inf, np.nan)


def _quotient(above: Result, below: Result, index: pd.Index) -> pd.Series:
    """Divide one run's amount by the other's divisor; what was erased counts as nothing."""
    amount = above.amount.reindex(index).astype(float).fillna(0.0) * above.scale
    if below.per is None:
        return amount
    per = below.per.reindex(index).astype(float).fillna(0.0)
    return amount / per.where(per > 0)


def _unit_keys(run: Run, kind: str) -> list[Any]:
    if kind == "layers":
        return layer_names(role="plan")
    return list(run.units(kind, UNITS[kind].layer, 0).index) if kind else [WHOLE]


def _unplaced(run: Run, kind: str) -> Collection[Any]:
    if not kind or kind == "layers":
        return ()
    frame = run.units(kind, UNITS[kind].layer, 0)
    return set(frame.index[(~has_place(frame))])


def _evidence(context: Context) -> str:
    """Return the weakest evidence of what went into the figure; empty without geometry."""
    grades = set()
    for frame in context.seen.values():
        if "evidence" in frame.columns:
            grades |= set(frame.loc[has_place(frame), "evidence"].dropna())
    known = [grade for grade in _GRADES if grade in grades]
    return known[-1] if known else ""


# --- rows ---


def _name(figure: _Asked, language: Language) -> str:
    name = figure.row.name(language)
    if not figure.variant:
        return name
    known = words("indicators").get(f"variant_{figure.variant}", {})
    variant = known.get(language, figure.variant)
    return f"{name}（{variant}）" if language == "zh" else f"{name} ({variant})"


def _record(figure: _Asked, key: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    row = figure.row
    value = facts.get("value", np.nan)
    record: dict[str, Any] = {
        "id": figure.id,
        "indicator": row.id,
        "variant": figure.variant,
        "unit_id": key,
        "name_zh": _name(figure, "zh"),
        "name_en": _name(figure, "en"),
        "value": value,
        "unit": row.unit,
        "state": facts.get("state", "no_data"),
        "missing": tuple(facts.get("missing", ())),
        "target": np.nan,
        "target_operator": "",
        "gap": np.nan,
        "low": facts.get("low", np.nan),
        "high": facts.get("high", np.nan),
        "evidence": facts.get("evidence", ""),
        "norm": row.norm,
        "clauses": row.clauses,
        "inputs": tuple(dict.fromkeys(_layers_of(figure))),
    }
    target = target_of(row)
    if target is not None:
        record["target_operator"], record["target"] = target
        if np.isfinite(value):
            record["gap"] = gap_to(row, target[0], value, target[1])
    return record


# --- the run ---


def versions() -> dict[str, str]:
    """Versions of this package and of those that compute."""
    names = ("erdao-gis", "geopandas", "numpy", "pandas", "pyproj", "rasterio", "shapely")
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "?"
    return found | {"geos": shapely.geos_version_string}


def _run_id(asked: Sequence[_Asked], kind: str, inputs: Mapping[str, str]) -> str:
    told = {
        "figures": {figure.id: dict(figure.row.parameters or {}) for figure in asked},
        "unit": kind,
        "inputs": dict(inputs),
        "versions": versions(),
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
