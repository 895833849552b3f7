"""Asking the plan: elements, relations, parts, the tree, tables."""

import json
from collections.abc import Iterator, Sequence

import pandas as pd
import pytest

from erdao_gis.errors import NotInPlanError
from erdao_gis.plan import (
    Plan,
    PlanNode,
    element_record,
    element_text,
    elements_frame,
    figure_text,
    figures_frame,
    plan_tree,
    read_plan,
    tree_record,
    tree_text,
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Read the shipped plan."""
    return read_plan()


def _all(nodes: Sequence[PlanNode]) -> Iterator[PlanNode]:
    for node in nodes:
        yield node
        yield from _all(node.children)


def test_element_is_found_by_its_id(plan: Plan) -> None:
    """ND03 is the Dongsheng Street node of Part 2, chapter 1, section 4."""
    node = plan.element("ND03")
    assert node.name_zh == "东盛大街综合服务节点"
    assert plan.clause(node.clause).citation_zh == "第二篇第一章第四节"


def test_unknown_element_is_refused_with_near_ids(plan: Plan) -> None:
    """The message names the id asked for and ids like it, in both languages."""
    with pytest.raises(NotInPlanError) as caught:
        plan.element("ND99")
    for language in ("zh", "en"):
        assert "ND99" in caught.value.message(language)
        assert "ND0" in caught.value.message(language)


def test_unknown_clause_is_refused(plan: Plan) -> None:
    """There is no part 14."""
    with pytest.raises(NotInPlanError, match="14"):
        plan.clause("14")


def test_relations_come_from_the_element_first(plan: Plan) -> None:
    """The node lies on its street; the street is told so after its own relations."""
    relations = plan.relations_of("FS05")
    directions = [relation.from_id == "FS05" for relation in relations]
    assert directions == sorted(directions, reverse=True)
    assert ("ND03", "lies_on") in [(item.from_id, item.relation) for item in relations]


def test_codes_have_labels_and_unknown_ones_stay(plan: Plan) -> None:
    """A code without a label is shown as it is."""
    assert plan.label("status", "to_build", "zh") == "新建"
    assert plan.label("status", "", "zh") == ""


def test_creative_park_has_its_six_areas(plan: Plan) -> None:
    """The tractor factory's park has six areas, in the order of the text."""
    names = [part.name_zh for part in plan.children("CU01")]
    assert names == [
        "匠心体验区",
        "文化市集区",
        "闲暇惬意区",
        "文娱休闲区",
        "亲子互动区",
        "生活服务区",
    ]


def test_tree_shows_every_element_in_full_once(plan: Plan) -> None:
    """Elsewhere an element is a reference without children."""
    nodes = [node for node in _all(plan_tree(plan)) if node.element_id]
    full = [node.element_id for node in nodes if not node.reference]
    assert sorted(full) == sorted(element.id for element in plan.elements)
    assert all(not node.children for node in nodes if node.reference)


def test_tree_begins_with_the_layout(plan: Plan) -> None:
    """The layout stands first, with its five groups."""
    first = plan_tree(plan)[0]
    assert first.element_id == "ST01"
    assert [group.name_zh for group in first.children] == ["2区", "1路", "3河", "3核", "8节点"]
    assert [len(group.children) for group in first.children] == [2, 1, 3, 3, 8]


def test_tree_of_one_element_holds_its_parts(plan: Plan) -> None:
    """A root gives one node with all that is part of it."""
    (node,) = plan_tree(plan, "BL01")
    assert [part.element_id for part in node.children] == ["SB01", "SB02", "SB03"]


def test_tree_text_can_be_cut_at_a_depth(plan: Plan) -> None:
    """Depth 1 prints the roots only."""
    text = tree_text(plan_tree(plan, "ST01"), "en", depth=1)
    assert text.splitlines() == [
        'ST01  "21338" spatial layout: 2 zones, 1 road, 3 rivers, 3 cores, 8 nodes'
    ]


def test_tree_text_marks_references(plan: Plan) -> None:
    """The belts of "two belts and one corridor" point back to the layout."""
    lines = tree_text(plan_tree(plan), "zh").splitlines()
    assert "│  ├─ BL01  伊通河滨河商业活力功能带  （见上）" in lines


def test_records_are_ready_for_json(plan: Plan) -> None:
    """Tree and every element's record can be written as JSON."""
    tree = json.loads(json.dumps(tree_record(plan_tree(plan))))
    record = json.loads(json.dumps(element_record(plan, "IN31")))
    assert tree[0]["id"] == "ST01"
    assert [figure["value"] for figure in record["figures"][:3]] == [0.1, 29.3, 70.6]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_element_can_be_shown(plan: Plan, language: str) -> None:
    """Name, clause and quote of each of the 337 stand in its text."""
    for element in plan.elements:
        text = element_text(plan, element.id, "zh" if language == "zh" else "en")
        assert element.name_zh in text
        assert element.quote in text


def test_figure_text_names_number_year_and_role(plan: Plan) -> None:
    """Each split figure says which of the numbers it is."""
    texts = [figure_text(plan, figure, "en") for figure in plan.figures_of("IN48")]
    assert texts[0].startswith("provincial: = 33 projects, achievement 2020")
    assert texts[1].startswith("city: = 6 projects, achievement 2020")


def test_frame_has_one_row_per_element(plan: Plan) -> None:
    """The table is indexed by id and carries the citation."""
    table = elements_frame(plan)
    assert table.index.name == "id"
    assert len(table) == 337
    assert table.loc["ND03", "citation_en"] == "Part 2 ch. 1 sec. 4"


def test_figures_frame_has_numbers(plan: Plan) -> None:
    """Values are floats, years nullable integers, words without a number NaN."""
    table = figures_frame(plan).set_index("register_id")
    assert table.loc["IN01", "value"] == 36.2
    assert pd.isna(table.loc["IN13", "value"])
    assert table.loc["IN52", "target_year"] == 2035
    assert pd.isna(table.loc["IN52", "base_year"])
