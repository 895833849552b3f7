"""The plan's hierarchy and what can be counted in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erdao_gis.errors import Language
    from erdao_gis.plan.model import Element, Plan

_LAYOUT = "ST01"
_STREETS = "ST04"


@dataclass(frozen=True, kw_only=True)
class PlanNode:
    """A line of the tree: an element, or a group of elements.

    Parameters
    ----------
    element_id
        Register id; empty for a group.
    name_zh, name_en
        Name of the element or label of the group.
    reference
        True where the element stands in full elsewhere in the tree and is only named here.
    children
        The parts; none below a reference.
    """

    element_id: str
    name_zh: str
    name_en: str
    reference: bool
    children: tuple[PlanNode, ...]

    def name(self, language: Language) -> str:
        """Return the name in ``language``."""
        return self.name_zh if language == "zh" else self.name_en

    def as_dict(self) -> dict[str, object]:
        """Return the node and all below it for JSON; ``id`` is None for a group."""
        return {
            "id": self.element_id or None,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "reference": self.reference,
            "children": [child.as_dict() for child in self.children],
        }


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many there are of what "21338" and "1+2+3+4+N" count, from the rows.

    ``streets`` has the groups ``1`` to ``4`` and ``N``; ``sections`` are those of N that are
    part of a street of another group; ``open_list`` tells whether N is "at least" that many.
    """

    zones: int
    axis: int
    rivers: int
    belts: int
    cores: int
    nodes: int
    streets: dict[str, int]
    sections: int
    open_list: bool
    clusters: int
    elements: int

    def as_dict(self) -> dict[str, object]:
        """Return the counts for JSON."""
        return asdict(self)


def counts(plan: Plan) -> Counts:
    """Count the members of the layout, the streets and the clusters.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    Counts
        Only elements that are part of the layout count; rivers count by the belts they carry.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> found = counts(read_plan())
    >>> found.zones, found.axis, found.belts, found.cores, found.nodes
    (2, 1, 3, 3, 8)
    >>> found.streets
    {'1': 1, '2': 2, '3': 3, '4': 4, 'N': 6}
    """
    layout = {
        relation.from_id: relation.part
        for relation in plan.relations
        if relation.relation == "part_of" and relation.to_id == _LAYOUT
    }
    kinds = Counter(element.kind for element in plan.elements if layout.get(element.id) is not None)
    groups = _street_groups(plan)
    open_list = any(
        figure.register_id == _STREETS and figure.part == "N" and figure.operator == ">="
        for figure in plan.figures
    )
    carried = {
        relation.to_id
        for relation in plan.relations
        if relation.relation == "belt_of" and relation.from_id in layout
    }
    return Counts(
        zones=kinds["zone"],
        axis=kinds["axis"],
        rivers=len(carried),
        belts=kinds["belt"],
        cores=kinds["core"],
        nodes=kinds["node"],
        streets=dict(sorted(Counter(groups.values()).items())),
        sections=len(_street_sections(plan, groups)),
        open_list=open_list,
        clusters=len(plan.of_kind("cluster")),
        elements=len(plan.elements),
    )


def _street_groups(plan: Plan) -> dict[str, str]:
    return {
        relation.from_id: relation.part
        for relation in plan.relations
        if relation.relation == "part_of" and relation.to_id == _STREETS
    }


def _street_sections(plan: Plan, groups: dict[str, str]) -> set[str]:
    return {
        relation.from_id
        for relation in plan.relations
        if relation.relation == "part_of"
        and groups.get(relation.from_id) == "N"
        and groups.get(relation.to_id, "N") != "N"
    }


def plan_tree(plan: Plan, root: str | None = None) -> tuple[PlanNode, ...]:
    """Return the hierarchy: collections, their parts by group, the parts' parts.

    Every element stands in full once, where it first occurs; elsewhere it is a reference.

    Parameters
    ----------
    plan
        The plan.
    root
        Register id to begin at; None for all collections, then the remaining elements by kind.

    Returns
    -------
    tuple of PlanNode
        One node for a ``root``.

    Raises
    ------
    NotInPlanError
        If there is no element ``root``.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> layout, = plan_tree(read_plan(), "ST01")
    >>> [group.name_en for group in layout.children]
    ['2 zones', '1 road', '3 rivers', '3 cores', '8 nodes']
    >>> [node.element_id for node in layout.children[0].children]
    ['ZN01', 'ZN02']
    """
    grower = _Grower(plan)
    if root is not None:
        return (grower.node(plan.element(root)),)
    collections = [grower.node(element) for element in plan.of_kind("structure")]
    return (*collections, *grower.rest())


class _Grower:
    """Builds nodes and remembers which elements already stand in the tree."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.placed: set[str] = set()
        self.parts: dict[str, list[tuple[str, str]]] = {}
        for relation in plan.relations:
            if relation.relation == "part_of":
                pair = (relation.part, relation.from_id)
                self.parts.setdefault(relation.to_id, []).append(pair)

    def node(self, element: Element) -> PlanNode:
        reference = element.id in self.placed
        self.placed.add(element.id)
        return PlanNode(
            element_id=element.id,
            name_zh=element.name_zh,
            name_en=element.name_en,
            reference=reference,
            children=() if reference else self._children(element.id),
        )

    def _children(self, element_id: str) -> tuple[PlanNode, ...]:
        pairs = self.parts.get(element_id, [])
        groups = list(dict.fromkeys(part for part, _ in pairs))
        if len(groups) < 2:  # noqa: PLR2004 - one group needs no heading of its own
            return tuple(self.node(self.plan.element(child)) for _, child in pairs)
        return tuple(
            self._group("part", group, [child for part, child in pairs if part == group])
            for group in groups
        )

    def _group(self, code_list: str, code: str, members: list[str]) -> PlanNode:
        return PlanNode(
            element_id="",
            name_zh=self.plan.label(code_list, code, "zh"),
            name_en=self.plan.label(code_list, code, "en"),
            reference=False,
            children=tuple(self.node(self.plan.element(member)) for member in members),
        )

    def rest(self) -> list[PlanNode]:
        """Group, by kind, the elements that are part of nothing placed so far."""
        wholes = {child for pairs in self.parts.values() for _, child in pairs}
        free = [
            element
            for element in self.plan.elements
            if element.id not in self.placed and element.id not in wholes
        ]
        kinds = dict.fromkeys(element.kind for element in free)
        return [
            self._group("kind", kind, [element.id for element in free if element.kind == kind])
            for kind in kinds
        ]
