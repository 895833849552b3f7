"""The registry of indicators: every row of the shipped tables resolves."""

import csv
from importlib import resources

import pytest

from erdao_gis.catalogue import layer_names, layer_schema
from erdao_gis.errors import NotInPlanError, SchemaError
from erdao_gis.indicators import (
    UNITS,
    Indicator,
    compute_indicators,
    indicator,
    indicator_inputs,
    norms,
    registry,
    target_of,
)
from erdao_gis.indicators.functions import FUNCTIONS
from erdao_gis.indicators.naming import ground_name
from erdao_gis.indicators.table import unit_text
from erdao_gis.plan import read_plan
from erdao_gis.wording import words

ROWS = list(registry().values())
PLAN = read_plan()


def test_every_group_of_the_brief_has_indicators() -> None:
    """Thirty at least, over all nine groups, and the state of the data."""
    groups = {row.group for row in ROWS}
    assert len(ROWS) >= 30
    assert groups >= {
        "parks",
        "living_circle",
        "green",
        "green_lines",
        "rivers",
        "metro",
        "centres",
        "roads",
        "renewal",
        "data",
        "reported",
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_resolves_whole(row: Indicator) -> None:
    """Names, formula, norm, clauses, elements, layers, columns, units and variants are known."""
    assert row.name_zh
    assert row.name_en
    assert row.formula_zh
    assert row.formula_en
    assert row.norm in norms()
    assert row.clauses
    for clause in row.clauses:
        PLAN.clause(clause)
    for element in row.register_ids:
        PLAN.element(element)
    for item in row.inputs:
        for option in item.options:
            if option.layer in ("scene", "statistics"):
                continue
            assert option.layer in layer_names()
            assert not option.column or layer_schema(option.layer).column(option.column)
    assert set(row.units) <= {"whole", "areas", *UNITS}
    assert row.direction in ("higher", "lower", "near", "")
    assert all(f"variant_{variant}" in words("indicators") for variant in row.variants)
    assert f"group_{row.group}" in words("indicators")
    for language in ("zh", "en"):
        assert not row.unit or unit_text(row.unit, language)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_target_is_a_target(row: Indicator) -> None:
    """A row refers to a figure that the plan calls a target, to a norm with a value, or none."""
    if not row.target:
        assert row.target_value is None
        assert target_of(row) is None
    else:
        assert target_of(row) is not None
        assert (row.target == "norm") == (row.target_value is not None)


def test_the_table_has_each_id_once_and_every_function_serves() -> None:
    """No id is claimed twice, and no function is left without a row."""
    path = resources.files("erdao_gis.shipped") / "indicators" / "indicators.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["function"] for row in rows} == set(FUNCTIONS)


def test_an_achievement_is_no_target() -> None:
    """36.2 % green land of the built-up area is what the plan has reached, not what it aims at."""
    for name in ("built_up_green_ratio", "reported_in01", "green_ratio"):
        assert "IN01" in indicator(name).register_ids
        assert target_of(indicator(name)) is None


def test_the_village_target_is_a_minimum_of_green_cover() -> None:
    """30 % is asked of each village, as green cover and not as green ratio."""
    row = indicator("village_green_cover")
    assert target_of(row) == (">=", 30.0)
    assert row.norm == "OUTLINE"
    assert "覆盖率" in row.name_zh
    assert "最低" in row.formula_zh


def test_basically_completed_has_no_figure() -> None:
    """The plan's 基本完成 inside the Third Ring is not turned into 100 %."""
    assert target_of(indicator("renewal_done_third_ring")) is None


def test_norms_say_how_sure_they_are() -> None:
    """Every norm has words in both languages and one of three certainties."""
    for norm in norms().values():
        assert norm.says_zh
        assert norm.says_en
        assert norm.title_zh
        assert norm.title_en
        assert norm.certainty in ("confirmed", "likely", "parameter")


def test_a_norm_that_is_a_parameter_sets_no_target() -> None:
    """What no norm fixes cannot be missed."""
    for row in ROWS:
        if row.target == "norm":
            assert norms()[row.norm].certainty == "confirmed"


def test_inputs_are_read_with_their_flags() -> None:
    """Options, columns, flags and the variant they serve."""
    homes, roads = indicator_inputs("residential:population|population![people];roads@?")
    assert [str(option) for option in homes.options] == ["residential.population", "population"]
    assert (homes.whole, homes.within, homes.optional, homes.tag) == (True, False, False, "people")
    assert (roads.whole, roads.within, roads.optional, roads.tag) == (False, True, True, "")


@pytest.mark.parametrize("text", ["residential land", "Roads", "roads[walk", "roads!!x"])
def test_inputs_of_another_form_are_refused(text: str) -> None:
    """A slip in the registry is named, not guessed at."""
    with pytest.raises(SchemaError) as caught:
        indicator_inputs(text)
    assert caught.value.key == "indicators_bad_input"


def test_an_unknown_indicator_names_its_neighbours() -> None:
    """A misspelt id is answered with what is near to it."""
    with pytest.raises(NotInPlanError) as caught:
        indicator("park_coverge")
    assert "park_coverage" in caught.value.message("en")


def test_an_unknown_variant_is_refused() -> None:
    """The variant is part of the id."""
    with pytest.raises(NotInPlanError):
        indicator("park_coverage.by_bus")


@pytest.mark.parametrize("unit", [None, "zones", "layers"])
def test_no_two_figures_share_a_title(unit: str | None) -> None:
    """Two grounds, or two ways to measure, are two figures with two titles."""
    figures = compute_indicators(unit=unit).frame.drop_duplicates("id")
    for names in (figures["name_zh"], figures["name_en"]):
        assert names[names.duplicated()].tolist() == []


def test_every_ground_of_the_registry_is_known() -> None:
    """A row names a ground of the table, for the whole and for a unit."""
    for row in registry().values():
        for variant in row.variants or ("",):
            for kind in ("", "zones"):
                assert ground_name(row, variant, kind) or not row.ground_for(variant)
