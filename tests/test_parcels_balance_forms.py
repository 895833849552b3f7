"""The balance of a workspace as it is handed in: one ground, what is kept, and the paper form."""

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.worksheet.worksheet import Worksheet
from shapely import box

from erdao_gis.catalogue import Workspace, create_workspace, open_workspace
from erdao_gis.cli.parcels import parcels
from erdao_gis.errors import GeometryError, SchemaError
from erdao_gis.files import write_features
from erdao_gis.parcels import balance_parcels

X, Y = 470_000, 4_832_000


def run(*arguments: object, language: str = "zh") -> Result:
    """Run one of the parcel commands."""
    return CliRunner().invoke(parcels, [str(one) for one in arguments], obj=language)


def layer(
    codes: list[str | None], edges: list[tuple[int, int]], **more: object
) -> gpd.GeoDataFrame:
    """Give areas of 100 m depth between metres along a line."""
    shapes = [box(X + west, Y, X + east, Y + 100) for west, east in edges]
    index = [f"P{number}" for number in range(len(codes))]
    columns = {"land_use_code": codes, "edition": "2023", "evidence": "A", **more}
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=4551)


def put(opened: Workspace, name: str, frame: gpd.GeoDataFrame) -> None:
    """Put a layer into a workspace."""
    whole = frame.reset_index(names="id").assign(register_id=None)
    write_features(whole, opened.supplied_path(name))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give 2 ha of land, 1 ha of it planned; another parcel sticks out 0.5 ha, two overlap.

    Present: 01 on 0-100, 10 on 100-200. Parcels: 0701 on 50-100, 1401 on 180-250 and 0901 on
    170-190, which overlap on 180-190.
    """
    opened = create_workspace(tmp_path / "plan", fictional=True)
    land = layer(["0103", "1001"], [(0, 100), (100, 200)])
    land.index = ["L0", "L1"]
    put(opened, "land_use", land)
    plots = layer(["0701", "1401", "0901"], [(50, 100), (180, 250), (170, 190)])
    put(opened, "parcels", plots)
    units = gpd.GeoDataFrame(
        {"name_zh": ["西区", "=东区"]},
        geometry=[box(X, Y, X + 120, Y + 100), box(X + 120, Y, X + 200, Y + 100)],
        index=["W", "E"],
        crs=4551,
    )
    put(opened, "subdistricts", units)
    return opened.folder


def rows_of(page: Worksheet, *, width: int) -> dict[str, list[object]]:
    """Give the lines of a form by the name in front of the figures."""
    lines = page.iter_rows(min_row=6, values_only=True)
    return {
        str(row[width - 1]): list(row[width:])
        for row in lines
        if len(row) > width and row[width - 1]
    }


def test_both_dates_stand_on_one_ground(place: Path) -> None:
    """2 ha present and 2.5 ha planned are 2.5 ha both; 0.1 ha of the plan overlaps."""
    balance = balance_parcels(place).at()
    table = balance.table
    assert table["present_ha"].to_dict() == pytest.approx(
        {"01": 1, "07": 0, "09": 0, "10": 1, "14": 0, "none": 0.5, "overlap": 0}
    )
    assert table["planned_ha"].to_dict() == pytest.approx(
        {"01": 0.5, "07": 0.5, "09": 0.2, "10": 0.7, "14": 0.7, "none": 0, "overlap": -0.1}
    )
    assert balance.total[["present_ha", "planned_ha"]].tolist() == pytest.approx([2.5, 2.5])
    assert balance.total["change_ha"] == pytest.approx(0)
    assert balance.total[["present_percent", "planned_percent"]].tolist() == [100, 100]


def test_what_keeps_its_present_use_is_told(place: Path) -> None:
    """0.5 ha of fields and 0.7 ha of works are touched by no parcel."""
    balance = balance_parcels(place).at()
    kept = balance.table["planned_kept_ha"]
    assert kept[kept > 0].to_dict() == pytest.approx({"01": 0.5, "10": 0.7})
    said = run("balance", place).output
    assert "其中沿用现状" in said
    assert "未涉及处沿用现状 1.20 公顷（占规划 48.00 %）" in said
    assert "现状资料未覆盖 0.50 公顷" in said
    assert "重复压盖" in said
    rows = json.loads(run("balance", place, "--json").stdout)
    assert list(rows[0])[:4] == ["code", "name", "area_ha", "percent"]
    assert rows[0]["planned_kept_ha"] == pytest.approx(0.5)


def test_scope_parcels_balances_their_ground_only(place: Path) -> None:
    """On the parcels' 1.3 ha are 0.5 ha of fields, 0.3 ha of works and 0.5 ha of no data."""
    balance = balance_parcels(place, scope="parcels").at()
    present = balance.table["present_ha"]
    assert present[present != 0].to_dict() == pytest.approx({"01": 0.5, "10": 0.3, "none": 0.5})
    assert balance.total[["present_ha", "planned_ha"]].tolist() == pytest.approx([1.3, 1.3])
    assert "planned_kept_ha" not in balance.table
    assert "只平衡地块范围内的用地" in run("balance", place, "--scope", "parcels").output


def test_without_present_land_use_the_date_is_the_use_of_the_parcels(tmp_path: Path) -> None:
    """No heading says present; the keys of the JSON stay as they are."""
    opened = create_workspace(tmp_path / "plan", fictional=True)
    put(opened, "parcels", layer(["0701"], [(0, 100)]))
    said = run("balance", opened.folder, "--into", tmp_path / "out", "--no-page").output
    assert "地块用途面积（公顷）" in said
    assert "现状面积" not in said
    page = openpyxl.load_workbook(tmp_path / "out" / "land_balance.xlsx")["用地平衡表"]
    assert page["D4"].value == "地块用途"
    rows = json.loads(run("balance", opened.folder, "--json").stdout)
    assert list(rows[0]) == ["code", "name", "area_ha", "percent"]


def test_the_form_is_the_customary_one(place: Path, tmp_path: Path) -> None:
    """Title, two rows of headings, numbers as numbers, A4 across, headings on every page."""
    options = ("--population", 1000, "--population", 2000, "--into", tmp_path)
    result = run("balance", place, *options, "--no-page")
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"land_balance.xlsx"}
    book = openpyxl.load_workbook(tmp_path / "land_balance.xlsx")
    page = book.worksheets[0]
    assert page.title == "用地平衡表"
    assert page["A1"].value == "plan用地平衡表"
    assert "制表日期：____" in str(page["G3"].value)
    assert [cell.value for cell in page[4]][:7] == [
        "序号", "用地代码", "用地名称", "现状", None, None, "规划",
    ]  # fmt: skip
    assert [cell.value for cell in page[5]][3:] == [
        "面积", "占比（%）", "人均", "面积", "其中沿用现状", "占比（%）", "人均",
        "面积", "占比（百分点）",
    ]  # fmt: skip
    assert {"D4:F4", "G4:J4", "K4:L4", "A4:A5"} <= {str(area) for area in page.merged_cells.ranges}
    rows = rows_of(page, width=3)
    assert rows["合计"][:3] == pytest.approx([2.5, 100, 25])
    assert rows["合计"][7:] == [0, 0]
    assert rows["减：重复压盖"][3] == pytest.approx(-0.1)
    total = next(row for row in page.iter_rows(min_row=6) if row[2].value == "合计")
    assert total[3].data_type == "n"
    assert total[3].number_format == "#,##0.00"
    assert total[3].font.bold
    assert total[3].font.name == "宋体"
    assert total[3].border.left.style == "thin"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$4:$5"
    notes = [str(row[0]) for row in page.iter_rows(min_row=total[0].row + 1, values_only=True)]
    assert notes[0] == "说明："
    assert any("沿用现状 1.20 公顷" in note for note in notes)


@pytest.mark.parametrize("level", [2, 3])
def test_class_totals_are_those_of_level_one(town: Path, tmp_path: Path, level: int) -> None:
    """Lines stand under their level-1 class, whose total is that of the first level."""
    run("balance", town, "--level", level, "--into", tmp_path, "--no-page")
    page = openpyxl.load_workbook(tmp_path / "land_balance.xlsx")["用地平衡表"]
    lines = [row for row in page.iter_rows(min_row=6, values_only=True) if isinstance(row[0], int)]
    first = balance_parcels(town).at(1).table
    assert [row[1] for row in lines] == first.index.tolist()
    assert [row[3] for row in lines] == pytest.approx(first["present_ha"].tolist())
    assert [row[4] for row in lines] == pytest.approx(first["present_percent"].tolist(), abs=0.03)
    finer = [
        row for row in page.iter_rows(min_row=6, values_only=True) if row[1] and "." in str(row[0])
    ]
    assert {str(row[1])[:2] for row in finer} <= set(first.index)


def test_units_are_blocks_with_totals_and_transitions_close(place: Path, tmp_path: Path) -> None:
    """No unit is larger than itself; code and name have cells of their own; text stays text."""
    run("balance", place, "--unit", "subdistricts", "--into", tmp_path, "--no-page")
    book = openpyxl.load_workbook(tmp_path / "land_balance.xlsx")
    lines = list(book["分单元"].iter_rows(min_row=6, values_only=True))
    totals = {row[0]: row[5:] for row in lines if row[4] == "合计"}
    assert totals["W"][:3:2] == pytest.approx((1.2, 1.2))
    assert totals["E"][:3:2] == pytest.approx((0.8, 0.8))
    assert totals[None][:3:2] == pytest.approx((0.5, 0.5))
    assert {row[1] for row in lines if row[4]} == {"西区", "=东区", "单元范围以外"}
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    *moved, named = book["用地转移"].iter_rows(min_row=6, values_only=True)
    assert str(named[0]).startswith("计算批次：")
    assert moved[-1][0] == "合计"
    assert moved[-1][-1] == pytest.approx(2.5)
    for row in moved:
        assert sum(value or 0 for value in row[1:-1]) == pytest.approx(row[-1])
    assert {row[0]: row[-1] for row in moved}["现状资料未覆盖"] == pytest.approx(0.5)


def test_an_invalid_code_is_not_called_missing(tmp_path: Path) -> None:
    """Blank: no code; 0799: invalid; R2, which recoding could not translate: invalid as well."""
    opened = create_workspace(tmp_path / "plan", fictional=True)
    frame = layer(["0701", None, "0799", None], [(0, 100), (100, 200), (200, 300), (300, 400)],
                  land_use_code_2020=["0701", None, "0799", "R2"])  # fmt: skip
    put(opened, "parcels", frame)
    audit = balance_parcels(opened).at().audit.set_index("ids")
    assert audit[["kind", "found"]].T.to_dict("list") == {
        "P1": ["no_code", ""], "P2": ["unknown_code", "0799"], "P3": ["unknown_code", "R2"],
    }  # fmt: skip
    run("balance", opened.folder, "--into", tmp_path / "out", "--no-page")
    book = openpyxl.load_workbook(tmp_path / "out" / "land_balance.xlsx")
    kinds = [row[1] for row in book["压盖与缝隙"].iter_rows(min_row=2, values_only=True)]
    assert kinds == ["缺用地代码", "代码无效：0799", "代码无效：R2"]


def test_units_without_outlines_are_refused_in_clear_words(tmp_path: Path) -> None:
    """The message names the layer and how its outlines come in."""
    opened = create_workspace(tmp_path / "plan")
    put(opened, "parcels", layer(["0701"], [(0, 100)]))
    with pytest.raises(GeometryError) as caught:
        balance_parcels(opened).within("subdistricts")
    assert "图层没有界线" in caught.value.message("zh")
    assert "--as subdistricts" in caught.value.message("en")


def test_less_than_one_resident_is_refused(place: Path) -> None:
    """1e-300 residents would give endless figures a head."""
    error = run("balance", place, "--population", "1e-300").exception
    assert isinstance(error, SchemaError)
    assert error.key == "parcels_population_below_one"


def test_ground_that_neither_date_covers_is_told_apart(place: Path) -> None:
    """Of 3 ha of district the land covers 2 and a parcel 0.5 more: 0.5 ha are in no line."""
    opened = open_workspace(place)
    whole = layer(["0103"], [(0, 300)]).drop(columns=["land_use_code", "edition"])
    put(opened, "district", whole)
    for name in ("district", "land_use"):
        opened.record_path(name).write_text('{"completeness": "complete"}', "utf-8")
    balance = balance_parcels(place).at()
    assert balance.table.loc["none", "present_ha"] == pytest.approx(0.5)
    said = run("balance", place).output
    (line,) = [line for line in said.splitlines() if "另有" in line]
    assert "0.50 公顷" in line
