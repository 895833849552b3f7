"""`erdao parcels`: the same answers on screen, as JSON, as workbooks and as GeoPackages."""

import importlib
import json
import math
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from click.testing import CliRunner, Result
from shapely import Polygon, box

from erdao_gis.catalogue import create_workspace, open_workspace, read_layer
from erdao_gis.cli import erdao
from erdao_gis.cli.parcels import parcels
from erdao_gis.errors import NotInPlanError, WorkspaceError
from erdao_gis.files import write_features
from erdao_gis.parcels import draft_areas

CODES = ["0220105001001GB00001", "0220105001001GB00002"]
OWNERS = ["长春二道城建", "=HYPERLINK(1)"]


def run(*arguments: object, language: str = "zh") -> Result:
    """Run one of the parcel commands."""
    return CliRunner().invoke(parcels, [str(one) for one in arguments], obj=language)


@pytest.fixture
def gbk(tmp_path: Path) -> Path:
    """Write a workspace into which a GBK shapefile with Chinese field names was imported."""
    frame = gpd.GeoDataFrame(
        {
            "地块编号": CODES,
            "用地代码": ["070102", "090101"],
            "用地面积": [10_000.0, 5_000.0],
            "容积率": [2.0, 3.5],
            "建筑密度": [28.0, 45.0],
            "绿地率": [35.0, 20.0],
            "建筑限高": [54.0, 60.0],
            "供地方式": ["出让", "出让"],
            "权利人": OWNERS,
        },
        geometry=[box(460_000, 4_860_000, 460_100, 4_860_100),
                  box(460_100, 4_860_000, 460_200, 4_860_050)],
        crs=4551,
    )  # fmt: skip
    path = tmp_path / "in" / "出让地块.shp"
    path.parent.mkdir()
    frame.to_file(path, encoding="GBK")
    place = create_workspace(tmp_path / "plan", fictional=True).folder
    options = ["--as", "parcels", "--workspace", place, "--map", "地块编号=id"]
    result = CliRunner().invoke(erdao, ["import", str(path), *map(str, options)])
    assert result.exit_code == 0, result.output
    return place


def sheet(path: Path, title: str, *, head: int = 1) -> list[dict[str, object]]:
    """Read one sheet of a workbook as rows."""
    rows = list(openpyxl.load_workbook(path)[title].iter_rows(min_row=head, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("name", ["", "draft", "facts", "check", "balance"])
def test_help_is_chinese_and_english(name: str) -> None:
    """The group and each command explain themselves in both languages."""
    said = run(*([name] if name else []), "--help").output
    assert any("\u4e00" <= character <= "\u9fff" for character in said)
    assert " / " in said


def test_balance_rows_have_code_name_area_and_percent(town: Path) -> None:
    """The rows sum to the town: 480 ha and exactly 100 %."""
    rows = json.loads(run("balance", town, "--json").output)
    assert list(rows[0])[:4] == ["code", "name", "area_ha", "percent"]
    assert {row["code"]: row["name"] for row in rows}["07"] == "居住用地"
    assert math.fsum(row["area_ha"] for row in rows) == pytest.approx(480)
    assert sum(round(row["percent"] * 100) for row in rows) == 10_000


def test_balance_is_told_in_the_language_asked_for(town: Path) -> None:
    """The table has its total; what rounding did is said."""
    said = run("balance", town, language="en").output
    assert "Residential" in said
    assert "480.00" in said
    assert "100.01" in said


def test_balance_workbook_holds_all_that_the_figures_rest_on(town: Path, tmp_path: Path) -> None:
    """Balance, transitions, units, parcels, audit and account are sheets."""
    result = run("balance", town, "--unit", "zones", "--into", tmp_path)
    assert result.exit_code == 0, result.output
    book = tmp_path / "land_balance.xlsx"
    titles = ["用地平衡表", "用地转移", "分单元", "地块清单", "压盖与缝隙", "账目",
              "行数与面积核对", "未计入清单", "计算批次"]  # fmt: skip
    assert openpyxl.load_workbook(book).sheetnames == titles
    lines = list(openpyxl.load_workbook(book)["用地平衡表"].iter_rows(min_row=6, values_only=True))
    last = next(row for row in lines if row[2] == "合计")
    assert (last[4], last[6]) == (100, pytest.approx(480))
    units = openpyxl.load_workbook(book)["分单元"].iter_rows(min_row=6, values_only=True)
    assert {row[1] for row in units if row[4]} == {"老镇区", "河东新区"}


def test_same_answer_gives_the_same_bytes(town: Path, tmp_path: Path) -> None:
    """A workbook carries no time of writing."""
    for name in ("a", "b"):
        run("check", town, "--into", tmp_path / name)
    both = [(tmp_path / name / "parcels_check.xlsx").read_bytes() for name in ("a", "b")]
    assert both[0] == both[1]


def test_check_tells_breaches_by_its_exit_status(town: Path, tmp_path: Path) -> None:
    """Twelve limits are broken: exit status 1, and the workbook lists them."""
    result = run("check", town, "--json", "--into", tmp_path)
    assert result.exit_code == 1
    record = json.loads(result.output)
    assert len(record["broken"]) == 12
    assert record["faults"] == []
    rows = sheet(tmp_path / "parcels_check.xlsx", "限值问题")
    assert len(rows) == 12
    assert {row["结论"] for row in rows} == {"超过上限", "低于下限"}
    assert sum(record["counts"].values()) == 12
    told = "超过上限 {exceeded} 处，低于下限 {below} 处，限值相互矛盾 0 处".format_map(
        record["counts"]
    )
    assert told in run("check", town).output
    counted = {
        row["结论"]: row["处数"] for row in sheet(tmp_path / "parcels_check.xlsx", "结论汇总")
    }
    assert counted["超过上限"] == record["counts"]["exceeded"]
    assert counted["低于下限"] == record["counts"]["below"]


def test_facts_as_json_say_what_they_are_worth(town: Path) -> None:
    """What no layer tells is null and no_data, never 0."""
    record = json.loads(run("facts", town, "--json").output)
    assert len(record["parcels"]) == 64
    assert record["state"]["subsidence_m2"] == "no_data"
    assert {row["subsidence_m2"] for row in record["parcels"]} == {None}
    assert {row["street"] for row in record["frontage"]} >= {"甲街", "样例大路"}


@pytest.fixture
def across(tmp_path: Path) -> Path:
    """Write a workspace on the district with one parcel of 100 m over Yangpu Street."""
    middle = read_layer("roads").geometry["yangpu-street.trunk"].interpolate(0.6, normalized=True)
    frame = gpd.GeoDataFrame(
        {
            "id": ["P1"],
            "register_id": None,
            "name_zh": ["跨街地块"],
            "land_use_code": ["0901"],
            "evidence": ["A"],
        },
        geometry=[middle.buffer(50, cap_style="square")],
        crs=4551,
    )
    place = create_workspace(tmp_path / "plan")
    write_features(frame, place.supplied_path("parcels"))
    return place.folder


def test_a_street_across_is_told_wherever_clashes_are(across: Path, tmp_path: Path) -> None:
    """On screen, as JSON, in both workbooks, in the GeoPackage and on the page; check leaves 1."""
    facts, check = (run(name, across, "--into", tmp_path / name) for name in ("facts", "check"))
    assert (facts.exit_code, check.exit_code) == (0, 1)
    assert "洋浦大街" in facts.output
    assert "[parcels_crossed] 道路“洋浦大街”（yangpu-street.trunk）穿过地块 P1" in check.output
    (row,) = sheet(tmp_path / "facts" / "parcels_facts.xlsx", "穿越")
    assert (row["地块"], row["类别"], row["线路"]) == ("P1", "道路", "洋浦大街")
    assert row["地块内长度（米）"] >= 100
    assert row["线位精度（±米）"] == 15
    for name in ("facts", "check"):
        told = sheet(tmp_path / name / f"parcels_{name}.xlsx", "问题清单")
        assert [row["要素"] for row in told if "洋浦大街" in str(row["说明"])] == ["P1"]
        assert "穿过地块 P1" in (tmp_path / name / "parcels.html").read_text("utf-8")
    out = gpd.read_file(tmp_path / "facts" / "parcels_facts.gpkg")
    assert out["穿越的道路、河流、铁路"].tolist() == ["洋浦大街"]
    record = json.loads(run("facts", across, "--json").output)
    assert [(row["parcel"], row["ids"]) for row in record["crossings"]] == [
        ("P1", "yangpu-street.trunk")
    ]
    assert record["parcels"][0]["crossings"] == "洋浦大街"
    for found in (record, json.loads(run("check", across, "--json", language="en").output)):
        features = {fault["rule"]: fault["feature"] for fault in found["faults"]}
        assert features["parcels_crossed"] == "P1"


def test_no_file_has_more_digits_of_a_zone_than_it_bears(across: Path, tmp_path: Path) -> None:
    """Zones known to 1,500 and 3,000 m are told in words on screen, in workbook and GeoPackage."""
    said = "界线 ±3,000 米，不能定"
    result = run("facts", across, "--into", tmp_path, "--no-page")
    assert said in result.output
    (row,) = sheet(tmp_path / "parcels_facts.xlsx", "地块情况")
    assert row["所在功能分区"] == f"ZN02 开发区，{said}"
    assert row["在该功能分区内的面积比例（%）"] is None
    out = gpd.read_file(tmp_path / "parcels_facts.gpkg")
    assert out["所在功能分区"].tolist() == [f"ZN02 开发区，{said}"]
    band = out[[f"在该功能分区内的面积比例，{end}" for end in ("最小", "最大")]]
    assert band.to_numpy().tolist() == [[0, 1]]
    record = json.loads(run("facts", across, "--json").output)
    (row,) = record["parcels"]
    assert row["zones_share_low"] == 0 < row["zones_share"] < row["zones_share_high"] == 1


def test_a_gbk_shapefile_goes_in_whole(gbk: Path) -> None:
    """Codes stay text with their leading zeros; a field that the layer lacks is kept."""
    frame = read_layer("parcels", gbk)
    assert frame.index.tolist() == CODES
    assert frame["height_max_m"].tolist() == [54, 60]
    assert frame["权利人"].tolist() == OWNERS
    assert frame.area.tolist() == pytest.approx([10_000, 5_000])


def test_parcels_go_out_as_geopackage_with_full_names(gbk: Path, tmp_path: Path) -> None:
    """Headings longer than a shapefile's ten bytes stand whole, beside the fields given."""
    result = run("facts", gbk, "--into", tmp_path)
    assert result.exit_code == 0, result.output
    path = tmp_path / "parcels_facts.gpkg"
    out = gpd.read_file(path)
    wanted = {"编号", "用地代码", "容积率上限", "建筑密度上限", "绿地率下限", "建筑限高",
              "供地方式", "权利人", "图形面积（平方米）", "至最近地铁站直线距离（米）"}  # fmt: skip
    assert wanted <= set(out.columns)
    assert out["编号"].tolist() == CODES
    assert out["权利人"].tolist() == OWNERS
    assert out["图形面积（平方米）"].tolist() == pytest.approx([10_000, 5_000])
    assert pyogrio.read_info(path)["crs"] == "EPSG:4551"


def test_parcels_go_out_as_workbook_with_full_names(gbk: Path, tmp_path: Path) -> None:
    """The same headings and values stand in the workbook, numbers as numbers."""
    run("facts", gbk, "--into", tmp_path)
    rows = sheet(tmp_path / "parcels_facts.xlsx", "地块情况")
    assert [row["编号"] for row in rows] == CODES
    assert [row["建筑密度上限（%）"] for row in rows] == [28, 45]
    assert [row["面积（平方米）"] for row in rows] == [10_000, 5_000]
    assert [row["建筑限高（米）"] for row in rows] == [54, 60]
    assert [row["权利人"] for row in rows] == OWNERS
    assert [row["图形面积（亩）"] for row in rows] == pytest.approx([15, 7.5])


def test_what_went_out_can_come_in_again(gbk: Path, tmp_path: Path) -> None:
    """The GeoPackage's full headings are those that the import knows."""
    run("facts", gbk, "--into", tmp_path)
    again = create_workspace(tmp_path / "again", fictional=True).folder
    source = str(tmp_path / "parcels_facts.gpkg")
    CliRunner().invoke(erdao, ["import", source, "--as", "parcels", "--workspace", str(again)])
    columns = ["land_use_code", "floor_area_ratio_max", "building_density_max", "green_ratio_min"]
    first, second = read_layer("parcels", gbk), read_layer("parcels", again)
    assert second[columns].equals(first[columns])
    assert second.geometry.geom_equals(first.geometry).all()


def test_text_in_a_workbook_never_becomes_a_formula(gbk: Path, tmp_path: Path) -> None:
    """Every text cell is of the type text, also one that begins with an equals sign."""
    run("facts", gbk, "--into", tmp_path)
    book = openpyxl.load_workbook(tmp_path / "parcels_facts.xlsx")
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    said = [cell for cell in cells if cell.value in {*CODES, *OWNERS}]
    assert {cell.value for cell in said} == {*CODES, *OWNERS}
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in said)


def test_parcels_alone_are_balanced_too(gbk: Path) -> None:
    """Without a land-use layer the parcels are the present: 1 ha homes, 0.5 ha shops."""
    rows = json.loads(run("balance", gbk, "--json").output)
    found = {row["code"]: (row["area_ha"], row["percent"]) for row in rows}
    assert found == {"07": (1.0, 66.67), "09": (0.5, 33.33)}


def test_drafts_of_the_shipped_district_say_that_they_are_assumed(tmp_path: Path) -> None:
    """Both areas lie where the roads are complete; the mark stands in every file."""
    result = run("draft", "--area", "RA03", "--area", "RA01", "--into", tmp_path)
    assert result.exit_code == 0, result.output
    assert "不是宗地" in result.output
    out = gpd.read_file(tmp_path / "parcels_draft.gpkg")
    assert len(out) >= 40
    assert set(out["假定"]) == {"yes"}
    assert set(out["证据等级"]) == {"D"}
    book = tmp_path / "parcels_draft.xlsx"
    assert "不是宗地" in str(openpyxl.load_workbook(book)["示意地块"]["A1"].value)
    rows = sheet(book, "示意地块", head=2)
    assert {row["假定"] for row in rows} == {"是"}
    assert all(row["划分临街长度（米）"] >= 15 for row in rows)


def test_drafts_can_be_imported_as_parcels(tmp_path: Path) -> None:
    """Imported, they still say that they are assumed, and every command says so too."""
    run("draft", "--area", "RA03", "--into", tmp_path)
    place = create_workspace(tmp_path / "plan").folder
    source = str(tmp_path / "parcels_draft.gpkg")
    options = ["--as", "parcels", "--workspace", str(place)]
    result = CliRunner().invoke(erdao, ["import", source, *options])
    assert result.exit_code == 0, result.output
    assert set(read_layer("parcels", place)["assumed"]) == {"yes"}
    assert "不是宗地" in run("facts", place).output


def test_other_areas_are_refused_with_the_reason() -> None:
    """An area without a place gets no parcels, but what the catalogue knows of it."""
    result = run("draft", "--area", "RA02", "--json")
    assert result.exit_code == 1
    record = json.loads(result.output)
    assert record["parcels"] == []
    assert record["refused"][0]["rule"] == "parcels_draft_unplaced"
    assert "长青街道" in record["refused"][0]["reason"]


def test_drafting_stops_where_the_roads_are_no_longer_complete(tmp_path: Path) -> None:
    """East of the box in which the shipped roads are complete an area is refused."""
    place = create_workspace(tmp_path / "plan").folder
    areas = read_layer("renewal_areas").loc[["RA03"]].reset_index()
    areas.geometry = areas.translate(9_000, 0)
    target = open_workspace(place).supplied_path("renewal_areas")
    write_features(areas, target)
    draft = draft_areas(place, areas=["RA03"]).draft
    assert [fault.rule for fault in draft.faults] == ["parcels_draft_roads_incomplete"]


def test_the_workbook_says_why_areas_are_refused(tmp_path: Path) -> None:
    """Without any parcel there is no GeoPackage, but a workbook and a page with the reasons."""
    assert run("draft", "--area", "RA04", "--into", tmp_path).exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"parcels_draft.xlsx", "draft.html"}
    assert "三道镇" in (tmp_path / "draft.html").read_text("utf-8")
    rows = sheet(tmp_path / "parcels_draft.xlsx", "未划分片区")
    assert rows[0]["要素"] == "RA04"
    assert "三道镇" in str(rows[0]["原因"])


def test_unknown_areas_and_missing_parcels_are_told() -> None:
    """Both errors are ours and say what to do."""
    unknown, none = run("draft", "--area", "ZZ99").exception, run("facts").exception
    assert isinstance(unknown, NotInPlanError)
    assert "RA03" in unknown.message("zh")
    assert isinstance(none, WorkspaceError)
    assert "erdao parcels draft" in none.message("en")


@pytest.fixture
def crossed(gbk: Path) -> Path:
    """Make the second parcel cross itself, as an outside program may leave it."""
    frame = read_layer("parcels", gbk).reset_index()
    x, y = 460_100, 4_860_000
    bow = Polygon([(x, y), (x + 100, y + 50), (x + 100, y), (x, y + 50)])
    frame.geometry = [frame.geometry[0], bow]
    place = open_workspace(gbk)
    place.supplied_path("parcels").unlink()
    place.record_path("parcels").unlink()
    write_features(frame, place.supplied_path("parcels"))
    return gbk


def test_a_bad_parcel_is_told_on_screen_and_does_not_stop_the_balance(crossed: Path) -> None:
    """1 ha of homes is balanced; the shop's parcel is named with its stated area."""
    result = run("balance", crossed)
    assert result.exit_code == 0, result.output
    assert "共 2 行：计入平衡 1 行，列出未计入 1 行（填报面积 5,000 平方米" in result.output
    assert f"[parcels_self_crossing] 地块 {CODES[1]}" in result.output


def test_json_rows_stay_rows_and_the_faults_go_to_the_error_stream(crossed: Path) -> None:
    """Standard output is the table alone; check lists the fault as data."""
    result = run("balance", crossed, "--json")
    rows = json.loads(result.stdout)
    assert [(row["code"], row["area_ha"]) for row in rows] == [("07", 1.0)]
    assert CODES[1] in result.stderr
    record = json.loads(run("check", crossed, "--json").stdout)
    assert {"file": "parcels", "feature": CODES[1], "rule": "parcels_self_crossing"}.items() <= (
        record["faults"][0].items()
    )


def test_the_workbook_reconciles_rows_and_areas(crossed: Path, tmp_path: Path) -> None:
    """Two rows are one balanced and one listed; 1.5 ha are 1 ha drawn and 0.5 ha stated."""
    run("balance", crossed, "--into", tmp_path)
    book = tmp_path / "land_balance.xlsx"
    (account,) = sheet(book, "行数与面积核对", head=2)
    assert account["行数"] == account["计入平衡的行数"] + account["列出未计入的行数"] == 2
    assert account["面积合计（平方米）"] == pytest.approx(15_000)
    (row,) = sheet(book, "未计入清单", head=2)
    assert (row["地块"], row["填报面积（平方米）"]) == (CODES[1], 5_000)
    assert "自相交" in str(row["说明"])
    notes = openpyxl.load_workbook(book)["用地平衡表"].iter_rows(values_only=True)
    assert any("列出未计入 1 行" in str(row[0]) for row in notes)


@pytest.mark.parametrize("command", ["facts", "check"])
def test_facts_and_check_write_the_same_page(town: Path, tmp_path: Path, command: str) -> None:
    """The page stands beside the workbook and is named among what was written."""
    record = json.loads(run(command, town, "--json", "--into", tmp_path).stdout)
    assert str(tmp_path / "parcels.html") in record["written"]
    text = (tmp_path / "parcels.html").read_text("utf-8")
    assert "有超过上限（5 个）" in text
    assert "有低于下限（6 个）" in text


def test_pages_are_written_in_the_language_asked_for(town: Path, tmp_path: Path) -> None:
    """The page opens in English where the command speaks it."""
    run("facts", town, "--into", tmp_path, language="en")
    assert '<html lang="en">' in (tmp_path / "parcels.html").read_text("utf-8")


def test_facts_keep_a_row_for_a_parcel_that_cannot_be_measured(crossed: Path) -> None:
    """Two rows in, two rows out: the crossed one without figures, and its fault beside them."""
    record = json.loads(run("facts", crossed, "--json").stdout)
    assert [row["area_m2"] for row in record["parcels"]] == [pytest.approx(10_000), None]
    assert record["faults"][0]["feature"] == CODES[1]
    assert "数据问题与穿越 1 处" in run("facts", crossed).output


def test_balance_writes_its_page(town: Path, tmp_path: Path) -> None:
    """The page of table and map stands beside the workbook."""
    result = run("balance", town, "--into", tmp_path)
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"land_balance.xlsx", "balance.html"}


def test_long_and_hostile_codes_stay_text_in_every_output(tmp_path: Path) -> None:
    """28 digits and a formula as codes: text in workbooks, GeoPackage, JSON and page."""
    codes = ["2201050010010010000000100001", "=1+1", "<img src=x onerror=alert(1)>"]
    x, y = 460_000, 4_860_000
    shapes = [box(x + 200 * n, y, x + 200 * n + 100, y + 100) for n in range(2)]
    bow = Polygon([(x, y + 200), (x + 50, y + 250), (x + 50, y + 200), (x, y + 250)])
    columns = {"id": codes, "register_id": None, "name_zh": codes, "land_use_code": "0701"}
    frame = gpd.GeoDataFrame(columns, geometry=[*shapes, bow], crs=4551)
    place = create_workspace(tmp_path / "plan", fictional=True)
    write_features(frame, place.supplied_path("parcels"))
    for command in ("facts", "check", "balance"):
        run(command, place.folder, "--into", tmp_path / "out")
    for name in ("parcels_facts", "parcels_check", "land_balance"):
        book = openpyxl.load_workbook(tmp_path / "out" / f"{name}.xlsx")
        cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert {cell.value for cell in cells if cell.value in codes} == set(codes)
        assert all(cell.data_type == "s" for cell in cells if cell.value in codes)
    out = gpd.read_file(tmp_path / "out" / "parcels_facts.gpkg")
    assert sorted(out["编号"]) == sorted(codes)
    record = json.loads(run("facts", place.folder, "--json").stdout)
    assert sorted(row["id"] for row in record["parcels"]) == sorted(codes)
    page = (tmp_path / "out" / "parcels.html").read_text("utf-8")
    assert codes[0] in page
    assert "<img" not in page


def test_long_work_is_announced_on_the_error_stream(
    gbk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many parcels take a while: standard output stays pure JSON."""
    monkeypatch.setattr(importlib.import_module("erdao_gis.cli.parcels"), "MANY", 1)
    result = run("facts", gbk, "--json")
    assert "正在量算 2 个地块" in result.stderr
    assert len(json.loads(result.stdout)["parcels"]) == 2


def test_a_page_can_be_left_out_and_a_large_one_is_told(
    gbk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the number the size stands on the error stream; --no-page writes data files only."""
    monkeypatch.setattr(importlib.import_module("erdao_gis.cli.parcels"), "LARGE", 1)
    for command in ("facts", "check"):
        result = run(command, gbk, "--json", "--into", tmp_path / command)
        assert "--no-page" in result.stderr
        assert "MB" in result.stderr
        assert (tmp_path / command / "parcels.html").is_file()
        bare = run(command, gbk, "--json", "--no-page", "--into", tmp_path / f"{command}_bare")
        assert "--no-page" not in bare.stderr
        assert not (tmp_path / f"{command}_bare" / "parcels.html").exists()
        assert [Path(one).suffix for one in json.loads(bare.stdout)["written"]][-1] == ".xlsx"
    run("draft", "--area", "RA03", "--no-page", "--into", tmp_path / "draft")
    assert not (tmp_path / "draft" / "draft.html").exists()


def test_a_parcel_without_a_code_is_listed_by_its_row(tmp_path: Path) -> None:
    """Two rows in, two rows out: the second, whose id is null, is #2 and a fault names its row."""
    x, y = 460_000, 4_860_000
    shapes = [box(x + 200 * n, y, x + 200 * n + 100, y + 100) for n in range(2)]
    columns = {"id": [CODES[0], None], "register_id": None, "land_use_code": "0701"}
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4551)
    place = create_workspace(tmp_path / "plan", fictional=True)
    write_features(frame, place.supplied_path("parcels"))
    told = json.loads(run("facts", place.folder, "--json", "--into", tmp_path / "out").stdout)
    assert [row["id"] for row in told["parcels"]] == [CODES[0], "#2"]
    assert [row["area_m2"] for row in told["parcels"]] == pytest.approx([10_000, 10_000])
    checked = json.loads(run("check", place.folder, "--json").stdout)
    for record in (told, checked):
        (fault,) = [one for one in record["faults"] if one["rule"] == "parcels_missing_code"]
        assert fault["feature"] == "#2"
        assert "第 2 行" in fault["message"]


def test_roads_that_are_not_complete_are_told(gbk: Path, tmp_path: Path) -> None:
    """A place without roads does not make parcels without a street: the cell says so."""
    run("facts", gbk, "--no-page", "--into", tmp_path)
    rows = sheet(tmp_path / "parcels_facts.xlsx", "地块情况")
    assert {row["临街道路"] for row in rows} == {"道路资料不全"}
    assert {row["临街长度（米）"] for row in rows} == {None}


def test_the_facts_workbook_tells_shares_in_percent(town: Path, tmp_path: Path) -> None:
    """The office parcel lies in its zone with all of its ground: 100 %, and names are words."""
    run("facts", town, "--no-page", "--into", tmp_path)
    rows = {row["编号"]: row for row in sheet(tmp_path / "parcels_facts.xlsx", "地块情况")}
    office = rows["990101001001GB00013"]
    assert office["在该功能分区内的面积比例（%）"] == 100
    assert office["临街道路"] == "样例大路;甲街"
    cells = {value for row in rows.values() for value in row.values()}
    assert not cells & {"named", "inferred", "yes", "no"}


def test_the_sum_of_two_limits_is_no_present_value(gbk: Path, tmp_path: Path) -> None:
    """70 % density and 35 % green: a contradiction told with its sum, 现状值 stays empty."""
    place = open_workspace(gbk)
    frame = read_layer("parcels", gbk).reset_index()
    frame["building_density_max"] = [70.0, 45.0]
    place.supplied_path("parcels").unlink()
    place.record_path("parcels").unlink()
    write_features(frame, place.supplied_path("parcels"))
    record = json.loads(run("check", gbk, "--json", "--no-page", "--into", tmp_path).stdout)
    assert record["counts"] == {"exceeded": 0, "below": 0, "reversed": 1}
    (row,) = sheet(tmp_path / "parcels_check.xlsx", "限值问题")
    assert row["现状值"] is None
    assert row["结论"] == "限值相互矛盾（合计 105 %）"
