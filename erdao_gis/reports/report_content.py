"""What a report says, as plain data: every text and number is settled before it is laid out.

The page, the PDF and the workbook only set this; none of them computes or rounds a figure.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Literal

from erdao_gis.errors import Language
from erdao_gis.indicators.verdicts import Verdict

Template = Literal["mid", "final"]
State = Literal["value", "lower_bound", "part", "no_data"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """One drawing of the report."""

    key: str
    """Leads the ids of the drawing; unique in a report."""
    title: str
    """What it shows."""
    svg: str
    """SVG markup without script or style."""
    note: str = ""
    """What stands below it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FigureLine:
    """One figure of the table, in numbers and as it is written everywhere."""

    id: str
    """Figure id, such as ``park_coverage.walk_people``."""
    name: str
    """Name with its variant."""
    label: str
    """Ground and way of measuring alone; empty where neither is told."""
    unit: str
    """Unit as it is written."""
    state: State
    """Value, lower bound or no data."""
    value: float | None
    low: float | None
    high: float | None
    target: float | None
    operator: str
    """Of the target."""
    gap: float | None
    """How far the value is beyond the target in the good direction; negative: short of it."""
    evidence: str
    """Weakest evidence of what went in, A to D; empty without geometry."""
    value_text: str
    """Number as written, with ≥ before a lower bound; the words for no data."""
    band_text: str
    target_text: str
    gap_text: str
    missing_text: str
    """What is missing, where there is no figure."""
    part_text: str = ""
    """On which part of its ground it was measured; empty where on all of it."""
    method_text: str = ""
    """How its walks were measured; empty if it walks nowhere."""

    @property
    def short(self) -> bool:
        """Whether the value is known to fall short of its target; a lower bound is not."""
        return self.state == "value" and self.gap is not None and self.gap < 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Block:
    """One indicator with its figures."""

    id: str
    name: str
    formula: str
    norm: str
    """Title and article of the norm; empty if none."""
    certainty: str
    """How sure we are of the norm."""
    clauses: str
    """Clauses of the outline, as cited."""
    figures: tuple[FigureLine, ...]

    @property
    def empty(self) -> bool:
        """Whether no figure has a value."""
        return all(figure.state == "no_data" for figure in self.figures)

    @property
    def single(self) -> bool:
        """Whether there is one figure only; the block is then named as it is."""
        return len(self.figures) == 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Theme:
    """Indicators of one theme."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    charts: tuple[Picture, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Missing:
    """One input that is missing, and who has it."""

    name: str
    """What is needed."""
    held: str
    """What there is of it today."""
    whom: str
    """Who can supply it."""
    indicators: tuple[str, ...]
    """Names of the indicators that wait for it."""
    figures: int
    """How many figures wait for it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """One target held against what was reached."""

    id: str
    name: str
    unit: str
    clauses: str
    verdict: Verdict
    verdict_text: str
    base_text: str
    """Value and year of the base."""
    target_text: str
    """Value and year of the target."""
    path_text: str
    """Where the path stands at the date of the evaluation."""
    actual_text: str
    deviation_text: str
    actual_state_text: str
    """Whether it is a value or a bound; empty without one."""
    reason: str
    """Why no deviation is measured; empty where one is."""
    base: float | None
    base_year: int
    target: float | None
    operator: str
    """Of the target."""
    target_year: int
    path: float | None
    actual_as_of: str
    """Time of the actual value; empty without one."""
    actual: float | None
    deviation: float | None
    """(actual - path) / |target - base|, in parts of one."""
    chart: Picture | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class LeftOut:
    """One target of the plan that is not judged."""

    id: str
    """Register id, with the part."""
    name: str
    target_text: str
    """Value, unit and year as far as the plan gives them."""
    clauses: str
    reason: str
    """Why it is not judged."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NormLine:
    """A norm as the report cites it."""

    title: str
    says: str
    certainty: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that a report says."""

    language: Language
    template: Template
    title: str
    subject: str
    """Plan or town that is evaluated."""
    as_of: dt.date
    as_of_text: str
    """The date as it is written, no more exact than it was given."""
    fictional: bool
    run_id: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    faults: tuple[str, ...]
    themes: tuple[Theme, ...]
    missing: tuple[Missing, ...]
    judged: tuple[Judged, ...]
    left_out: tuple[LeftOut, ...]
    behind: float
    """From how far below the path a target is behind, as a share of what was to be gained."""
    off: float
    """From how far below the path a target is far off."""
    path: Literal["linear", "steps"]
    """How the path leads from base to target."""
    norms: tuple[NormLine, ...]
    maps: tuple[Picture, ...]
    review_number: str = ""
    """Map review number; while it is empty the report is stamped as not reviewed."""

    @property
    def figures(self) -> tuple[FigureLine, ...]:
        """All figures in the order of the table."""
        return tuple(
            figure for theme in self.themes for block in theme.blocks for figure in block.figures
        )

    @property
    def revisions(self) -> tuple[Judged, ...]:
        """Targets that are far off: those that a draft revision is about."""
        return tuple(line for line in self.judged if line.verdict == "off")

    def states(self) -> dict[str, int]:
        """Count the figures by state."""
        counts = {"value": 0, "lower_bound": 0, "part": 0, "no_data": 0}
        for figure in self.figures:
            counts[figure.state] += 1
        return counts

    def verdicts(self) -> dict[str, int]:
        """Count the targets by verdict."""
        counts = {"met": 0, "behind": 0, "off": 0, "no_data": 0}
        for line in self.judged:
            counts[line.verdict] += 1
        return counts
