"""The shipped register: what it counts, and that every reference in it holds."""

import pytest

from erdao_gis.plan import Plan, counts, read_plan, scan_plan

QUOTE_LIMIT = 40


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Read the shipped plan."""
    return read_plan()


def test_shipped_plan_has_no_faults() -> None:
    """Every rule of the tables holds."""
    assert scan_plan()[1] == ()


def test_register_has_every_element_of_the_outline(plan: Plan) -> None:
    """337 elements and figures were found in the outline; none was lost."""
    assert len(plan.elements) == 337
    assert len({element.id for element in plan.elements}) == 337


def test_layout_counts_two_one_three_three_eight(plan: Plan) -> None:
    """The layout has 2 zones, 1 axis, 3 rivers with 3 belts, 3 cores, 8 nodes."""
    found = counts(plan)
    assert (found.zones, found.axis, found.rivers, found.belts) == (2, 1, 3, 3)
    assert (found.cores, found.nodes) == (3, 8)


def test_streets_count_one_two_three_four_and_an_open_n(plan: Plan) -> None:
    """The streets are 1+2+3+4+N; N is open: six, four of them sections."""
    found = counts(plan)
    assert found.streets == {"1": 1, "2": 2, "3": 3, "4": 4, "N": 6}
    assert found.sections == 4
    assert found.open_list


def test_there_are_three_clusters(plan: Plan) -> None:
    """Advanced manufacturing, new materials, new technology."""
    assert counts(plan).clusters == 3


def test_every_quote_is_short_enough_to_be_a_citation(plan: Plan) -> None:
    """A quote has at most 40 characters, and at least one."""
    assert all(0 < len(element.quote) <= QUOTE_LIMIT for element in plan.elements)


def test_every_element_cites_a_clause(plan: Plan) -> None:
    """Clause ids resolve, and the clause begins at or above the quote's line."""
    for element in plan.elements:
        assert plan.clause(element.clause).line <= element.line


def test_every_relation_joins_two_elements(plan: Plan) -> None:
    """Both ends of every relation are in the register."""
    for relation in plan.relations:
        assert plan.element(relation.from_id) is not plan.element(relation.to_id)


def test_every_clause_but_the_parts_has_its_parent(plan: Plan) -> None:
    """Headings form one hierarchy of 13 parts and the glossary."""
    tops = [clause.id for clause in plan.clauses if not clause.parent]
    assert tops == [*(str(number) for number in range(1, 14)), "G"]
    assert all(plan.clause(clause.parent) for clause in plan.clauses if clause.parent)


def test_combined_figures_are_split_into_numbers(plan: Plan) -> None:
    """The sector shares are six numbers, and those of each year sum to 100."""
    shares = plan.figures_of("IN31")
    for year in (2015, 2020):
        values = [share.value for share in shares if share.base_year == year]
        assert sum(value for value in values if value is not None) == pytest.approx(100)
        assert len(values) == 3


def test_green_ratio_and_green_coverage_stay_apart(plan: Plan) -> None:
    """36.2 % is an achieved green-space ratio, 30 % a target of green coverage."""
    (ratio,), (coverage,) = plan.figures_of("IN01"), plan.figures_of("IN09")
    assert (ratio.operator, ratio.value, ratio.role) == ("=", 36.2, "achievement")
    assert (coverage.operator, coverage.value, coverage.role) == (">=", 30, "target")
    assert "绿地率" in plan.element("IN01").name_zh
    assert "绿化覆盖率" in plan.element("IN09").name_zh


def test_words_without_a_number_have_no_value(plan: Plan) -> None:
    """Words like "basically completed" are not turned into a percentage."""
    (figure,) = plan.figures_of("IN13")
    assert figure.value is None
    assert figure.basis_zh.startswith("“基本完成”")


def test_contradiction_about_the_expressway_is_kept(plan: Plan) -> None:
    """The Jilin Road expressway is built in Part 1 and to be completed in Part 9."""
    assert "建成通车" in plan.element("RD08").note_zh
    assert any("建成通车" in item.text_zh for item in plan.ambiguities_of("RD08"))


def test_missing_west_bound_of_the_first_cluster_stays_missing(plan: Plan) -> None:
    """The outline bounds the cluster on three sides only."""
    sides = {
        relation.relation: relation.to_id
        for relation in plan.relations_of("CL01")
        if relation.relation.startswith("bounded_")
    }
    assert sides == {"bounded_east": "RF14", "bounded_south": "LG09", "bounded_north": "RF15"}


def test_implied_target_years_say_so(plan: Plan) -> None:
    """A target year that the text does not give is marked as implied in the basis or the note."""
    (figure,) = plan.figures_of("IN21")
    assert figure.target_year == 2025
    assert "推定" in figure.basis_zh
    assert "implied" in figure.basis_en
