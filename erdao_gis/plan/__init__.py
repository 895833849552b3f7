"""What the plan says: clauses, elements, relations, figures, ambiguities. No geometry.

>>> from erdao_gis.plan import read_plan
>>> plan = read_plan()
>>> node = plan.element("ND03")
>>> plan.clause(node.clause).citation_zh
'第二篇第一章第四节'
"""

from typing import TYPE_CHECKING

from erdao_gis.first_use import on_first_use
from erdao_gis.plan.faults import plan_faults
from erdao_gis.plan.model import (
    Ambiguity,
    Clause,
    Code,
    Element,
    Figure,
    Outline,
    Plan,
    Relation,
)
from erdao_gis.plan.register import read_plan, scan_plan
from erdao_gis.plan.render import (
    element_record,
    element_text,
    figure_text,
    tree_record,
    tree_text,
    verification_text,
)
from erdao_gis.plan.tree import Counts, PlanNode, counts, plan_tree
from erdao_gis.plan.verify import QuoteCheck, Verification, verify_quotes

if TYPE_CHECKING:
    from erdao_gis.plan.plan_tables import elements_frame, figures_frame

__all__ = [
    "Ambiguity",
    "Clause",
    "Code",
    "Counts",
    "Element",
    "Figure",
    "Outline",
    "Plan",
    "PlanNode",
    "QuoteCheck",
    "Relation",
    "Verification",
    "counts",
    "element_record",
    "element_text",
    "elements_frame",
    "figure_text",
    "figures_frame",
    "plan_faults",
    "plan_tree",
    "read_plan",
    "scan_plan",
    "tree_record",
    "tree_text",
    "verification_text",
    "verify_quotes",
]

# The commands on the plan need no pandas.
__getattr__, __dir__ = on_first_use(
    __name__,
    {
        "elements_frame": "erdao_gis.plan.plan_tables",
        "figures_frame": "erdao_gis.plan.plan_tables",
    },
)
