"""The plan as text for a terminal, and as records for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from erdao_gis.wording import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from erdao_gis.errors import Language
    from erdao_gis.plan.model import Element, Figure, Plan, Relation
    from erdao_gis.plan.tree import PlanNode
    from erdao_gis.plan.verify import QuoteCheck, Verification

_SHOWN = 40


def tree_record(nodes: Sequence[PlanNode]) -> list[dict[str, object]]:
    """Return the tree for JSON; see :meth:`PlanNode.as_dict`."""
    return [node.as_dict() for node in nodes]


def tree_text(nodes: Sequence[PlanNode], language: Language, *, depth: int | None = None) -> str:
    """Draw the tree, one node a line.

    Parameters
    ----------
    nodes
        As :func:`plan_tree` gives them.
    language
        ``zh`` or ``en``.
    depth
        Levels to draw; None for all.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan, plan_tree
    >>> print(tree_text(plan_tree(read_plan(), "FS07"), "en"))
    FS07  Heshun Street
    └─ FS12  Heshun Street, north section
    """
    return "\n".join(line for node in nodes for line in _branch(node, language, ("", ""), depth))


def _branch(
    node: PlanNode, language: Language, indents: tuple[str, str], depth: int | None
) -> Iterator[str]:
    """Yield the node's line and those below; indents are of its own line and of its children."""
    if depth is not None and depth < 1:
        return
    label = f"{node.element_id}  {node.name(language)}" if node.element_id else node.name(language)
    see = f"  {word('plan', 'see_above', language)}" if node.reference else ""
    yield f"{indents[0]}{label}{see}"
    deeper = None if depth is None else depth - 1
    for child in node.children:
        last = child is node.children[-1]
        own = indents[1] + ("└─ " if last else "├─ ")
        below = indents[1] + ("   " if last else "│  ")
        yield from _branch(child, language, (own, below), deeper)


def figure_text(plan: Plan, figure: Figure, language: Language) -> str:
    """Return a figure in words: part, operator, value, unit, year and role, then its basis.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> plan = read_plan()
    >>> figure_text(plan, plan.figures_of("IN09")[0], "en")
    '>= 30 %, target 2025 (each village; green coverage)'
    """
    year = figure.target_year if figure.role == "target" else figure.base_year
    unit = plan.label("unit", figure.unit, language)
    value = word("plan", "no_number", language) if figure.value is None else f"{figure.value:,.10g}"
    amount = f"{figure.operator} {value} {unit}" if figure.value is not None else value
    if figure.value is None and figure.operator:
        direction = plan.label("operator", figure.operator, language)
        amount = f"{direction}（{value}）" if language == "zh" else f"{direction} ({value})"
    part = plan.label("part", figure.part, language)
    colon = "：" if language == "zh" else ": "
    head = f"{part}{colon}{amount}" if part else amount
    role = " ".join(str(item) for item in (plan.label("role", figure.role, language), year) if item)
    basis = figure.basis(language)
    tail = (f"（{basis}）" if language == "zh" else f" ({basis})") if basis else ""
    return f"{head.strip()}{'，' if language == 'zh' else ', '}{role}{tail}"


def element_record(plan: Plan, element_id: str) -> dict[str, object]:
    """Return all the plan says of an element, for JSON.

    Parameters
    ----------
    plan
        The plan.
    element_id
        Register id.

    Returns
    -------
    dict
        The register row, its clause, relations with the names of the others, figures,
        ambiguities, and the ids of its parts.

    Raises
    ------
    NotInPlanError
        If there is no such element.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> element_record(read_plan(), "FS07")["parts"]
    ['FS12']
    """
    element = plan.element(element_id)
    clause = plan.clause(element.clause)
    relations = []
    for relation in plan.relations_of(element_id):
        other = plan.element(_other(relation, element_id))
        row = asdict(relation) | {"name_zh": other.name_zh, "name_en": other.name_en}
        relations.append(row)
    return {
        **asdict(element),
        "citation_zh": clause.citation_zh,
        "citation_en": clause.citation_en,
        "heading_zh": clause.heading_zh,
        "relations": relations,
        "figures": [asdict(figure) for figure in plan.figures_of(element_id)],
        "ambiguities": [asdict(item) for item in plan.ambiguities_of(element_id)],
        "parts": [part.id for part in plan.children(element_id)],
    }


def _other(relation: Relation, element_id: str) -> str:
    return relation.to_id if relation.from_id == element_id else relation.from_id


def element_text(plan: Plan, element_id: str, language: Language) -> str:
    """Return all the plan says of an element, in words.

    Parameters
    ----------
    plan
        The plan.
    element_id
        Register id.
    language
        ``zh`` or ``en``; the quote stays Chinese.

    Raises
    ------
    NotInPlanError
        If there is no such element.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> print(element_text(read_plan(), "RV01", "en").splitlines()[0])
    RV01  Yitong River / 伊通河
    """
    element = plan.element(element_id)
    lines = [f"{element.id}  {_both_names(element, language)}", *_facts(plan, element, language)]
    lines += _block("figures", language, _figures(plan, element_id, language))
    lines += _block("relations", language, _relations(plan, element_id, language))
    open_points = [item.text(language) for item in plan.ambiguities_of(element_id)]
    lines += _block("ambiguities", language, open_points)
    return "\n".join(lines)


def _both_names(element: Element, language: Language) -> str:
    names = (element.name_zh, element.name_en)
    return " / ".join(names if language == "zh" else names[::-1])


def _facts(plan: Plan, element: Element, language: Language) -> Iterator[str]:
    clause = plan.clause(element.clause)
    line = _line(element.line, language)
    facts = {
        "kind": plan.label("kind", element.kind, language),
        "status": plan.label("status", element.status, language),
        "clause": f"{clause.citation(language)} {clause.heading_zh}",
        "quote": f"{element.quote}  [{line}]",
        "placing": plan.label("placing", element.placing, language),
        "geometry": plan.label("geometry", element.geometry, language),
        "layer": element.layer,
        "note": element.note(language),
    }
    for key, text in facts.items():
        if text:
            yield _labelled(word("plan", key, language), text, language)


def _labelled(label: str, text: str, language: Language) -> str:
    return f"  {label}：{text}" if language == "zh" else f"  {label}: {text}"


def _block(key: str, language: Language, items: list[str]) -> list[str]:
    if not items:
        return []
    return [
        _labelled(word("plan", key, language), "", language).rstrip(),
        *(f"    - {it}" for it in items),
    ]


def _figures(plan: Plan, element_id: str, language: Language) -> list[str]:
    return [figure_text(plan, figure, language) for figure in plan.figures_of(element_id)]


def _relations(plan: Plan, element_id: str, language: Language) -> list[str]:
    texts = []
    for relation in plan.relations_of(element_id):
        verb = plan.label("relation", relation.relation, language)
        names = [
            f"{name} {plan.element(name).name(language)}" if name != element_id else name
            for name in (relation.from_id, relation.to_id)
        ]
        note = relation.note(language)
        tail = (f"（{note}）" if language == "zh" else f" ({note})") if note else ""
        texts.append(f"{names[0]} {verb} {names[1]}{tail}")
    return texts


def verification_text(result: Verification, language: Language) -> str:
    """Return the result of :func:`verify_quotes` in words, worst first.

    Parameters
    ----------
    result
        The result.
    language
        ``zh`` or ``en``.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan, verify_quotes
    >>> print(verification_text(verify_quotes(read_plan(), ""), "en").splitlines()[0])
    337 quotes: 0 found, 0 moved, 337 missing
    """
    facts = {
        "all": len(result.checks),
        "found": len(result.in_state("found")),
        "moved": len(result.in_state("moved")),
        "missing": len(result.in_state("missing")),
    }
    same = "same_text" if result.same_text else "other_text"
    lines = [
        word("plan", "verified", language).format_map(facts),
        word("plan", same, language).format_map({"sha256": result.sha256}),
    ]
    lines += _block("missing_headings", language, list(result.missing_headings)[:_SHOWN])
    for state in ("missing", "moved"):
        texts = [_check_text(check, language) for check in result.in_state(state)]
        more = [f"… +{len(texts) - _SHOWN}"] if len(texts) > _SHOWN else []
        lines += _block(state, language, texts[:_SHOWN] + more)
    return "\n".join(lines)


def _check_text(check: QuoteCheck, language: Language) -> str:
    lines = [check.line] if check.found_line is None else [check.line, check.found_line]
    text = " → ".join(_line(line, language) for line in lines)
    if check.elsewhere:
        others = ", ".join(_line(line, language) for line in check.elsewhere)
        text += f"; {word('plan', 'elsewhere', language)} {others}"
    return f"{check.element_id} {check.clause} {text}  {check.quote}"


def _line(line: int, language: Language) -> str:
    return word("plan", "line", language).format_map({"line": line})
