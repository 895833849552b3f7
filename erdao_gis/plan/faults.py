"""The rules the plan's tables must keep; each breach is one fault."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

from erdao_gis.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from erdao_gis.plan.model import Clause, Element, Figure, Plan, Relation

QUOTE_LENGTH = 40
"""Longest quote, in characters: short enough to be a citation."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_YEARS = range(1990, 2101)
_PARTLESS = {"", "collection", "figure"}


def plan_faults(plan: Plan, *, layers: Collection[str] | None = None) -> list[Fault]:
    """List every fault of a plan: ids, references, codes, quotes, lines, pairs and counts.

    Parameters
    ----------
    plan
        The plan as read.
    layers
        Names of the layers there are; None leaves the layer of an element unchecked.

    Returns
    -------
    list of Fault
        In the order of the tables; empty for a sound plan.

    Examples
    --------
    >>> from erdao_gis.plan import plan_faults, read_plan
    >>> plan_faults(read_plan())
    []
    """
    return [
        *_outline_faults(plan),
        *_clause_faults(plan),
        *_element_faults(plan, layers),
        *_relation_faults(plan),
        *_figure_faults(plan),
        *_count_faults(plan),
        *_ambiguity_faults(plan),
        *_part_codes(plan),
    ]


def _doubles(file: str, ids: Iterable[str]) -> Iterator[Fault]:
    for name, times in Counter(ids).items():
        if not name:
            yield Fault(file=file, feature="", rule="plan_no_id")
        elif times > 1:
            yield Fault(file=file, feature=name, rule="plan_double_id")


def _empty(file: str, feature: str, texts: Mapping[str, str]) -> Iterator[Fault]:
    for column, text in texts.items():
        if not text.strip():
            facts = {"column": column}
            yield Fault(file=file, feature=feature, rule="plan_empty", facts=facts)


def _pair(file: str, feature: str, column: str, texts: tuple[str, str]) -> Iterator[Fault]:
    """Both languages or neither."""
    if bool(texts[0]) != bool(texts[1]):
        facts = {"column": column}
        yield Fault(file=file, feature=feature, rule="plan_one_language", facts=facts)


def _coded(plan: Plan, file: str, feature: str, codes: Mapping[str, str]) -> Iterator[Fault]:
    for code_list, code in codes.items():
        known = [row.code for row in plan.codes if row.list == code_list]
        if code not in known:
            facts = {"column": code_list, "found": code, "names": ", ".join(known)}
            yield Fault(file=file, feature=feature, rule="plan_code", facts=facts)


def _known(plan: Plan, file: str, feature: str, ids: Iterable[str]) -> Iterator[Fault]:
    known = {element.id for element in plan.elements}
    for name in ids:
        if name not in known:
            facts = {"found": name}
            yield Fault(file=file, feature=feature, rule="plan_unknown_element", facts=facts)


def _outline_faults(plan: Plan) -> Iterator[Fault]:
    if plan.outline.sha256 and not _SHA256.fullmatch(plan.outline.sha256):
        facts = {"found": plan.outline.sha256}
        yield Fault(file="outline.toml", feature="sha256", rule="plan_sha256", facts=facts)


def _clause_faults(plan: Plan) -> Iterator[Fault]:
    file = "clauses.csv"
    known = {clause.id for clause in plan.clauses}
    yield from _doubles(file, (clause.id for clause in plan.clauses))
    before = 0
    for clause in plan.clauses:
        texts = {
            "heading_zh": clause.heading_zh,
            "citation_zh": clause.citation_zh,
            "citation_en": clause.citation_en,
        }
        yield from _empty(file, clause.id, texts)
        if clause.parent and clause.parent not in known:
            facts = {"found": clause.parent}
            yield Fault(file=file, feature=clause.id, rule="plan_unknown_clause", facts=facts)
        if clause.line <= before:
            facts = {"found": str(clause.line), "before": str(before)}
            yield Fault(file=file, feature=clause.id, rule="plan_clause_order", facts=facts)
        before = clause.line


def _element_faults(plan: Plan, layers: Collection[str] | None) -> Iterator[Fault]:
    file = "register.csv"
    clauses = {clause.id: clause for clause in plan.clauses}
    ends = _clause_ends(plan.clauses)
    yield from _doubles(file, (element.id for element in plan.elements))
    for element in plan.elements:
        yield from _words(element)
        codes = {
            "kind": element.kind,
            "placing": element.placing,
            "geometry": element.geometry,
            "status": element.status,
        }
        yield from _coded(plan, file, element.id, codes)
        clause = clauses.get(element.clause)
        if clause is None:
            facts = {"found": element.clause}
            yield Fault(file=file, feature=element.id, rule="plan_unknown_clause", facts=facts)
        elif not clause.line <= element.line < ends.get(clause.id, plan.outline.lines + 1):
            facts = {"found": str(element.line), "clause": element.clause}
            yield Fault(file=file, feature=element.id, rule="plan_line", facts=facts)
        if layers is not None and element.layer not in {*layers, *_PARTLESS}:
            facts = {"found": element.layer}
            yield Fault(file=file, feature=element.id, rule="plan_unknown_layer", facts=facts)


def _words(element: Element) -> Iterator[Fault]:
    texts = {
        "name_zh": element.name_zh,
        "name_en": element.name_en,
        "quote": element.quote,
        "layer": element.layer,
    }
    yield from _empty("register.csv", element.id, texts)
    notes = (element.note_zh, element.note_en)
    yield from _pair("register.csv", element.id, "note", notes)
    if len(element.quote) > QUOTE_LENGTH:
        facts = {"found": str(len(element.quote)), "expected": str(QUOTE_LENGTH)}
        yield Fault(file="register.csv", feature=element.id, rule="plan_quote", facts=facts)


def _clause_ends(clauses: tuple[Clause, ...]) -> dict[str, int]:
    """Line after a clause's own text: the next heading of any rank."""
    return {clause.id: after.line for clause, after in itertools.pairwise(clauses)}


def _relation_faults(plan: Plan) -> Iterator[Fault]:
    file = "relations.csv"
    keys = [_relation_key(relation) for relation in plan.relations]
    yield from _doubles(file, keys)
    for relation, key in zip(plan.relations, keys, strict=True):
        yield from _known(plan, file, key, (relation.from_id, relation.to_id))
        yield from _coded(plan, file, key, {"relation": relation.relation})
        yield from _pair(file, key, "note", (relation.note_zh, relation.note_en))
        if relation.from_id == relation.to_id:
            yield Fault(file=file, feature=key, rule="plan_to_itself")
    yield from _loops(plan)


def _relation_key(relation: Relation) -> str:
    return f"{relation.from_id} {relation.relation} {relation.to_id}"


def _loops(plan: Plan) -> Iterator[Fault]:
    """Elements that are, over several steps, part of themselves."""
    wholes: dict[str, list[str]] = {}
    for relation in plan.relations:
        if relation.relation == "part_of" and relation.from_id != relation.to_id:
            wholes.setdefault(relation.from_id, []).append(relation.to_id)
    for start, above in wholes.items():
        seen: set[str] = set()
        ahead = list(above)
        while ahead:
            name = ahead.pop()
            if name not in seen:
                seen.add(name)
                ahead.extend(wholes.get(name, []))
        if start in seen:
            yield Fault(file="relations.csv", feature=start, rule="plan_loop")


def _figure_faults(plan: Plan) -> Iterator[Fault]:
    file = "figures.csv"
    yield from _doubles(file, (_figure_key(figure) for figure in plan.figures))
    for figure in plan.figures:
        key = _figure_key(figure)
        yield from _known(plan, file, key, (figure.register_id,))
        codes = {"role": figure.role}
        codes |= {"operator": figure.operator} if figure.operator else {}
        codes |= {"unit": figure.unit} if figure.unit else {}
        yield from _coded(plan, file, key, codes)
        yield from _pair(file, key, "basis", (figure.basis_zh, figure.basis_en))
        if figure.value is not None and not (figure.operator and figure.unit):
            yield Fault(file=file, feature=key, rule="plan_bare_value")
        if figure.role == "target" and figure.target_year is None:
            yield Fault(file=file, feature=key, rule="plan_no_target_year")
        for year in (figure.base_year, figure.target_year):
            if year is not None and year not in _YEARS:
                facts = {"found": str(year)}
                yield Fault(file=file, feature=key, rule="plan_year", facts=facts)
    counted = {figure.register_id for figure in plan.figures}
    for element in plan.of_kind("indicator"):
        if element.id not in counted:
            yield Fault(file=file, feature=element.id, rule="plan_no_figure")


def _figure_key(figure: Figure) -> str:
    year = figure.target_year if figure.role == "target" else figure.base_year
    return " ".join(str(item) for item in (figure.register_id, figure.part, year or "") if item)


def _count_faults(plan: Plan) -> Iterator[Fault]:
    """Where the members of a counted part are listed, they are as many as the text says."""
    members = Counter(
        (relation.to_id, relation.part)
        for relation in plan.relations
        if relation.relation == "part_of"
    )
    for figure in plan.figures:
        listed = members[figure.register_id, figure.part]
        if figure.role != "count" or figure.value is None or not listed or not figure.part:
            continue
        short = listed < figure.value if figure.operator == ">=" else listed != figure.value
        if short:
            facts = {"found": str(listed), "expected": f"{figure.value:g}"}
            key = f"{figure.register_id} {figure.part}"
            yield Fault(file="relations.csv", feature=key, rule="plan_count", facts=facts)


def _ambiguity_faults(plan: Plan) -> Iterator[Fault]:
    file = "ambiguities.csv"
    yield from _doubles(file, (item.id for item in plan.ambiguities))
    for item in plan.ambiguities:
        yield from _empty(file, item.id, {"text_zh": item.text_zh, "text_en": item.text_en})
        yield from _known(plan, file, item.id, item.element_ids)


def _part_codes(plan: Plan) -> Iterator[Fault]:
    for relation in plan.relations:
        if relation.part:
            key = _relation_key(relation)
            yield from _coded(plan, "relations.csv", key, {"part": relation.part})
    for figure in plan.figures:
        if figure.part:
            yield from _coded(plan, "figures.csv", _figure_key(figure), {"part": figure.part})
