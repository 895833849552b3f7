"""An indicator as a row of the registry, its norm, its inputs, and what its function returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from erdao_gis.errors import Language, SchemaError

Direction = Literal["higher", "lower", "near", ""]
Certainty = Literal["confirmed", "likely", "parameter"]
Formula = Callable[[Any], "Result"]
"""Takes a `Context` (which knows indicators, so that this module cannot name it)."""


@dataclass(frozen=True, kw_only=True)
class Norm:
    """A norm, and how sure we are of what it says.

    ``certainty`` is ``confirmed`` (the clause was seen in a quoted source), ``likely`` (from
    knowledge; hold it against the text before printing) or ``parameter`` (no norm gives the
    figure: it is an assumption that the planner sets).
    """

    key: str
    title_zh: str
    title_en: str
    article: str
    says_zh: str
    says_en: str
    certainty: Certainty

    def title(self, language: Language) -> str:
        """Title with the article, in ``language``."""
        name = self.title_zh if language == "zh" else self.title_en
        return f"{name} {self.article}".strip()

    def says(self, language: Language) -> str:
        """Return what it asks, in our words."""
        return self.says_zh if language == "zh" else self.says_en


@dataclass(frozen=True, kw_only=True)
class Option:
    """A layer that can serve as an input; with a column, only if every feature fills it."""

    layer: str
    column: str = ""

    def __str__(self) -> str:
        """Name it as a message does: ``population`` or ``residential.population``."""
        return f"{self.layer}.{self.column}" if self.column else self.layer


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of an indicator.

    Written in the registry as ``residential:population|population!@?[people]``: the first option
    that is there is used; ``!`` it must be complete, or there is no figure (a lower bound
    otherwise); ``@`` it is used only where the catalogue calls it complete; ``?`` the figure
    exists without it; ``[people]`` it is needed for these variants only.
    """

    options: tuple[Option, ...]
    whole: bool = False
    within: bool = False
    optional: bool = False
    tag: str = ""

    def __str__(self) -> str:
        """Name the options as a message does."""
        return "|".join(str(option) for option in self.options)


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One row of the registry.

    Attributes
    ----------
    id, group
        Key, and the group of measures it belongs to.
    unit
        Unit of the figure: ``%``, ``ha``, ``m``, ``km/km2``, ``m2/person``, …
    low, high
        Ends of the possible range; None where it is open.
    direction
        Whether more is better (``higher``), worse (``lower``) or neither (empty).
    norm
        Key of the norm that defines it; empty for none.
    clauses, register_ids
        Clauses of the outline and elements of the register that it serves.
    units
        Units of analysis: ``whole``, ``areas`` (zones, subdistricts, …) and others by name.
    variants
        Such as ``straight_land`` and ``walk_people``; empty for a figure without variants.
    ground
        Key of the ground that its figures speak of (``layers/indicators/grounds.csv``), or
        several by tag as inputs are: ``homes[land];residents[people]``; empty where its name says
        it.
    method
        How its walks are measured: ``points`` or ``strip``; empty if it walks nowhere.
    function
        From a `Context` to a `Result`; pure.
    parameters
        Name -> value with its unit, such as ``{"reach_m": "500 m"}``.
    target, target_operator, target_value
        Register id of the plan's target, ``norm`` or ``own`` with operator and value, or empty.
    """

    id: str
    name_zh: str
    name_en: str
    unit: str
    function: Formula
    group: str = "own"
    formula_zh: str = ""
    formula_en: str = ""
    low: float | None = None
    high: float | None = None
    direction: Direction = ""
    norm: str = ""
    clauses: tuple[str, ...] = ()
    register_ids: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    units: tuple[str, ...] = ("whole", "areas")
    variants: tuple[str, ...] = ()
    ground: str = ""
    method: str = ""
    parameters: Mapping[str, str] | None = None
    target: str = ""
    target_operator: str = ""
    target_value: float | None = None

    def name(self, language: Language) -> str:
        """Name in ``language``."""
        return self.name_zh if language == "zh" else self.name_en

    def formula(self, language: Language) -> str:
        """Return the formula in words, in ``language``."""
        return self.formula_zh if language == "zh" else self.formula_en

    def inputs_for(self, variant: str) -> tuple[Input, ...]:
        """Return the inputs that the variant needs."""
        parts = variant.split("_")
        return tuple(item for item in self.inputs if not item.tag or item.tag in parts)

    def ground_for(self, variant: str) -> str:
        """Return the key of the ground of a variant's figures.

        >>> row = Indicator(id="i", name_zh="", name_en="", unit="%", function=len,
        ...                 ground="homes[land];residents[people]")
        >>> row.ground_for("walk_people")
        'residents'
        """
        parts = variant.split("_")
        for item in self.ground.split(";"):
            key, _, tag = item.rstrip("]").partition("[")
            if not tag or tag in parts:
                return key
        return ""

    def parameter_text(self, name: str) -> str:
        """Return a parameter as it is written, without its unit."""
        try:
            return (self.parameters or {})[name].split(" ")[0]
        except KeyError:
            facts = {"indicator": self.id, "name": name}
            raise SchemaError("indicators_no_parameter", facts) from None

    def parameter(self, name: str) -> float:
        """Return a parameter as a number in the unit stated beside it."""
        text = self.parameter_text(name)
        try:
            return float(text)
        except ValueError:
            facts = {"indicator": self.id, "name": name, "value": text}
            raise SchemaError("indicators_bad_parameter", facts) from None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an indicator's function returns: ``amount``, or ``amount / per``, for each unit.

    Parameters
    ----------
    amount
        One number for each unit, in the indicator's unit, or in that of `per` if it is given.
    per
        What the amount is divided by; None where the amount is the figure.
    scale
        Factor of the quotient or amount: 100 for per cent, 0.0001 from m2 to ha.
    missing
        What the units whose amount is NaN lack.
    floor
        The figure is a lower bound for a reason that the layers do not show.
    low, high
        Bounds in the unit of the figure, where the function knows them better than by moving
        shapes; the engine then computes no band of its own.
    geometric
        False where no place enters the figure: it has no band.
    """

    amount: pd.Series
    per: pd.Series | None = None
    scale: float = 1.0
    missing: tuple[str, ...] = ()
    floor: bool = False
    low: pd.Series | None = None
    high: pd.Series | None = None
    geometric: bool = True

    def figure(self) -> pd.Series:
        """Return the figure of each unit; NaN where there is none or nothing to divide by."""
        if self.per is None:
            return self.amount.astype(float) * self.scale
        per = self.per.astype(float)
        return self.amount.astype(float) * self.scale / per.where(per > 0)
