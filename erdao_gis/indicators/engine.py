"""One figure for all units of a kind: its state, its band of doubt, the ground it speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from erdao_gis.catalogue import layer_names
from erdao_gis.errors import ErdaoError, Fault, SchemaError
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.indicator import Indicator, Option, Result
from erdao_gis.indicators.inputs import Inputs
from erdao_gis.indicators.motion import has_place, is_doubtful
from erdao_gis.indicators.naming import figure_name
from erdao_gis.indicators.own import FILE, function_file
from erdao_gis.indicators.targets import gap_to, target_of
from erdao_gis.indicators.units import AREAS, UNITS
from erdao_gis.wording import label_list

_GRADES = "ABCD"
_DISTRICT = Option(layer="district")
_M2_A_KM2 = 1e6
# Ground that is left out below this share of a unit is drawing, not meaning.
_NOTHING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A figure: an indicator in one of its variants."""

    row: Indicator
    "Row of the registry."
    variant: str
    "Empty if it has none."

    @property
    def id(self) -> str:
        """Id of the figure, such as ``park_coverage.walk_people``."""
        return f"{self.row.id}.{self.variant}" if self.variant else self.row.id

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers that may be its inputs, in the registry's order."""
        inputs = self.row.inputs_for(self.variant)
        return tuple(dict.fromkeys(option.layer for item in inputs for option in item.options))


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A figure for all units of one kind, with what it rests on."""

    records: tuple[Mapping[str, Any], ...]
    "Rows of the table, one a unit."
    features: Mapping[str, tuple[str, ...]]
    "Layer -> ids of the features that went into it."
    layers: frozenset[str]
    "Layers, ``scenes`` and ``statistics`` that were read."
    faults: tuple[Fault, ...]
    "What was left out or is not known."


def compute_figure(inputs: Inputs, figure: Asked, kind: str) -> Computed:
    """Compute one figure for all units of a kind.

    Parameters
    ----------
    inputs
        What is measured on.
    figure
        What is asked for; the indicator supports the kind of unit.
    kind
        Name of a kind of units; empty for the whole district.
    """
    context = Context(inputs, figure.row, variant=figure.variant, unit=kind)
    lacking = _lacking(inputs, figure, kind)
    if lacking:
        keys = _unit_keys(inputs, kind) or [WHOLE]
        records = [_record(figure, kind, str(key), {"missing": lacking}) for key in keys]
    else:
        records = _records(inputs, figure, kind, context)
    read = {*context.used, *context.seen, *figure.layers}
    return Computed(
        records=tuple(records),
        features={name: tuple(keys) for name, keys in sorted(context.used.items())},
        layers=frozenset("scenes" if name == "scene" else name for name in read),
        faults=tuple(_all_faults(inputs, context, read)),
    )


def each_once(faults: Iterable[Fault]) -> list[Fault]:
    """Keep each fault once, in their order."""
    kept: list[Fault] = []
    for fault in faults:
        if fault not in kept:
            kept.append(fault)
    return kept


def _all_faults(inputs: Inputs, context: Context, read: Collection[str]) -> list[Fault]:
    counted = [fault for name in sorted(read) for fault in inputs.faults(name)]
    return each_once(counted + context.faults)


def _records(inputs: Inputs, figure: Asked, kind: str, context: Context) -> list[Mapping[str, Any]]:
    result = _result(inputs, figure, kind, context)
    value = result.figure()
    open_inputs = _open_inputs(inputs, figure, context)
    floor = result.floor or bool(open_inputs)
    low, high = _band(inputs, figure, kind, context, result)
    unplaced = _unplaced(inputs, kind)
    ground = _measured_ground(context)
    evidence = _evidence(context)
    rows = []
    for key in value.index:
        facts: dict[str, Any] = {"evidence": evidence, **ground.get(key, {})}
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
            state = "lower_bound" if at_least else "part" if key in ground else "value"
            facts |= {"value": number, "state": state}
            facts |= {"low": float(low[key]), "high": np.nan if at_least else float(high[key])}
        rows.append(_record(figure, kind, str(key), facts))
    return rows


def _result(inputs: Inputs, figure: Asked, kind: str, context: Context) -> Result:
    """Call the function of an indicator; one that is not ours may do anything.

    Raises
    ------
    SchemaError
        It fails, or gives no number for each unit.
    """
    row = figure.row
    file = function_file(row)
    facts = {"indicator": row.id, "file": file or FILE}
    try:
        result = row.function(context)
    except ErdaoError:
        raise
    except Exception as error:
        if not file:
            raise
        problem = f"{type(error).__name__}: {error}"
        raise SchemaError("own_function_fails", facts | {"problem": problem}) from error
    if not isinstance(result, Result) or not isinstance(result.amount, pd.Series):
        told = getattr(result, "amount", result)
        raise SchemaError("own_no_result", facts | {"found": type(told).__name__})
    keys = _unit_keys(inputs, kind)
    if sorted(map(str, result.amount.index)) != sorted(map(str, keys)):
        facts |= {"found": label_list(result.amount.index), "units": label_list(keys)}
        raise SchemaError("own_other_units", facts)
    return result


def _lacking(inputs: Inputs, figure: Asked, kind: str) -> tuple[str, ...]:
    """Name the inputs without which there is no figure; the units' own layer first."""
    found = []
    if kind and UNITS[kind].layer and (~has_place(inputs.layer(UNITS[kind].layer))).all():
        found.append(UNITS[kind].layer)
    for item in figure.row.inputs_for(figure.variant):
        chosen = next((one for one in item.options if inputs.available(one)), None)
        if chosen is None:
            if not item.optional:
                found.append(str(item))
        elif item.whole and not _own(kind, chosen.layer):
            if inputs.state(chosen.layer) == "partial":
                found.append(f"{chosen.layer}:partial")
            elif inputs.unplaced(chosen.layer):
                found.append(f"{chosen.layer}:unplaced")
    needs_land = figure.row.units and figure.row.group not in ("data", "reported")
    if needs_land and kind not in AREAS and not inputs.available(_DISTRICT):
        found.append("district")
    return tuple(dict.fromkeys(found))


def _own(kind: str, layer: str) -> bool:
    """Tell whether each unit is a feature of the layer: the others do not matter to it."""
    apart = kind not in ("", *AREAS) and UNITS[kind].layer == layer
    return apart or layer in ("scene", "statistics")


def _open_inputs(inputs: Inputs, figure: Asked, context: Context) -> tuple[str, ...]:
    """Name the layers that leave a figure open: partial, with rows unplaced or not joined."""
    found = []
    for item in figure.row.inputs_for(figure.variant):
        name = context.chosen(item).layer
        frame = context.seen.get(name)
        if frame is None or (item.within and inputs.complete_on(name) is not None):
            continue  # not used, or measured only where it is complete
        if _own(context.unit, name):
            continue
        if inputs.state(name) == "partial":
            found.append(f"{name}:partial")
        elif inputs.unplaced(name).intersection(frame.index):
            found.append(f"{name}:unplaced")
    return (*found, *context.not_joined)


def _measured_ground(context: Context) -> dict[Any, dict[str, float]]:
    """Tell of which part of their ground figures speak, for units that were cut; km2."""
    if context.complete_land is None:
        return {}
    whole, part = context.whole_units.geometry.area, context.units.geometry.area
    cut = part.index[(part < whole * (1 - _NOTHING)).fillna(value=False)]
    return {
        key: {
            "measured_km2": part[key] / _M2_A_KM2,
            "whole_km2": whole[key] / _M2_A_KM2,
            "measured_percent": part[key] / whole[key] * 100,
        }
        for key in cut
    }


def _band(
    inputs: Inputs, figure: Asked, kind: str, context: Context, result: Result
) -> tuple[pd.Series, pd.Series]:
    """Compute the figure with all shapes at their smallest and at their largest."""
    value = result.figure()
    if result.low is not None and result.high is not None:
        return result.low.reindex(value.index), result.high.reindex(value.index)
    none = pd.Series(np.nan, index=value.index)
    if not result.geometric or not any(is_doubtful(frame) for frame in context.seen.values()):
        return none, none
    least, most = (
        _result(
            inputs,
            figure,
            kind,
            Context(inputs, figure.row, variant=figure.variant, unit=kind, doubt=doubt),
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


def _unit_keys(inputs: Inputs, kind: str) -> list[Any]:
    if kind == "layers":
        return layer_names()
    return list(inputs.units(kind, 0).index) if kind else [WHOLE]


def _unplaced(inputs: Inputs, kind: str) -> Collection[Any]:
    if not kind or kind == "layers":
        return ()
    frame = inputs.units(kind, 0)
    return set(frame.index[(~has_place(frame))])


def _evidence(context: Context) -> str:
    """Return the weakest evidence of what went into the figure; empty without geometry."""
    grades = set()
    for frame in context.seen.values():
        if "evidence" in frame.columns:
            grades |= set(frame.loc[has_place(frame), "evidence"].dropna())
    known = [grade for grade in _GRADES if grade in grades]
    return known[-1] if known else ""


def _record(figure: Asked, kind: str, key: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    row = figure.row
    value, state = facts.get("value", np.nan), facts.get("state", "no_data")
    name = figure_name(row, figure.variant, kind, part=state == "part")
    record: dict[str, Any] = {
        "id": figure.id,
        "indicator": row.id,
        "variant": figure.variant,
        "unit_id": key,
        "name_zh": name.zh,
        "name_en": name.en,
        "value": value,
        "unit": row.unit,
        "state": state,
        "missing": tuple(facts.get("missing", ())),
        "target": np.nan,
        "target_operator": "",
        "gap": np.nan,
        "low": facts.get("low", np.nan),
        "high": facts.get("high", np.nan),
        "measured_km2": facts.get("measured_km2", np.nan),
        "whole_km2": facts.get("whole_km2", np.nan),
        "measured_percent": facts.get("measured_percent", np.nan),
        "evidence": facts.get("evidence", ""),
        "norm": row.norm,
        "clauses": row.clauses,
        "inputs": figure.layers,
    }
    target = target_of(row)
    if target is not None:
        record["target_operator"], record["target"] = target
        # A part of the ground tells nothing of the whole.
        if np.isfinite(value) and state != "part":
            record["gap"] = gap_to(row, target[0], value, target[1])
    return record
