"""What the plan says: clauses, elements, relations, figures, ambiguities. No geometry.

>>> from erdao_gis.plan import read_plan
>>> plan = read_plan()
>>> node = plan.element("ND03")
>>> plan.clause(node.clause).citation_zh
'第二篇第一章第四节'
"""

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
    "figure_text",
    "plan_faults",
    "plan_tree",
    "read_plan",
    "scan_plan",
    "tree_record",
    "tree_text",
    "verification_text",
    "verify_quotes",
]
