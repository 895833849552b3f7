"""Tables as offices write them: titles, two rows of headings, sums, merged cells, formulas."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from shapely import box

import erdao_gis
from erdao_gis.catalogue import Workspace, create_workspace
from erdao_gis.cli import erdao
from erdao_gis.errors import FormatError, SchemaError
from erdao_gis.files import read_features
from erdao_gis.intake import ImportOptions, PreparedImport, apply_import, prepare_import

CODES = ("A-1", "A-2", "A-3")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Make a workspace with three parcels of a hectare."""
    made = create_workspace(tmp_path / "town", fictional=True)
    shapes = [box(461_000 + 200 * n, 4_860_000, 461_100 + 200 * n, 4_860_100) for n in range(3)]
    frame = gpd.GeoDataFrame({"id": CODES, "land_use_code": ["0701"] * 3}, geometry=shapes,
                             crs=4551)  # fmt: skip
    frame.to_file(tmp_path / "outlines.gpkg")
    apply_import(made, look(made, tmp_path / "outlines.gpkg"))
    return made


def look(workspace: Workspace, path: Path, **said: object) -> PreparedImport:
    """Prepare an import as parcels."""
    return prepare_import(workspace, path, "parcels", ImportOptions(**said))


def sheet(path: Path, rows: Sequence[Sequence[object]], *merged: str) -> Path:
    """Write a workbook with merged cells."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def comma(path: Path, text: str) -> Path:
    """Write a CSV."""
    path.write_text(text, "utf-8")
    return path


NOTICE = [
    ["二道区国有建设用地使用权出让公告"],
    ["单位：公顷", None, None, "2025年"],
    ["地块编号", "面积（公顷）", "容积率", "绿地率", "用途"],
    ["A-1", 1, "≤2.5", "35%", "0701"],
    [],
    ["A-2", 1, 2, "≥30%", "0701"],
    ["合计", 2],
    ["备注：面积以实测为准"],
]


def check_notice(prepared: PreparedImport) -> None:
    """Two parcels get their figures; two rows are rejects; titles are told."""
    assert prepared.faults == ()
    assert prepared.frame["floor_area_ratio_max"].fillna(0).tolist() == [2.5, 2, 0]
    assert prepared.frame["green_ratio_min"].fillna(0).tolist() == [35, 30, 0]
    assert prepared.rejects["row"].tolist() == [3, 4]
    assert all("合计、小计或备注行" in reason for reason in prepared.rejects["reason_zh"])
    assert prepared.ledger["rows"] == 4
    said = prepared.warnings.loc[prepared.warnings["row"] == 0, "reason_zh"].tolist()
    assert (
        "第 3 行为表头，其上 2 行未读入：二道区国有建设用地使用权出让公告; 单位：公顷 | 2025年。"
        in " ".join(said)
    )


def test_a_notice_with_titles_and_sums_is_joined(workspace: Workspace, tmp_path: Path) -> None:
    """The headings are found below a merged title; sums and remarks are listed, not joined."""
    check_notice(look(workspace, sheet(tmp_path / "公告.xlsx", NOTICE, "A1:E1", "A8:E8")))


def test_a_notice_as_csv_is_read_alike(workspace: Workspace, tmp_path: Path) -> None:
    """Whether a spreadsheet fills the title rows with commas or not."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in NOTICE]
    check_notice(look(workspace, comma(tmp_path / "a.csv", "\n".join(lines))))
    full = [line + "," * (4 - line.count(",")) for line in lines]
    check_notice(look(workspace, comma(tmp_path / "b.csv", "\n".join(full))))


def test_the_row_of_the_headings_may_be_told(workspace: Workspace, tmp_path: Path) -> None:
    """As it is numbered in the file; a blank one is refused."""
    path = sheet(tmp_path / "a.xlsx", NOTICE)
    check_notice(look(workspace, path, header_row=3))
    with pytest.raises(FormatError) as caught:
        look(workspace, path, header_row=5)
    assert caught.value.key == "header_row_blank"
    told = ["import", str(path), "--as", "parcels", "--workspace", str(workspace.folder)]
    result = CliRunner().invoke(erdao, [*told, "--header-row", "3", "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "headings stand in row 3" in result.output


TWO_ROWS = [
    ["出让公告"],
    ["地块编号", "控制指标", None, None, "用途"],
    [None, "容积率", "绿地率（%）", "建筑限高（米）", None],
    ["A-1", 2.5, 35, 24, "0701"],
]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_headings_in_two_rows_are_joined(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """控制指标 stands over three columns; the lower part is what is matched."""
    path = tmp_path / name
    if path.suffix == ".xlsx":
        sheet(path, TWO_ROWS, "A1:E1", "B2:D2", "A2:A3", "E2:E3")
    else:
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in TWO_ROWS]
        comma(path, "\n".join(lines))
    prepared = look(workspace, path)
    assert prepared.mapped["控制指标 容积率"] == "floor_area_ratio_max"
    found = prepared.frame.loc["A-1", ["floor_area_ratio_max", "green_ratio_min", "height_max_m"]]
    assert found.tolist() == [2.5, 35, 24]
    assert prepared.rejects.empty


def test_merged_cells_fill_all_their_rows(workspace: Workspace, tmp_path: Path) -> None:
    """One figure merged over three parcels is the figure of each, and said."""
    rows = [["地块编号", "容积率"], ["A-1", 2.2], ["A-2"], ["A-3"]]
    prepared = look(workspace, sheet(tmp_path / "a.xlsx", rows, "B2:B4"))
    assert prepared.frame["floor_area_ratio_max"].tolist() == [2.2] * 3
    said = " ".join(prepared.warnings["reason_zh"])
    assert "列“容积率”第 2–4 行是合并单元格，各行均按“2.2”读取" in said


def test_cells_merged_sideways_are_told(tmp_path: Path) -> None:
    """What stands over two columns belongs to the first; the reader is told."""
    rows = [["a", "b"], ["x", None], ["y", "z"]]
    table = read_features(sheet(tmp_path / "a.xlsx", rows, "A2:B2"))
    assert table.frame["b"].tolist() == [None, "z"]
    assert "只读入左上角一格" in str(table.warnings["reason_zh"].iloc[0])


def test_formulas_without_a_value_are_named(workspace: Workspace, tmp_path: Path) -> None:
    """What no program has computed reads as blank, and is told by its address."""
    rows = [["地块编号", "容积率", "建筑限高"], ["A-1", "=1+1", 24], ["A-2", 3, "=B3*8"]]
    prepared = look(workspace, sheet(tmp_path / "a.xlsx", rows))
    said = prepared.warnings.set_index("row")["reason_zh"]
    assert "公式没有存值（B2）" in said[1]
    assert "公式没有存值（C3）" in said[2]
    mapping = sheet(tmp_path / "m.xlsx", [["heading", "column"], ["地块编号", '="id"']])
    with pytest.raises(SchemaError) as caught:
        look(workspace, tmp_path / "a.xlsx", mapping=mapping)
    assert caught.value.key == "mapping_file_formulas"
    assert caught.value.facts["cells"] == "B2"


@pytest.mark.parametrize("heading", ["dkbh", "地块编 号", "地块"])
def test_codes_stay_as_they_are_written(tmp_path: Path, heading: str) -> None:
    """1.10 is no 1.1, 12E03 no 12000, whatever the column of the codes is called."""
    town = create_workspace(tmp_path / "other", fictional=True)
    codes = ["1.10", "12E03", "3E12", "007", "+5"]
    squares = [box(461_000 + 200 * n, 4_860_000, 461_100 + 200 * n, 4_860_100).wkt
               for n in range(5)]  # fmt: skip
    lines = [f'{code},"{square}",1.10' for code, square in zip(codes, squares, strict=True)]
    path = comma(tmp_path / "a.csv", "\n".join([f"{heading},wkt,容积率", *lines]))
    prepared = look(town, path, crs="EPSG:4551", columns={heading: "id"})
    assert sorted(prepared.frame.index) == sorted(codes)
    assert prepared.frame["floor_area_ratio_max"].tolist() == [1.1] * 5
    apply_import(town, prepared)
    table = comma(tmp_path / "b.csv", f"{heading},容积率\n1.10,2\n12E03,3\n3E12,4")
    joined = look(town, table, columns={heading: "id"})
    assert joined.ledger["joined"] == 3
    assert joined.rejects.empty


def test_a_dash_replaces_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """In a column of codes, of words or of figures it says that nothing is set."""
    apply_import(workspace, look(workspace, comma(
        tmp_path / "1.csv", "地块编号,用地代码,权属,容积率\nA-1,0701,甲,2\n")))  # fmt: skip
    prepared = look(workspace, comma(
        tmp_path / "2.csv", "地块编号,用地代码,权属,容积率\nA-1,-,—,/\n"))  # fmt: skip
    assert prepared.changed == ()
    assert prepared.frame.loc["A-1", "land_use_code"] == "0701"
    assert prepared.frame.loc["A-1", "权属"] == "甲"


def test_a_column_called_geometry_may_hold_words(workspace: Workspace, tmp_path: Path) -> None:
    """Without a shape in it, it is a column like any other."""
    prepared = look(workspace, comma(tmp_path / "a.csv", "id,geometry,geom\nA-1,方形,x\n"))
    assert prepared.frame.loc["A-1", "geometry_2"] == "方形"
    assert prepared.ledger["joined"] == 1


def test_one_column_and_hidden_sheets(tmp_path: Path) -> None:
    """A list of codes is a table; a hidden sheet does not have to be told apart."""
    assert read_features(comma(tmp_path / "a.csv", "编号\n01\n02\n")).frame["编号"].tolist() == [
        "01", "02"]  # fmt: skip
    book = openpyxl.Workbook()
    book.active.append(["编号"])
    book.active.append(["01"])
    hidden = book.create_sheet("字典")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert read_features(tmp_path / "a.xlsx").frame["编号"].tolist() == ["01"]
    assert read_features(tmp_path / "a.xlsx", layer="字典").frame.columns.tolist() == ["x"]


def test_what_was_not_understood_can_be_brought_in(workspace: Workspace, tmp_path: Path) -> None:
    """One cell of words stops nothing; the layer keeps them beside a blank figure."""
    path = comma(
        tmp_path / "a.csv", "地块编号,出让年限,起始价\nA-1,住宅70年，商服40年,面议\nA-2,40,9\n"
    )
    apply_import(workspace, look(workspace, path))
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert parcels["term_years"].fillna(0).tolist() == [0, 40, 0]
    assert parcels.loc["A-1", "出让年限（原文）"] == "住宅70年，商服40年"
    assert parcels.loc["A-1", "起始价（原文）"] == "面议"


def names(folder: Path, *named: str, **more: list[object]) -> Path:
    """Write sub-district outlines that have names only."""
    shapes = [box(125.40 + n / 100, 43.88, 125.405 + n / 100, 43.885) for n in range(len(named))]
    frame = gpd.GeoDataFrame({"名称": named, **more}, geometry=shapes, crs=4490)
    frame.to_file(folder / "街道.gpkg")
    return folder / "街道.gpkg"


def test_subdistricts_are_told_apart_by_name(tmp_path: Path) -> None:
    """Codes and managers come from the layer as shipped, and that is said."""
    real = create_workspace(tmp_path / "real")
    path = names(tmp_path, "东盛街道", "吉林", "远达街道办事处")
    prepared = prepare_import(real, path, "subdistricts", ImportOptions())
    assert prepared.faults == ()
    codes = ["220105001", "220105002", "220105005"]
    assert prepared.frame.index.tolist() == codes
    assert prepared.frame["code"].tolist() == codes
    assert prepared.frame["managed_by"].notna().all()
    said = str(prepared.warnings["reason_zh"].iloc[0])
    assert "吉林 → 220105002" in said
    assert "统计代码、管理主体取自已有图层" in said


def test_names_that_are_not_known_are_told(tmp_path: Path) -> None:
    """What the layer lacks is named with what it has, and what may be filled in."""
    real = create_workspace(tmp_path / "real")
    path = names(tmp_path, "东盛街道", "某街道", 统计代码=["1", "2"])
    prepared = prepare_import(real, path, "subdistricts", ImportOptions())
    said = " ".join(prepared.warnings["reason_zh"])
    assert "“某街道”" in said
    assert "已有名称：东盛街道、吉林街道" in said
    assert "“东盛街道”的“code”写的是 1，已有图层为 220105001" in said
    assert [fault.rule for fault in prepared.faults] == ["code_missing"]
    assert "erdao" in prepared.faults[0].message("zh")


def test_a_percent_shown_by_a_format_is_a_percent(workspace: Workspace, tmp_path: Path) -> None:
    """35 % typed into a cell is stored as 0.35: it comes in as 35, beside a plain 30 as well."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["地块编号", "绿地率", "建筑密度"], ["A-1", 0.35, 0.25], ["A-2", 0.3, 30]):
        page.append(row)
    for cell, shown in (("B2", "0%"), ("B3", "0.0%"), ("C2", "0.00%")):
        page[cell].number_format = shown
    path = tmp_path / "percent.xlsx"
    book.save(path)
    frame = look(workspace, path).frame
    assert frame.loc["A-1", ["green_ratio_min", "building_density_max"]].tolist() == [35.0, 25.0]
    assert frame.loc["A-2", ["green_ratio_min", "building_density_max"]].tolist() == [30.0, 30.0]
