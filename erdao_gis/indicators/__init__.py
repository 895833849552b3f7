"""Indicators: where clause, layer and measure meet.

``layers/indicators/indicators.csv`` has a row for each indicator; `compute_indicators` gives one
tidy table that maps, reports and workbooks read. An indicator of one's own is a row and a pure
function::

    from erdao_gis.indicators import Indicator, Result, compute_indicators, indicator_inputs

    def school_count(context):
        schools = context.layer("facilities_inventory", where={"facility_type": ["primary_school"]})
        counts = [schools.within(shape).sum() for shape in context.units.geometry]
        return Result(amount=context.zeros() + counts)

    schools = Indicator(id="schools", name_zh="小学数", name_en="Primary schools", unit="schools",
                        function=school_count, inputs=indicator_inputs("facilities_inventory"))
    print(compute_indicators("town", own=[schools], ids=["schools"]).row("schools")["value"])

Empty inputs give "no data" by name, partial ones a lower bound, and what is not of evidence A a
band of doubt: the function need not know.
"""

from erdao_gis.catalogue.statistics import read_statistics
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.evaluation import Evaluation, evaluate
from erdao_gis.indicators.explaining import (
    clause_lines,
    explain,
    explanation_lines,
    figures_of_clause,
)
from erdao_gis.indicators.indicator import Indicator, Input, Norm, Option, Result
from erdao_gis.indicators.missing import missing_text
from erdao_gis.indicators.own import load_own
from erdao_gis.indicators.registry import indicator, indicator_inputs, norms, registry
from erdao_gis.indicators.run import Parameters, Run, RunLike, compute_indicators
from erdao_gis.indicators.table import Table
from erdao_gis.indicators.targets import target_of
from erdao_gis.indicators.units import UNITS
from erdao_gis.indicators.verdicts import Goal, Judgement, Limits, judge, path_value

__all__ = [
    "UNITS",
    "WHOLE",
    "Context",
    "Evaluation",
    "Goal",
    "Indicator",
    "Input",
    "Judgement",
    "Limits",
    "Norm",
    "Option",
    "Parameters",
    "Result",
    "Run",
    "RunLike",
    "Table",
    "clause_lines",
    "compute_indicators",
    "evaluate",
    "explain",
    "explanation_lines",
    "figures_of_clause",
    "indicator",
    "indicator_inputs",
    "judge",
    "load_own",
    "missing_text",
    "norms",
    "path_value",
    "read_statistics",
    "registry",
    "target_of",
]
