"""Units in headings and cells, limits as text, and figures held against the outlines."""

import csv
from fractions import Fraction
from importlib import resources
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from erdao_gis.catalogue import Workspace, create_workspace, layer_names, layer_schema
from erdao_gis.catalogue.measuring_units import heading_forms, ratio_between, unit_called
from erdao_gis.errors import SchemaError
from erdao_gis.files import read_features
from erdao_gis.intake import ImportOptions, PreparedImport, prepare_import, write_templates
from erdao_gis.intake.limit_texts import limit_columns, read_figure, read_limit
from erdao_gis.intake.mapping import match_headings

TABLES = resources.files("erdao_gis.shipped") / "catalogue"


def rows(name: str) -> list[dict[str, str]]:
    """Read all rows of one table."""
    with (TABLES / f"{name}.csv").open("r", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Make an empty fictional workspace."""
    return create_workspace(tmp_path / "town", fictional=True)


def look(workspace: Workspace, folder: Path, said: dict[str, str] | None = None,
         **columns: list[object]) -> PreparedImport:  # fmt: skip
    """Prepare parcels of a hectare each with these columns."""
    number = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(
        {"地块编号": [f"P{n}" for n in range(1, number + 1)], **columns},
        geometry=[box(461_000 + 200 * n, 4_860_000, 461_100 + 200 * n, 4_860_100)
                  for n in range(number)],
        crs=4551,
    )  # fmt: skip
    frame.to_file(folder / "p.gpkg")
    return prepare_import(
        workspace, folder / "p.gpkg", "parcels", ImportOptions(columns=said or {})
    )


@pytest.mark.parametrize("row", rows("units"), ids=lambda row: row["key"])
def test_every_unit_is_whole(row: dict[str, str]) -> None:
    """A ratio above zero, names in both languages, and each name means this unit alone."""
    assert Fraction(int(row["numerator"]), int(row["denominator"])) > 0
    assert row["name_zh"]
    assert row["name_en"]
    for name in (row["key"], *row["names"].split(";")):
        unit = unit_called(name)
        assert unit is not None
        assert unit.key == row["key"]


def test_every_unit_of_a_column_is_known() -> None:
    """A column's unit can be converted into."""
    for name in layer_names():
        for column in layer_schema(name).columns:
            unit = unit_called(column.unit) if column.unit else None
            assert not column.unit or (unit and ratio_between(unit, column.unit) == 1)


@pytest.mark.parametrize("name", ["limit_columns", "aliases"])
def test_the_tables_name_columns_that_exist(name: str) -> None:
    """Layers and columns of the further tables are those of the catalogue."""
    for row in rows(name):
        layer = layer_schema(row["layer"])
        for key in ("column", "least", "most"):
            assert key not in row or layer.column(row[key]) is not None
    assert len(limit_columns("parcels")) == 4
    assert all(row["found_in"] for row in rows("aliases"))


@pytest.mark.parametrize(
    ("heading", "value", "column", "expected"),
    [
        ("用地面积（亩）", 15, "area_m2", 10_000),
        ("面积(公顷)", 1.25, "area_m2", 12_500),
        ("面积_平方米", 9_999, "area_m2", 9_999),
        ("AREA_HA", 1, "area_m2", 10_000),
        ("面积/㎡", 7.5, "area_m2", 7.5),
        ("出让面积（万㎡）", 1.2, "area_m2", 12_000),
        ("面积 【平方公里】", 0.01, "area_m2", 10_000),
        ("面积（单位：亩）", 3, "area_m2", 2_000),
        ("起始价（万元）", 1_200, "start_price", 1_200),
        ("起始价(元)", 12_345_678, "start_price", 1_234.5678),
        ("起始价（亿元）", 1.1, "start_price", 11_000),
        ("建筑限高(米)", 24, "height_max_m", 24),
        ("建筑限高m", 24, "height_max_m", 24),
        ("绿地率（%）", 35, "green_ratio_min", 35),
        ("绿地率（小数）", 0.07, "green_ratio_min", 7),
        ("出让年限（年）", 40, "term_years", 40),
    ],
)
def test_units_of_headings_are_converted_exactly(
    workspace: Workspace, tmp_path: Path, heading: str, value: float, column: str, expected: float
) -> None:
    """The unit leaves the name, and the figure is in the column's unit to the last digit."""
    prepared = look(workspace, tmp_path, **{heading: [value]})
    assert prepared.mapped[heading] == column
    assert prepared.frame[column].tolist() == [expected]


@pytest.mark.parametrize(
    "heading",
    ["起始价(元/平方米)", "起始价（万元/亩）", "面积（米）", "建筑限高（层）", "容积率（%）"],
)
def test_a_unit_of_another_kind_is_left_alone(
    workspace: Workspace, tmp_path: Path, heading: str
) -> None:
    """A price for the square metre is no total: kept under its own name, and said."""
    prepared = look(workspace, tmp_path, **{heading: [12]})
    assert heading not in prepared.mapped
    assert heading in prepared.kept
    assert heading in str(prepared.warnings["reason_zh"].iloc[0])


def test_a_stated_unit_of_another_kind_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """Told to fill a total with a price for the square metre."""
    with pytest.raises(SchemaError) as caught:
        look(workspace, tmp_path, {"单价（元/㎡）": "start_price"}, **{"单价（元/㎡）": [1]})
    assert caught.value.key == "unit_other_kind"
    overridden = look(workspace, tmp_path, {"单价（元/㎡）": "start_price:万元"},
                      **{"单价（元/㎡）": [1]})  # fmt: skip
    assert overridden.frame["start_price"].tolist() == [1.0]


@pytest.mark.parametrize("heading", ["用途（规划）", "name_m", "program", "(亩)", "m", "编号_2"])
def test_what_is_no_unit_stays_in_the_name(heading: str) -> None:
    """Brackets that hold something else are part of the heading."""
    stems = [form.stem for form in heading_forms(heading)]
    assert stems[0] == heading.replace("（", "(").replace("）", ")")
    assert "" not in stems


def test_a_whole_file_in_mu_is_told_once(workspace: Workspace, tmp_path: Path) -> None:
    """Ten hectares stated as 15 each: the likely unit is named, and how to say so."""
    prepared = look(workspace, tmp_path, 面积=[15.0] * 9 + [30.0])
    said = prepared.warnings[prepared.warnings["reason_zh"].str.contains("亩")]
    assert list(said["row"]) == [0]
    assert "--map 面积=area_m2:亩" in str(said["reason_zh"].iloc[0])
    assert list(prepared.warnings["id"]) == ["", "P10"]
    assert prepared.faults == ()
    told = look(workspace, tmp_path, {"面积": "area_m2:亩"}, 面积=[15.0] * 9 + [30.0])
    assert list(told.warnings["id"]) == ["P10"]


@pytest.mark.parametrize(
    ("heading", "value", "unit"),
    [("面积", 1.0, "hectares"), ("面积（亩）", 10_000.0, "m²"), ("面积", 0.01, "km²")],
)
def test_the_likely_unit_is_named(
    workspace: Workspace, tmp_path: Path, heading: str, value: float, unit: str
) -> None:
    """Also where the heading itself is wrong."""
    prepared = look(workspace, tmp_path, **{heading: [value] * 3})
    assert list(prepared.warnings["row"]) == [0]
    assert f"look like {unit}" in str(prepared.warnings["reason_en"].iloc[0])


def test_single_areas_that_differ_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    """More than 2 % off is a note with its code and row, never a fault."""
    prepared = look(workspace, tmp_path, 面积=[10_000, 10_199, 10_210, 9_000])
    assert list(prepared.warnings["id"]) == ["P3", "P4"]
    assert list(prepared.warnings["row"]) == [3, 4]
    assert prepared.faults == ()


def test_shares_for_percentages_are_told(workspace: Workspace, tmp_path: Path) -> None:
    """All figures up to 1 look like shares; one of 35 does not."""
    prepared = look(workspace, tmp_path, 绿地率=[0.3, 0.35])
    assert "--map 绿地率=green_ratio_min:小数" in str(prepared.warnings["reason_zh"].iloc[0])
    assert prepared.warnings["row"].tolist() == [0]
    mixed = look(workspace, tmp_path, 绿地率=[0.3, 35, "0.35", "35%"])
    assert mixed.warnings["id"].tolist() == ["P1", "P3"]
    assert mixed.frame["green_ratio_min"].tolist() == [0.3, 35, 0.35, 35]
    told = look(workspace, tmp_path, {"绿地率": "green_ratio_min:小数"}, 绿地率=[0.3, 0.35])
    assert told.frame["green_ratio_min"].tolist() == [30.0, 35.0]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("≤2.5", None, 2.5),
        ("<=2.5", None, 2.5),
        ("＜2.5", None, 2.5),
        ("不大于2.5", None, 2.5),
        ("不得超过 2.5", None, 2.5),
        ("2.5以下", None, 2.5),
        ("2.5（含）以下", None, 2.5),
        ("容积率：≤2.5", None, 2.5),
        ("2.5", None, 2.5),
        ("２．５", None, 2.5),
        ("≥1.2", 1.2, None),
        ("不小于1.2", 1.2, None),
        ("1.2以上", 1.2, None),
        ("1.0-2.5", 1.0, 2.5),
        ("1.0～2.5", 1.0, 2.5),
        ("1.0—2.5", 1.0, 2.5),
        ("1.0至2.5", 1.0, 2.5),
        ("1.0<容积率≤2.5", 1.0, 2.5),
        ("1.0＜R≤2.5", 1.0, 2.5),
        ("2.5≥容积率＞1.0", 1.0, 2.5),
        ("大于1.0且小于等于2.5", 1.0, 2.5),
        ("不小于1.0，不大于2.5", 1.0, 2.5),
        ("1.0以上2.5以下", 1.0, 2.5),
    ],
)
def test_limits_fill_the_side_they_name(
    workspace: Workspace, tmp_path: Path, text: str, low: float | None, high: float | None
) -> None:
    """A plain figure is the maximum, a bound goes to its own column, both fill both."""
    prepared = look(workspace, tmp_path, 容积率=[text, None])
    assert prepared.faults == ()
    found = prepared.frame.loc["P1", ["floor_area_ratio_min", "floor_area_ratio_max"]].tolist()
    assert [None if pd.isna(value) else value for value in found] == [low, high]
    assert prepared.limits_read == (text != "2.5")


@pytest.mark.parametrize(
    "text",
    [
        "约2.5", "≤2.5≤3", "2.5左右", "<1<2", "详见规划条件", "1.0/2.5", "≤", "1.0<2.5", "=2",
        "1.5\n2", "20 30", "2. 5", "2²", "①", "½", "40年", "18层", "R2", "R21", "1,200", "2，5",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_kept_in_words(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    """The figure is blank, the words stand beside it, named with row and parcel: no guess."""
    prepared = look(workspace, tmp_path, 容积率=["2", text])
    assert prepared.faults == ()
    assert prepared.frame["floor_area_ratio_max"].fillna(-1).tolist() == [2, -1]
    assert prepared.frame["floor_area_ratio_min"].isna().all()
    assert prepared.frame["容积率（原文）"].tolist() == [None, text]
    said = prepared.warnings[prepared.warnings["id"] == "P2"]
    assert said["row"].tolist() == [2]
    assert "容积率（原文）" in str(said["reason_zh"].iloc[0])


@pytest.mark.parametrize("value", ["-2", -2.0, "inf"])
def test_a_figure_that_cannot_be_is_a_fault(
    workspace: Workspace, tmp_path: Path, value: object
) -> None:
    """Below zero or endless is understood, and wrong."""
    prepared = look(workspace, tmp_path, 容积率=["2", str(value)])
    assert [(fault.rule, fault.feature) for fault in prepared.faults] == [("number_bad", "P2")]


def test_a_percentage_above_100_is_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    """30 under a heading that says shares would be 3000 %."""
    prepared = look(workspace, tmp_path, **{"绿地率（小数）": [0.3, 30]})
    assert [(f.rule, f.feature) for f in prepared.faults] == [("percent_above_100", "P2")]
    assert "3000%" in prepared.faults[0].message("zh")


@pytest.mark.parametrize("heading", ["面积（亩、公顷）", "面积(亩)(m2)"])
def test_two_units_in_a_heading_are_left_alone(
    workspace: Workspace, tmp_path: Path, heading: str
) -> None:
    """Which of them holds cannot be told; a statement settles it."""
    prepared = look(workspace, tmp_path, **{heading: [15]})
    assert prepared.frame["area_m2"].isna().all()
    assert heading in prepared.kept
    assert "两个单位" in str(prepared.warnings["reason_zh"].iloc[0])
    told = look(workspace, tmp_path, {heading: "area_m2:亩"}, **{heading: [15]})
    assert told.frame["area_m2"].tolist() == [10_000]


@pytest.mark.parametrize("heading", ["面积（万亩）", "面积（10⁴m²）", "面积（平方英尺）"])
def test_an_unknown_unit_is_said(workspace: Workspace, tmp_path: Path, heading: str) -> None:
    """The column looks like the area and is not taken for it."""
    prepared = look(workspace, tmp_path, **{heading: [1]})
    assert prepared.frame["area_m2"].isna().all()
    said = str(prepared.warnings["reason_zh"].iloc[0])
    assert heading in said
    assert "area_m2" in said


@pytest.mark.parametrize(
    ("heading", "text", "column", "expected"),
    [
        ("建筑限高", "不高于80米", "height_max_m", 80),
        ("建筑限高", "24m", "height_max_m", 24),
        ("建筑高度", "≥18米", "height_min_m", 18),
        ("绿地率", "≥35%", "green_ratio_min", 35),
        ("绿地率", "≤15％", "green_ratio_max", 15),
        ("绿地率（≤%）", "20", "green_ratio_max", 20),
        ("建筑密度", "≥40%", "building_density_min", 40),
        ("建筑密度(≥)", "40", "building_density_min", 40),
        ("建筑密度", "不大于28%", "building_density_max", 28),
        ("绿地率（小数）", "≥0.35", "green_ratio_min", 35),
        ("出让年限", "40年", "term_years", 40),
        ("面积", "15亩", "area_m2", 10_000),
        ("起始价", "1,200万元", "start_price", 1_200),
    ],
)
def test_cells_with_units_and_sides(
    workspace: Workspace, tmp_path: Path, heading: str, text: str, column: str, expected: float
) -> None:
    """A unit in the cell counts, and the wrong side of a one-sided alias is put right."""
    prepared = look(workspace, tmp_path, **{heading: [text]})
    assert prepared.faults == ()
    assert prepared.frame[column].tolist() == [expected]


@pytest.mark.parametrize("text", ["住宅70年，商服40年", "70年/40年", "12层", "40年以上"])
def test_a_term_of_two_uses_is_not_one_number(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    """The words are kept beside a blank figure; or the whole column under its own name."""
    prepared = look(workspace, tmp_path, 出让年限=[text])
    assert prepared.frame["term_years"].isna().all()
    assert prepared.frame["出让年限（原文）"].tolist() == [text]
    assert "出让年限（原文）" in prepared.kept
    alone = look(workspace, tmp_path, {"出让年限": ""}, 出让年限=[text])
    assert alone.frame["出让年限"].tolist() == [text]


def test_land_use_codes_without_their_zero_are_told(workspace: Workspace, tmp_path: Path) -> None:
    """701 for 0701 is said once for the file and changed nowhere; 16 is a code of its own."""
    prepared = look(workspace, tmp_path, 用地代码=["701", "16", "70102"])
    assert prepared.frame["land_use_code"].tolist() == ["701", "16", "70102"]
    assert set(prepared.warnings["row"]) == {0}
    said = " ".join(prepared.warnings["reason_zh"])
    assert "2 个代码像是丢了前导零（如 701，应为 0701）" in said
    assert "--pad-codes" in said


def test_zeros_are_put_back_when_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    """Only what is no code and becomes one; each change is listed."""
    look(workspace, tmp_path, 用地代码=["701", "16", "70102", "799", "0701"])
    options = ImportOptions(pad_codes=True)
    prepared = prepare_import(workspace, tmp_path / "p.gpkg", "parcels", options)
    codes = ["0701", "16", "070102", "799", "0701"]
    assert prepared.frame["land_use_code"].tolist() == codes
    said = " ".join(prepared.warnings["reason_zh"])
    assert "701 → 0701 (1)；70102 → 070102 (1)" in said
    assert "P4（799）" in said


def test_mixed_codes_and_codes_of_no_edition_are_told(workspace: Workspace, tmp_path: Path) -> None:
    """Both are kept as written; a main use is not chosen."""
    given = ["0901/0902", "R2B1", "０７０１", "070102.0", "0701", "-"]
    prepared = look(workspace, tmp_path, 用地代码=given)
    assert prepared.frame["land_use_code"].tolist() == [*given[:-1], None]
    said = " ".join(prepared.warnings["reason_zh"])
    assert "P1（0901/0902）、P2（R2B1）" in said
    assert "P3（０７０１）、P4（070102.0）" in said
    assert "列“用地代码”有 1 格只填了横线" in said


def test_a_dash_is_nothing_and_said(workspace: Workspace, tmp_path: Path) -> None:
    """Notices put a dash or a slash where nothing is set; a word is not taken for one."""
    prepared = look(workspace, tmp_path, 建筑限高=["24", "/", "——", " "])
    assert prepared.faults == ()
    assert prepared.frame["height_max_m"].notna().tolist() == [True, False, False, False]
    assert "2" in str(prepared.warnings["reason_zh"].iloc[0])
    words = look(workspace, tmp_path, 建筑限高=["24", "不限"])
    assert words.frame["建筑限高（原文）"].tolist() == [None, "不限"]


def test_one_limit_told_twice_is_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    """A range against another column's minimum: the parcel is named."""
    prepared = look(workspace, tmp_path,
                    容积率=["1.0-2.5", "1.0-2.5"], 容积率下限=[1.0, 1.2])  # fmt: skip
    assert [(f.rule, f.feature) for f in prepared.faults] == [("limit_told_twice", "P2")]


def test_the_other_side_is_converted_once(workspace: Workspace, tmp_path: Path) -> None:
    """A bound that moves to a column in another unit keeps its own figure."""
    prepared = look(workspace, tmp_path, **{"绿地率（小数）": ["≤0.2", "≥0.3"],
                                            "绿地率上限（小数）": [None, "0.4"]})  # fmt: skip
    assert prepared.frame["green_ratio_max"].tolist() == [20.0, 40.0]
    assert prepared.frame.loc["P2", "green_ratio_min"] == 30


def test_class_names_become_codes(workspace: Workspace, tmp_path: Path) -> None:
    """A name that one class has is translated and said; any other text is left for the check."""
    names = ["城镇住宅用地", "0701", "住宅", "二类城镇住宅用地"]
    prepared = look(workspace, tmp_path, 用地性质=names)
    assert prepared.frame["land_use_code"].tolist() == ["0701", "0701", "住宅", "070102"]
    assert prepared.translated == {"城镇住宅用地 → 0701": 1, "二类城镇住宅用地 → 070102": 1}


def test_nothing_near_is_said_in_words(tmp_path: Path) -> None:
    """Where no trusted line lies near, the datum was not compared: no figure is shown."""
    real = create_workspace(tmp_path / "real")
    corner = box(125.21, 43.61, 125.2105, 43.6105)
    gpd.GeoDataFrame({"id": ["1"]}, geometry=[corner], crs=4490).to_file(tmp_path / "p.gpkg")
    prepared = prepare_import(real, tmp_path / "p.gpkg", "parcels", ImportOptions())
    assert prepared.datum_fit is not None
    assert prepared.datum_fit.samples == 0
    assert "nan" not in prepared.datum_note("zh") + prepared.datum_note("en")
    assert "could not be checked" in prepared.datum_note("en")


@pytest.mark.parametrize("name", layer_names())
def test_every_template_is_read_again(tmp_path: Path, name: str) -> None:
    """Each heading of a blank workbook is its column, whatever the layer."""
    workbook = write_templates(name, tmp_path)[1]
    headings = list(read_features(workbook, layer=name).frame.columns)
    pairs = match_headings(layer_schema(name), headings, (), file="").pairs
    assert [pair.column for pair in pairs] == headings == layer_schema(name).column_names


@given(st.text(alphabet="0123456789.≤≥<>=-~不大小于高低且米%，年亩容积率以上下 ", max_size=20))
def test_reading_never_fails(text: str) -> None:
    """Any text gives figures or nothing, and both sides only where both are told."""
    limit = read_limit(text, names=["容积率"])
    assert limit is None or (limit.plain is None) != (limit.least is None and limit.most is None)
    assert read_figure(text, "m") is None or read_figure(text, "m") >= 0


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_ranges_are_read_as_they_are_written(low: float, high: float) -> None:
    """What Python writes as two figures comes back as these figures."""
    one, other = f"{low:.4f}", f"{high:.4f}"
    found = read_limit(f"{one}～{other}")
    assert found is not None
    assert (found.least, found.most) == (float(one), float(other))
