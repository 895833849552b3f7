"""Which heading is which column: told, kept for the next time, by name, by alias."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from shapely import box

import erdao_gis
from erdao_gis.catalogue import Workspace, create_workspace, layer_schema
from erdao_gis.catalogue.measuring_units import heading_forms
from erdao_gis.cli import erdao
from erdao_gis.errors import FormatError, SchemaError
from erdao_gis.intake import (
    ImportOptions,
    PreparedImport,
    apply_import,
    prepare_import,
    undo_import,
)
from erdao_gis.intake.mapping import column_names_of, match_headings
from erdao_gis.intake.mapping_files import StatedPair, mapping_text, read_mapping, stated_pairs

PARCELS = layer_schema("parcels")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Make an empty fictional workspace."""
    return create_workspace(tmp_path / "town", fictional=True)


def parcel(folder: Path, name: str = "p.gpkg", **columns: object) -> Path:
    """Write one parcel of a hectare with these columns."""
    frame = gpd.GeoDataFrame(
        {key: [value] for key, value in columns.items()},
        geometry=[box(461_000, 4_860_000, 461_100, 4_860_100)],
        crs=4551,
    )
    frame.to_file(folder / name)
    return folder / name


def look(workspace: Workspace, path: Path, **said: object) -> PreparedImport:
    """Prepare an import as parcels."""
    return prepare_import(workspace, path, "parcels", ImportOptions(**said))


def bring(workspace: Workspace, path: Path, **said: object) -> PreparedImport:
    """Prepare an import as parcels and apply it."""
    prepared = look(workspace, path, **said)
    apply_import(workspace, prepared)
    return prepared


def origins(prepared: PreparedImport) -> dict[str, tuple[str, str]]:
    """Column and origin of each heading."""
    return {pair.heading: (pair.column, pair.origin) for pair in prepared.pairs}


def test_what_was_told_is_kept_for_the_next_import(workspace: Workspace, tmp_path: Path) -> None:
    """A heading told once is known afterwards, with its unit, and undo forgets it."""
    first = parcel(tmp_path, "1.gpkg", 号="A", 大小=15.0, 旁注="x")
    told = {"号": "id", "大小": "area_m2:亩", "旁注": ""}
    assert origins(bring(workspace, first, columns=told)) == {
        "号": ("id", "told"),
        "大小": ("area_m2", "told"),
    }
    second = parcel(tmp_path, "2.gpkg", 号="B", 大小=30.0)
    later = bring(workspace, second)
    assert origins(later) == {"号": ("id", "kept"), "大小": ("area_m2", "kept")}
    assert erdao_gis.read_layer("parcels", workspace)["area_m2"].to_dict() == {"B": 20_000.0}
    undo_import(workspace)
    undo_import(workspace)
    assert origins(look(workspace, second)) == {}


def test_the_kept_file_is_for_excel_too(workspace: Workspace, tmp_path: Path) -> None:
    """It begins with a byte order mark, and has one row a heading."""
    bring(workspace, parcel(tmp_path, 号="A"), columns={"号": "id"})
    body = workspace.mapping_path("parcels").read_bytes()
    assert body == "\ufeffheading,column,unit\r\n号,id,\r\n".encode()


def test_the_nearest_word_counts(workspace: Workspace, tmp_path: Path) -> None:
    """The command line goes before a mapping file, that before the kept pairs and the names."""
    file = parcel(tmp_path, a="1", b="2", c="3", id="4", 容积率=2.0)
    bring(workspace, file, columns={"c": "id", "容积率": "floor_area_ratio_min"})
    stated = tmp_path / "m.csv"
    stated.write_text("heading,column\nb,id\nelsewhere,supply\n", "utf-8")
    assert origins(look(workspace, file))["c"] == ("id", "kept")
    assert origins(look(workspace, file, mapping=stated))["b"] == ("id", "file")
    told = look(workspace, file, mapping=stated, columns={"a": "id"})
    assert origins(told) == {"a": ("id", "told"), "容积率": ("floor_area_ratio_min", "kept")}
    apply_import(workspace, told)
    kept = {said.heading: said.column for said in
            read_mapping(workspace.mapping_path("parcels"), origin="kept")}  # fmt: skip
    assert kept == {"a": "id", "容积率": "floor_area_ratio_min"}


def test_pairs_of_other_files_stay_kept(workspace: Workspace, tmp_path: Path) -> None:
    """A heading that this file does not have keeps its row."""
    bring(workspace, parcel(tmp_path, "1.gpkg", 号="A"), columns={"号": "id"})
    bring(workspace, parcel(tmp_path, "2.gpkg", 码="A"), columns={"码": "id"})
    kept = read_mapping(workspace.mapping_path("parcels"), origin="kept")
    assert [said.heading for said in kept] == ["号", "码"]


def test_a_mapping_file_may_be_a_workbook(workspace: Workspace, tmp_path: Path) -> None:
    """XLSX with the same three headings."""
    book = openpyxl.Workbook()
    for row in (["heading", "column", "unit"], ["大小", "area_m2", "公顷"], ["旁注", None, None]):
        book.active.append(row)
    book.save(tmp_path / "m.xlsx")
    file = parcel(tmp_path, id="A", 大小=2.0, 旁注="x")
    bring(workspace, file, mapping=tmp_path / "m.xlsx")
    assert erdao_gis.read_layer("parcels", workspace)["area_m2"].tolist() == [20_000.0]


@pytest.mark.parametrize(
    ("text", "error", "word"),
    [
        ("heading,unit\na,b\n", SchemaError, "heading"),
        ("heading,column\na,id\na,supply\n", SchemaError, "Row 3"),
        ("heading,column\n,id\n", SchemaError, "Row 2"),
        ("heading,column\na,nothing\n", SchemaError, "nothing"),
        ("heading,column,unit\na,area_m2,尺\n", SchemaError, "尺"),
        ("heading,column,unit\na,area_m2,米\n", SchemaError, "unit|m"),
        ('heading,column\n"a,id\n', FormatError, "line"),
        ("heading,column\na,id,m,x\n", SchemaError, "whole rows"),
        ("", FormatError, "empty"),
    ],
)
def test_a_damaged_kept_file_is_told(
    workspace: Workspace, tmp_path: Path, text: str, error: type[Exception], word: str
) -> None:
    """The file and the row are named, and nothing is read past it."""
    workspace.mapping_path("parcels").write_text(text, "utf-8")
    with pytest.raises(error, match=word) as caught:
        look(workspace, parcel(tmp_path, a="1"))
    assert "_mapping.csv" in str(caught.value) or "p.gpkg" in str(caught.value)


HEADINGS = ["=1+1", "+x", "-x", "@SUM(A1)", "'=quoted", "面积,亩", '"q"', "a\nb", "普通"]


def test_no_cell_of_the_kept_file_computes(tmp_path: Path) -> None:
    """Headings that look like formulas are quoted, and come back as they were."""
    pairs = [StatedPair(heading=heading, column="") for heading in HEADINGS]
    path = tmp_path / "m.csv"
    path.write_text(mapping_text(pairs), "utf-8", newline="")
    cells = path.read_text("utf-8-sig").splitlines()[1:]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert [said.heading for said in read_mapping(path, origin="kept")] == HEADINGS


def matched(*headings: str, said: Sequence[StatedPair] = ()) -> dict[str, str]:
    """Match headings to columns of parcels."""
    found = match_headings(PARCELS, headings, said, file="f")
    return {pair.heading: pair.column for pair in found.pairs}


ALIASES = {
    "地块编号": "id", "地块代码": "id", "宗地号": "id", "ZDDM": "id", "BDCDYH": "id", "dkbh": "id",
    "用地代码": "land_use_code", "用地性质代码": "land_use_code", "土地用途": "land_use_code",
    "宗地面积": "area_m2", "YDMJ": "area_m2", "ZDMJ": "area_m2", "土地面积(平方米)": "area_m2",
    "容积率(≤)": "floor_area_ratio_max", "RJL": "floor_area_ratio_max",
    "JZMD": "building_density_max", "建筑密度（%）": "building_density_max",
    "绿地率 ( % )": "green_ratio_min", "LDL": "green_ratio_min",
    "控制高度": "height_max_m", "JZXG": "height_max_m", "建筑限高（米）": "height_max_m",
    "供应方式": "supply", "出让方式": "supply", "使用年限（年）": "term_years",
    "起拍价（万元）": "start_price", "挂牌起始价": "start_price",
}  # fmt: skip


@pytest.mark.parametrize(("heading", "column"), ALIASES.items())
def test_headings_of_plans_and_notices_are_known(heading: str, column: str) -> None:
    """Fields of the detailed plan, the real-estate register and release notices."""
    assert matched(heading) == {heading: column}


def test_no_alias_means_two_columns_of_a_layer() -> None:
    """Whichever column asks first, the answer is the same."""
    names = [name for column in PARCELS.columns for name in column_names_of(PARCELS, column)]
    assert len(names) == len(set(names))


def test_the_own_name_goes_first_and_the_other_is_told() -> None:
    """A second heading of the same meaning is kept and named, never mixed in."""
    found = match_headings(PARCELS, ["地块编号", "ID", "编号"], (), file="f")
    assert [pair.heading for pair in found.pairs] == ["ID"]
    assert {str(note.facts["heading"]) for note in found.notes} == {"地块编号", "编号"}


def test_both_limits_of_a_quantity_are_told_by_their_signs() -> None:
    """Two headings of one name go to the sides that they name, in whatever order."""
    for headings in (("容积率(≥)", "容积率(≤)"), ("容积率≤", "容积率≥")):
        sides = {"≥": "floor_area_ratio_min", "≤": "floor_area_ratio_max"}
        assert matched(*headings) == {
            heading: sides[heading.strip("容积率()")] for heading in headings
        }


def test_a_heading_left_alone_is_not_matched_by_its_alias() -> None:
    """An empty column says that the heading keeps its own name."""
    assert matched("容积率", said=stated_pairs({"容积率": ""})) == {}


def test_one_column_told_twice_is_refused() -> None:
    """Which one holds cannot be told."""
    with pytest.raises(SchemaError, match="twice"):
        matched("a", "b", said=stated_pairs({"a": "id", "b": "id"}))


def test_a_very_long_heading_is_soon_done_with() -> None:
    """A hostile heading is not taken apart."""
    assert len(heading_forms("_m" * 8000)) == 1


def test_the_command_tells_where_pairs_come_from(workspace: Workspace, tmp_path: Path) -> None:
    """Each pair with its factor and origin, and headings that hold the sign."""
    file = parcel(tmp_path, id="A", 容积率=2.0, **{"大=小": 15.0, "面积/亩": 1.0})
    into = ["import", str(file), "--as", "parcels", "--workspace", str(workspace.folder)]
    said = CliRunner().invoke(
        erdao, ["--lang", "zh", *into, "--map", "大=小=area_m2:亩", "--map", "面积/亩="]
    )
    assert said.exit_code == 0, said.output
    assert "大=小 → area_m2，× 666.667（命令行指明）" in said.output
    assert "容积率 → floor_area_ratio_max（别名）" in said.output
    assert "面积/亩" in said.output.split("保留的其他列：")[1].splitlines()[0]
    twice = CliRunner().invoke(erdao, [*into, "--map", "容积率=id", "--map", "容积率=supply"])
    assert twice.exit_code == 2


def test_a_wrong_pair_says_which_side_is_wrong(workspace: Workspace, tmp_path: Path) -> None:
    """A heading that the file lacks is told by the file's, a column by the layer's."""
    path = parcel(tmp_path, 号="A")
    with pytest.raises(SchemaError) as caught:
        look(workspace, path, columns={"没有": "id"})
    assert caught.value.key == "mapping_unknown"
    assert "图层" not in caught.value.message("zh").split("。")[0]
    mapping = tmp_path / "m.csv"
    mapping.write_text("heading,column\n号,nothing\n备注,\n", "utf-8")
    with pytest.raises(SchemaError) as caught:
        look(workspace, path, mapping=mapping)
    assert caught.value.key == "mapping_column_unknown"
    assert "“nothing”不是图层“parcels”的列" in caught.value.message("zh")
