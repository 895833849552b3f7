"""From a figure to what it rests on, and from a clause to its figures."""

import json

import pytest

from erdao_gis.errors import NotInPlanError
from erdao_gis.indicators import (
    Run,
    clause_lines,
    explain,
    explanation_lines,
    figures_of_clause,
    registry,
)
from erdao_gis.plan import read_plan


def test_a_figure_leads_to_clause_norm_layers_and_features() -> None:
    """The axis: its clause, its register row, its one feature and the district's outline."""
    account = explain("axis_length")
    assert [clause["id"] for clause in account["clauses"]] == ["2.1", "2.1.2"]
    assert [element["id"] for element in account["register"]] == ["AX01"]
    assert account["norm"]["certainty"] == "parameter"
    assert account["features"]["axis_length"] == {"axis": ["AX01"]}
    assert account["figures"][0]["state"] == "value"
    json.dumps(account, allow_nan=False)


def test_a_run_computes_a_figure_once() -> None:
    """Table and account of a run carry the same figure under the same run id."""
    run = Run()
    table = run.indicators(ids=["axis_length", "belt_area"])
    account = explain("belt_area", run)
    assert account["run_id"] == table.run_id == run.id
    assert account["figures"] == [table.row("belt_area")]


def test_a_walk_says_how_it_was_measured() -> None:
    """Speed, strip and grid stand in the title of the figure and in its account."""
    account = explain("metro_land_500.walk")
    told = account["methods"]["metro_land_500.walk"]["zh"]
    assert "70 m/分钟" in told
    assert "50 m" in told
    assert "两侧各 50 m" in account["figures"][0]["name_zh"]
    changed = explain(
        "metro_land_500.walk", Run(parameters={"metro_land_500": {"strip": 80, "speed": 60}})
    )
    assert "80 m" in changed["methods"]["metro_land_500.walk"]["en"]
    assert changed["figures"][0]["value"] != account["figures"][0]["value"]
    assert changed["run_id"] != account["run_id"]


def test_a_variant_is_explained_alone() -> None:
    """Only the variant that was asked for."""
    account = explain("metro_land_300.straight")
    assert [figure["id"] for figure in account["figures"]] == ["metro_land_300.straight"]


def test_a_clause_leads_to_its_figures_and_back() -> None:
    """Every indicator is found from each of its clauses."""
    for row in registry().values():
        for clause in row.clauses:
            assert row.id in [found["id"] for found in figures_of_clause(clause)]


def test_a_chapter_gathers_its_sections() -> None:
    """10 holds what 10.1.2 holds, but not what 1.1.3 alone holds; nor is 1 the part 10."""
    above = {found["id"] for found in figures_of_clause("10")}
    assert {found["id"] for found in figures_of_clause("10.1.2")} < above
    assert "bare_land" not in {found["id"] for found in figures_of_clause("1")}


def test_a_clause_without_figures_has_none() -> None:
    """The glossary is no clause that is measured."""
    assert figures_of_clause("13.1.1") == []


def test_unknown_ids_are_refused() -> None:
    """Neither an indicator nor a clause is guessed."""
    with pytest.raises(NotInPlanError):
        explain("axis")
    with pytest.raises(NotInPlanError):
        figures_of_clause("99.9")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_lines_name_clause_and_certainty(language: str) -> None:
    """A reader sees the citation, how sure the norm is and the figure."""
    account = explain("park_coverage.straight_land")
    said = "\n".join(explanation_lines(account, language))  # type: ignore[arg-type]
    clause = read_plan().clause("10.1.2")
    assert clause.citation(language) in said  # type: ignore[arg-type]
    assert {"zh": "条文已核", "en": "clause seen"}[language] in said
    assert {"zh": "无数据（居住用地）", "en": "no data (Residential land)"}[language] in said


def test_the_lines_of_a_clause_show_targets() -> None:
    """The village minimum with its number."""
    lines = clause_lines("5.2.1", "zh")
    assert lines[0].startswith("第五篇第二章第一节")
    assert any("村屯绿化覆盖率" in line and ">= 30 %" in line for line in lines)
