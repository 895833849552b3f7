"""Evaluation: path, deviation and verdict; and reported figures that are no geometry."""

import csv
import json
from importlib import resources
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.catalogue import Workspace, create_workspace
from erdao_gis.catalogue.statistics import latest
from erdao_gis.errors import SchemaError
from erdao_gis.indicators import (
    Limits,
    compute_indicators,
    evaluate,
    path_value,
    read_statistics,
)
from erdao_gis.plan import read_plan

HEADER = "key,part,feature,operator,value,unit,as_of,source_zh,source_en"


def reporting(folder: Path, *rows: str) -> Workspace:
    """Make a fictional workspace that reports these rows."""
    town = create_workspace(folder / "town", fictional=True)
    text = "\n".join([HEADER, *rows]) + "\n"
    (town.folder / "statistics.csv").write_text(text, "utf-8")
    return town


def verdicts(folder: Path, *rows: str, **options: object) -> pd.DataFrame:
    """Evaluate what these rows report, at the end of 2025."""
    town = reporting(folder, *rows)
    return evaluate("2025", place=town, **options).frame.set_index("id")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("actual", "deviation", "verdict"),
    [(100, 0.0, "met"), (96, -0.1, "behind"), (92, -0.2, "behind"), (91, -0.225, "off")],
)
def test_the_final_evaluation_holds_against_the_target(
    tmp_path: Path, actual: float, deviation: float, verdict: str
) -> None:
    """From 60 % to 100 %: what is short, as a share of the 40 points to be gained."""
    rows = ("IN10,,,=,60,%,2020,a,a", f"IN10,,,=,{actual},%,2025,a,a")
    row = verdicts(tmp_path, *rows).loc["reported_in10"]
    assert (row["baseline"], row["target"], row["path"], row["actual"]) == (60, 100, 100, actual)
    assert row["deviation"] == pytest.approx(deviation)
    assert row["verdict"] == verdict


def test_the_mid_term_holds_against_the_path(tmp_path: Path) -> None:
    """At the end of 2022, two years of five: 76 % is on the path from 60 % to 100 %."""
    rows = ("IN10,,,=,60,%,2020,a,a", "IN10,,,=,76,%,2022,a,a", "IN10,,,=,99,%,2025,a,a")
    town = reporting(tmp_path, *rows)
    result = evaluate("2022", template="mid", place=town, path="steps")
    row = result.frame.set_index("id").loc["reported_in10"]
    assert row["path"] == pytest.approx(76)
    assert row["actual"] == 76  # the report of 2025 is not read
    assert row["verdict"] == "met"


def test_less_is_better_where_the_plan_wants_less(tmp_path: Path) -> None:
    """Unemployment of 3.5 % keeps the ceiling of 4 %, 4.5 % does not."""
    base = "IN35,,,=,3.9,%,2020,a,a"
    good = verdicts(tmp_path, base, "IN35,,,=,3.5,%,2025,a,a").loc["reported_in35"]
    assert (good["target_operator"], good["verdict"]) == ("<=", "met")
    (tmp_path / "b").mkdir()
    bad = verdicts(tmp_path / "b", base, "IN35,,,=,4.5,%,2025,a,a").loc["reported_in35"]
    assert bad["verdict"] == "off"


def test_the_baseline_is_no_progress(tmp_path: Path) -> None:
    """With nothing reported after 2020 there is no actual value."""
    row = verdicts(tmp_path, "IN10,,,=,60,%,2020,a,a").loc["reported_in10"]
    assert row["verdict"] == "no_data"
    assert row["missing"] == ("statistics:IN10",)


def test_a_target_without_a_baseline_is_listed(tmp_path: Path) -> None:
    """That it is met can be told; what is not met has no verdict, and the reason is given."""
    town = reporting(tmp_path, "IN10,,,=,90,%,2025,a,a", "IN51,,,=,100,%,2025,a,a")
    result = evaluate("2025", place=town)
    frame = result.frame.set_index("id")
    assert frame.loc["reported_in10", ["verdict", "reason"]].tolist() == ["no_data", "no_base"]
    assert pd.isna(frame.loc["reported_in10", "deviation"])
    assert "no base value" in next(line for line in result.lines("en") if "reported_in10" in line)
    assert frame.loc["reported_in51", "verdict"] == "met"
    assert "reported_in10" in [fault.feature for fault in result.faults]
    mid = evaluate("2023", template="mid", place=town).frame.set_index("id")
    assert mid.loc["reported_in10", "verdict"] == "no_data"


def test_the_limits_are_parameters(tmp_path: Path) -> None:
    """Who allows a tenth of the way to be missing finds it on target."""
    rows = ("IN10,,,=,60,%,2020,a,a", "IN10,,,=,96,%,2025,a,a")
    row = verdicts(tmp_path, *rows, limits=Limits(behind=0.1, off=0.3)).loc["reported_in10"]
    assert row["verdict"] == "met"


def test_a_bound_is_no_baseline(tmp_path: Path) -> None:
    """“At most 4 %” in 2020 is no value from which a path starts."""
    rows = ("IN35,,,<=,4,%,2020,a,a", "IN35,,,=,3,%,2025,a,a")
    row = verdicts(tmp_path, *rows).loc["reported_in35"]
    assert pd.isna(row["baseline"])
    assert row["verdict"] == "met"


def test_only_targets_of_the_plan_are_judged() -> None:
    """The achievement of 36.2 % has no row, nor has what only a norm asks."""
    ids = set(evaluate("2025").frame["id"])
    assert "reported_in01" not in ids
    assert "park_coverage" not in ids
    assert "village_green_cover" in ids


def test_the_shipped_district_is_honest() -> None:
    """Nothing was reported after 2020: every verdict is no data."""
    result = evaluate("2025")
    assert set(result.frame["verdict"]) == {"no_data"}
    json.dumps(result.as_dict("zh"), allow_nan=False)
    assert "无数据" in result.lines("zh")[1]
    assert "no data" in result.lines("en")[1]


@given(
    base=st.floats(-1e6, 1e6),
    target=st.floats(-1e6, 1e6),
    early=st.floats(0, 1),
    late=st.floats(0, 1),
)
def test_a_path_leads_from_baseline_to_target_without_turning(
    base: float, target: float, early: float, late: float
) -> None:
    """It starts and ends where it should, and never goes back; steps never run ahead."""
    first, second = sorted((early, late))
    for way in ("linear", "steps"):
        assert path_value(base, target, 0, way) == pytest.approx(base)  # type: ignore[arg-type]
        assert path_value(base, target, 1, way) == pytest.approx(target)  # type: ignore[arg-type]
        ahead = path_value(base, target, second, way) - path_value(base, target, first, way)  # type: ignore[arg-type]
        assert ahead * (target - base) >= -1e-6 * abs(target - base)
    behind = path_value(base, target, early, "linear") - path_value(base, target, early, "steps")
    assert behind * (target - base) >= -1e-6 * max(1.0, abs(target - base)) ** 2


@pytest.mark.parametrize("date", ["25", "2025-13-01", "soon", ""])
def test_a_date_that_is_none_is_refused(date: str) -> None:
    """A year or an ISO date."""
    with pytest.raises(SchemaError) as caught:
        evaluate(date)
    assert caught.value.key == "indicators_bad_date"


def test_an_unknown_template_is_refused() -> None:
    """Mid-term or final."""
    with pytest.raises(SchemaError):
        evaluate("2025", template="yearly")  # type: ignore[arg-type]


def test_shipped_statistics_are_what_the_outline_states() -> None:
    """Each row is an achievement or baseline of the plan's figures, none a target."""
    figures = {
        (one.register_id, one.part, str(one.base_year)): (one.operator, one.value, one.unit)
        for one in read_plan().figures
        if one.role in ("achievement", "baseline")
    }
    table = read_statistics()
    assert len(table) >= 30
    for row in table.to_dict("records"):
        key = (row["key"], row["part"], row["as_of"])
        assert figures[key] == (row["operator"], row["value"], row["unit"])


def test_a_report_stands_over_the_shipped_figure_of_its_year(tmp_path: Path) -> None:
    """The district corrects what the outline said; other years stay."""
    town = create_workspace(tmp_path / "real")
    rows = [HEADER, "IN01,,,=,36.4,%,2020,区统计,district", "IN01,,,=,41,%,2024,区统计,district"]
    (town.folder / "statistics.csv").write_text("\n".join(rows), "utf-8")
    table = read_statistics(town)
    values = table[table["key"] == "IN01"].set_index("as_of")["value"].to_dict()
    assert values == {"2020": 36.4, "2024": 41.0}
    found = latest(table, "IN01", until="2023")
    assert found is not None
    assert found["value"] == 36.4


def test_nothing_shipped_is_read_with_a_fictional_town(tmp_path: Path) -> None:
    """The real district's achievements are not the town's."""
    assert read_statistics(create_workspace(tmp_path / "town", fictional=True)).empty


@pytest.mark.parametrize(
    "row",
    [
        "IN10,,,=,many,%,2025,a,a",
        "IN10,,,about,5,%,2025,a,a",
        "IN10,,,=,nan,%,2025,a,a",
        "IN10,,,=,5,%,last year,a,a",
        "IN10,,,=",
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: str) -> None:
    """With its number in the file."""
    with pytest.raises(SchemaError) as caught:
        read_statistics(reporting(tmp_path, row))
    assert caught.value.key == "indicators_statistics_row"
    assert caught.value.facts["row"] == 2


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    """The column is named."""
    town = create_workspace(tmp_path / "town", fictional=True)
    (town.folder / "statistics.csv").write_text("key,value\nIN10,5\n", "utf-8")
    with pytest.raises(SchemaError) as caught:
        read_statistics(town)
    assert "as_of" in caught.value.message("en")


def test_every_target_of_the_plan_is_judged_or_listed_with_its_reason() -> None:
    """Of the figures that the plan calls targets none is lost and none stands twice."""
    targets = [
        f"{figure.register_id}.{figure.part}".removesuffix(".")
        for figure in read_plan().figures
        if figure.role == "target"
    ]
    result = evaluate("2025")
    shown = [*result.frame["target_id"], *result.left_out["target_id"]]
    assert sorted(shown) == sorted(targets)
    assert len(result.left_out) == 9
    assert (result.left_out[["reason_zh", "reason_en", "name_zh", "name_en"]] != "").all(axis=None)
    told = result.as_dict()["left_out"]
    assert [row["target_id"] for row in told] == list(result.left_out["target_id"])
    for language in ("zh", "en"):
        lines = "\n".join(result.lines(language))  # type: ignore[arg-type]
        assert all(reason in lines for reason in result.left_out[f"reason_{language}"])


def test_reasons_are_written_for_what_is_left_out_only() -> None:
    """A reason whose target is judged would contradict the evaluation."""
    file = resources.files("erdao_gis.shipped") / "indicators" / "left_out.csv"
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert [row["target"] for row in rows] == list(evaluate("2025").left_out["target_id"])


def test_gdp_growth_is_listed_since_its_reading_is_open() -> None:
    """Yearly or in all is not said: 6.5 % a year comes to 37 % in five."""
    row = evaluate("2025").left_out.set_index("target_id").loc["IN32"]
    assert (row["target_operator"], row["target"], row["unit"]) == ("≈", 6.5, "%/year")
    assert round((1.065**5 - 1) * 100) == 37
    assert "37" in row["reason_zh"]
    assert "37" in row["reason_en"]


@pytest.mark.parametrize(
    ("reported", "verdict"),
    [("IN11,,,>=,90", "met"), ("IN11,,,>=,80", "no_data"), ("IN35,,,<=,3", "met"),
     ("IN35,,,<=,5", "no_data"), ("IN35,,,>=,5", "no_data")],
)  # fmt: skip
def test_a_reported_bound_is_judged_as_far_as_it_goes(
    tmp_path: Path, reported: str, verdict: str
) -> None:
    """At least 90 % is enough for 85 %; at most 5 % says nothing of a ceiling of 4 %."""
    row = verdicts(tmp_path, f"{reported},%,2025,a,a")
    row = row.loc[f"reported_{reported[:4].lower()}"]
    assert (row["verdict"], row["reason"]) == (verdict, "bound")


def test_a_target_that_was_reached_before_is_to_be_kept(tmp_path: Path) -> None:
    """Jobs: 14,919 a year before, 9,000 wanted; 8,900 is 100 of 5,919 short at any time."""
    town = reporting(tmp_path, "IN36,,,=,14919,x,2020,a,a", "IN36,,,=,8900,x,2022,a,a")
    row = evaluate("2022", template="mid", place=town).frame.set_index("id")
    row = row.loc["reported_in36"]
    assert (row["start"], row["path"], row["verdict"]) == (9000, 9000, "behind")
    assert row["deviation"] == pytest.approx(-100 / 5919)


def test_a_table_without_a_target_figure_is_refused() -> None:
    """A table computed for some indicators only cannot be evaluated: the lacking are named."""
    some = compute_indicators(ids=["park_coverage"])
    with pytest.raises(SchemaError, match="village_green_cover"):
        evaluate("2025", table=some)
