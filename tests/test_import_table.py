"""A table joined to the outlines of a workspace by code: nothing is lost, nothing is guessed."""

import csv
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, box

import erdao_gis
from erdao_gis.catalogue import Workspace, check, create_workspace, supply_record
from erdao_gis.cli import erdao
from erdao_gis.errors import FormatError, SchemaError, WorkspaceError
from erdao_gis.intake import (
    ImportOptions,
    PreparedImport,
    apply_import,
    prepare_import,
    undo_import,
    write_templates,
)

PLOT = "2201050010010012345"
UNIT = "220105001001GB00012F00010001"
CODES = (PLOT, UNIT, "0012", "A-7")


def outlines(path: Path, codes: Sequence[str] = CODES, heading: str = "宗地代码") -> Path:
    """Write squares of one hectare with these codes."""
    x, y = 461_000, 4_860_000
    shapes = [box(x + 200 * n, y, x + 200 * n + 100, y + 100) for n in range(len(codes))]
    frame = gpd.GeoDataFrame(
        {heading: list(codes), "权利人": ["甲"] * len(codes)}, geometry=shapes, crs=4551
    )
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, encoding="GBK" if path.suffix == ".shp" else None)
    return path


def table(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8") -> Path:
    """Write a CSV."""
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def sheet(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write a workbook whose texts are texts, whatever they begin with."""
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(list(row))
        for cell in page[page.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.save(path)
    return path


def look(workspace: Workspace, path: Path, **said: object) -> PreparedImport:
    """Prepare an import as parcels."""
    return prepare_import(workspace, path, "parcels", ImportOptions(**said))


def bring(workspace: Workspace, path: Path, **said: object) -> PreparedImport:
    """Prepare an import as parcels and apply it."""
    prepared = look(workspace, path, **said)
    apply_import(workspace, prepared)
    return prepared


def files_of(folder: Path) -> dict[str, bytes]:
    """Give all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Make a workspace with four parcels from GeoParquet."""
    made = create_workspace(tmp_path / "town", fictional=True)
    bring(made, outlines(tmp_path / "宗地.parquet"), source="登记中心", as_of="2024")
    return made


def test_a_release_notice_fills_the_parcels(workspace: Workspace, tmp_path: Path) -> None:
    """Long codes match as text, units and limits are read, both lists name who is alone."""
    notice = sheet(
        tmp_path / "公告.xlsx",
        [
            ["地块编号", "出让面积（亩）", "容积率", "绿地率", "建筑限高（米）", "备注甲"],
            [PLOT, 15, "1.0<容积率≤2.5", "≥35%", "不高于80米", "=1+1"],
            [f" {UNIT}　", "15", "≤3", "≤15%", 24, None],
            ["nope", 1, 1, 1, 1, ""],
        ],
    )
    prepared = bring(workspace, notice, source="自然资源局", as_of="2025")
    assert list(prepared.rejects["id"]) == ["nope"]
    assert list(prepared.rejects["row"]) == [3]
    assert prepared.features_without_row == ("0012", "A-7")
    assert (set(prepared.changed), prepared.unchanged) == ({PLOT, UNIT}, 2)
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert sorted(parcels.index) == sorted(CODES)
    assert parcels["area_m2"].dropna().to_dict() == {PLOT: 10_000.0, UNIT: 10_000.0}
    first, second = parcels.loc[PLOT], parcels.loc[UNIT]
    assert (first["floor_area_ratio_min"], first["floor_area_ratio_max"]) == (1.0, 2.5)
    assert (first["green_ratio_min"], first["height_max_m"], first["备注甲"]) == (35, 80, "=1+1")
    assert second["green_ratio_max"] == 15
    assert pd.isna(second["green_ratio_min"])
    assert parcels["权利人"].tolist() == ["甲"] * 4


def test_the_record_tells_of_outlines_and_tables(workspace: Workspace, tmp_path: Path) -> None:
    """Where the outlines came from stays, and each joined table is added."""
    before = supply_record("parcels", workspace)
    bring(workspace, table(tmp_path / "a.csv", [["id", "供地方式"], [PLOT, "出让"]]), source="甲")
    bring(workspace, table(tmp_path / "b.csv", [["id", "供地方式"], [UNIT, "划拨"]]), as_of="2025")
    record = supply_record("parcels", workspace)
    kept = ("file", "sha256", "source", "as_of", "completeness")
    assert {key: record[key] for key in kept} == {key: before[key] for key in kept}
    assert record["joined_file"] == "a.csv; b.csv"
    assert record["joined_source"] == "甲; "
    assert record["joined_as_of"] == "; 2025"


def test_a_join_is_taken_back_whole(workspace: Workspace, tmp_path: Path) -> None:
    """Undo restores every byte."""
    before = files_of(workspace.folder)
    bring(workspace, table(tmp_path / "a.csv", [["编码x", "限高"], [PLOT, "24"]]),
          columns={"编码x": "id"})  # fmt: skip
    assert files_of(workspace.folder) != before
    assert undo_import(workspace)[0] == "parcels"
    assert files_of(workspace.folder) == before


def test_blank_cells_erase_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """A cell without a value, or of blanks, leaves what the feature has."""
    bring(workspace, table(tmp_path / "a.csv", [["id", "供地方式", "容积率"], [PLOT, "出让", 2]]))
    again = bring(workspace, table(tmp_path / "b.csv", [["id", "供地方式", "容积率"],
                                                        [PLOT, "  ", ""]]))  # fmt: skip
    assert again.changed == ()
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert parcels.loc[PLOT, ["supply", "floor_area_ratio_max"]].tolist() == ["出让", 2.0]


def test_own_columns_are_replaced_where_a_row_speaks(workspace: Workspace, tmp_path: Path) -> None:
    """A further column of the outlines takes the table's values, whatever its type was."""
    bring(workspace, table(tmp_path / "a.csv", [["id", "权利人"], [PLOT, 7], [UNIT, 8]]))
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert parcels["权利人"].to_dict() == {PLOT: "7", UNIT: "8", "0012": "甲", "A-7": "甲"}


def test_a_column_of_figures_that_gets_text_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """All its values become text, and the person is told; figures stay figures."""
    bring(workspace, table(tmp_path / "a.csv", [["id", "序"], *([code, 7] for code in CODES)]))
    prepared = bring(workspace, table(tmp_path / "b.csv", [["id", "序"], [PLOT, "八"]]))
    assert "“序”" in str(prepared.warnings["reason_zh"].iloc[0])
    assert erdao_gis.read_layer("parcels", workspace)["序"].to_dict() == {
        PLOT: "八", UNIT: "7", "0012": "7", "A-7": "7"
    }  # fmt: skip


def test_repeated_codes_stop_the_import(workspace: Workspace, tmp_path: Path) -> None:
    """One code in two rows is a fault that names them; nothing is written."""
    rows = [["id", "容积率"], [PLOT, 1], [UNIT, 2], [PLOT, 3]]
    prepared = look(workspace, table(tmp_path / "a.csv", rows))
    assert [(fault.rule, fault.feature) for fault in prepared.faults] == [
        ("code_in_several_rows", PLOT)
    ]
    assert "1, 3" in prepared.faults[0].message("en")
    assert prepared.as_dict()["rows_repeated"] == {PLOT: [1, 3]}
    ledger = prepared.ledger
    assert (ledger["joined"], ledger["repeated"], ledger["ambiguous"]) == (1, 2, 1)
    before = files_of(workspace.folder)
    with pytest.raises(SchemaError, match=PLOT):
        apply_import(workspace, prepared)
    assert files_of(workspace.folder) == before


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("12", "0012"),
        ("12.0", "0012"),
        ("a-7", "A-7"),
        ("Ａ－７", "A-7"),
        ("A- 7", "A-7"),
        ("2.201050010010012345", ""),
        ("unknown", ""),
    ],
)
def test_almost_a_code_is_told_and_not_guessed(
    workspace: Workspace, tmp_path: Path, written: str, near: str
) -> None:
    """Zeros, width, case and inner blanks are left to the person, who is told what is close."""
    rows = [["id", "容积率"], [written, "2"], [PLOT, "1"]]
    prepared = look(workspace, table(tmp_path / "a.csv", rows))
    assert prepared.ledger["unmatched"] == 1
    assert list(prepared.rejects["id"]) == [written]
    reason = str(prepared.rejects["reason_zh"].iloc[0])
    assert (f"写法相近的有：{near}" in reason) == bool(near)


@pytest.mark.parametrize("code", ["2.2E+18", 2.201050010010012e18, "2.20105001001001E+18"])
@pytest.mark.parametrize("heading", ["地块编号", "序"])
def test_codes_that_a_spreadsheet_rounded_are_refused(
    workspace: Workspace, tmp_path: Path, code: object, heading: str
) -> None:
    """Digits that are lost are never matched to anything."""
    rows = [[heading, "容积率"], [code, "2"], ["A-7", "1"]]
    prepared = look(workspace, sheet(tmp_path / "a.xlsx", rows), columns={heading: "id"})
    assert list(prepared.rejects["row"]) == [1]
    assert "E+18" in str(prepared.rejects["reason_en"].iloc[0]).upper()
    assert f"写法相近的有：{PLOT}。" in str(prepared.rejects["reason_zh"].iloc[0])
    assert prepared.ledger["rows"] == 2
    assert prepared.ledger["unreadable"] == 1


def test_numbers_for_codes_match_nothing_by_chance(workspace: Workspace, tmp_path: Path) -> None:
    """All codes read as numbers: no match at all is a fault that shows both sides."""
    rows = [["序", "容积率"], [12, 2], [7, 1]]
    prepared = look(workspace, sheet(tmp_path / "a.xlsx", rows), columns={"序": "id"})
    assert [fault.rule for fault in prepared.faults] == ["join_no_match"]
    said = prepared.faults[0].message("zh")
    assert "12, 7" in said
    assert "0012" in said


def test_a_table_before_the_outlines_is_told_what_to_do(tmp_path: Path) -> None:
    """Without outlines there is nothing to join to."""
    empty = create_workspace(tmp_path / "new", fictional=True)
    file = table(tmp_path / "a.csv", [["地块编号", "容积率"], ["1", "2"]])
    with pytest.raises(SchemaError) as caught:
        look(empty, file)
    assert caught.value.key == "table_without_places"
    assert "先" in caught.value.message("zh")
    assert not any(empty.folder.joinpath("layers").iterdir())


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([["容积率", "限高"], ["1", "2"]], "table_without_codes"),
        ([["地块编号", "容积率"]], "join_no_match"),
    ],
)
def test_tables_that_say_nothing_are_told(
    workspace: Workspace, tmp_path: Path, rows: list[list[str]], key: str
) -> None:
    """No column of codes, or headings only."""
    file = table(tmp_path / "a.csv", rows)
    try:
        found = [fault.rule for fault in look(workspace, file).faults]
    except SchemaError as error:
        found = [error.key]
    assert found == [key]


def test_a_code_that_is_written_exactly_so_goes_first(tmp_path: Path) -> None:
    """Features that differ by a blank only are told apart by the code without one."""
    town = create_workspace(tmp_path / "town", fictional=True)
    bring(town, outlines(tmp_path / "p.gpkg", ("A", "A ", " B")))
    prepared = bring(town, table(tmp_path / "a.csv", [["id", "容积率"], ["A", "2"], ["B", "3"]]))
    assert prepared.features_without_row == ("A ",)
    far = erdao_gis.read_layer("parcels", town)["floor_area_ratio_max"]
    assert far.dropna().to_dict() == {"A": 2.0, " B": 3.0}


def test_rows_without_a_code_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    """A blank code is a reject with its row."""
    rows = [["id", "容积率"], ["", "2"], [PLOT, "1"], ["　", "3"]]
    prepared = look(workspace, table(tmp_path / "a.csv", rows))
    assert list(prepared.rejects["row"]) == [1, 3]
    assert prepared.faults == ()


def test_repeated_headings_are_told(workspace: Workspace, tmp_path: Path) -> None:
    """The first fills the column, the second is kept under another name and named."""
    rows = [["地块编号", "容积率", "容积率"], [PLOT, "2", "3"]]
    prepared = bring(workspace, table(tmp_path / "a.csv", rows))
    assert prepared.kept == ("容积率_2",)
    assert "容积率_2" in str(prepared.warnings["reason_zh"].iloc[0])
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert parcels.loc[PLOT, ["floor_area_ratio_max", "容积率_2"]].tolist() == [2.0, 3.0]


def test_a_code_with_unseen_characters_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    """A told column of codes is looked at as any other."""
    rows = [["序", "容积率"], [f"{PLOT}\u200e", "2"], [UNIT, "1"]]
    prepared = look(workspace, table(tmp_path / "a.csv", rows), columns={"序": "id"})
    assert list(prepared.rejects["row"]) == [1]
    assert prepared.ledger["unreadable"] == 1


def test_a_shapefile_in_gbk_and_a_table_in_gb18030(tmp_path: Path) -> None:
    """Chinese names and headings come through both."""
    town = create_workspace(tmp_path / "town", fictional=True)
    first = bring(town, outlines(tmp_path / "地块.shp", ("一号", "二号"), "地块编号"))
    assert first.added == ("一号", "二号") or set(first.added) == {"一号", "二号"}
    rows = [["地块编号", "供地方式"], ["一号", "挂牌"], ["二号", "𠀀"]]
    bring(town, table(tmp_path / "表.csv", rows, encoding="gb18030"))
    assert erdao_gis.read_layer("parcels", town)["supply"].to_dict() == {
        "一号": "挂牌",
        "二号": "𠀀",
    }


def dbase(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """Write a dBASE table of texts in GBK, by hand."""
    width, fields = 40, b""
    for name in names:
        fields += struct.pack("<11sc4xBB14x", name.encode("gbk"), b"C", width, 0)
    body = b"".join(
        b" " + b"".join(cell.encode("gbk").ljust(width) for cell in row) for row in rows
    )
    head = struct.pack(
        "<B3xIHH17xB2x", 3, len(rows), 33 + len(fields), 1 + width * len(names), 0x4D
    )
    path.write_bytes(head + fields + b"\r" + body + b"\x1a")
    return path


def test_a_table_in_dbase_is_joined(workspace: Workspace, tmp_path: Path) -> None:
    """A .dbf without a shapefile is a table."""
    file = dbase(tmp_path / "t.dbf", ["ZDDM", "容积率"], [[PLOT, "≤2"], ["0012", "3"]])
    prepared = bring(workspace, file)
    assert prepared.ledger["joined"] == 2
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert parcels["floor_area_ratio_max"].dropna().to_dict() == {PLOT: 2.0, "0012": 3.0}


def test_the_attributes_of_a_shapefile_are_no_table(workspace: Workspace, tmp_path: Path) -> None:
    """Beside its .shp the .dbf is a part, and the file to give is named."""
    file = outlines(tmp_path / "p.shp", ("a",), "id").with_suffix(".dbf")
    with pytest.raises(FormatError) as caught:
        look(workspace, file)
    assert caught.value.key == "shapefile_part"


def test_a_filled_template_is_joined(workspace: Workspace, tmp_path: Path) -> None:
    """Codes typed into the blank workbook stay text, down two thousand rows."""
    file = write_templates("parcels", tmp_path / "blank")[1]
    book = openpyxl.load_workbook(file)
    page = book["parcels"]
    places = {cell.value: cell.column for cell in page[1]}
    assert {page.cell(row, places["id"]).number_format for row in (2, 900, 2001)} == {"@"}
    for row, code in enumerate(CODES, start=2):
        page.cell(row, places["id"]).value = code
        page.cell(row, places["land_use_code"]).value = "0701"
        page.cell(row, places["floor_area_ratio_max"]).value = 2.5
    book.save(file)
    prepared = bring(workspace, file)
    assert prepared.ledger["joined"] == 4
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert set(parcels["land_use_code"]) == {"0701"}


def test_the_blank_package_comes_back(tmp_path: Path) -> None:
    """Features drawn into the blank GeoPackage are imported under their codes."""
    town = create_workspace(tmp_path / "town", fictional=True)
    file = write_templates("parcels", tmp_path / "blank")[0]
    blank = gpd.read_file(file)
    drawn = gpd.GeoDataFrame({"id": ["0701", PLOT], "land_use_code": ["0701", "16"]},
                             geometry=[box(461_000, 4_860_000, 461_100, 4_860_100)] * 2,
                             crs=blank.crs)  # fmt: skip
    drawn.reindex(columns=blank.columns).to_file(file)
    bring(town, file)
    parcels = erdao_gis.read_layer("parcels", town)
    assert parcels["land_use_code"].to_dict() == {"0701": "0701", PLOT: "16"}


def test_a_layer_from_before_a_column_is_joined(workspace: Workspace, tmp_path: Path) -> None:
    """Supplied parcels without a column that the catalogue has by now are read and filled."""
    path = workspace.supplied_path("parcels")
    gpd.read_file(path).drop(columns=["height_min_m", "green_ratio_max"]).to_file(path)
    record = json.loads(workspace.record_path("parcels").read_text("utf-8"))
    del record["layer_sha256"]
    workspace.record_path("parcels").write_text(json.dumps(record), "utf-8")
    assert not [fault for fault in check(workspace).faults if fault.rule == "column_missing"]
    bring(workspace, table(tmp_path / "a.csv", [["id", "绿地率"], [PLOT, "≤15%"]]))
    parcels = erdao_gis.read_layer("parcels", workspace)
    assert parcels["green_ratio_max"].dropna().to_dict() == {PLOT: 15.0}


def test_a_base_layer_is_joined_too(tmp_path: Path) -> None:
    """The rule is not only for parcels."""
    town = create_workspace(tmp_path / "town", fictional=True)
    frame = gpd.GeoDataFrame({"id": ["R1"], "road_class": ["primary"]},
                             geometry=[LineString([(461_000, 4_860_000), (461_100, 4_860_100)])],
                             crs=4551)  # fmt: skip
    frame.to_file(tmp_path / "r.gpkg")
    apply_import(town, prepare_import(town, tmp_path / "r.gpkg", "roads", ImportOptions()))
    file = table(tmp_path / "r.csv", [["id", "名称"], ["R1", "吉林大路"]])
    apply_import(town, prepare_import(town, file, "roads", ImportOptions()))
    assert erdao_gis.read_layer("roads", town)["name_zh"].tolist() == ["吉林大路"]


def test_what_was_looked_at_is_what_is_written(workspace: Workspace, tmp_path: Path) -> None:
    """A layer that changed since the preview is not overwritten with the older state."""
    first = look(workspace, table(tmp_path / "a.csv", [["id", "容积率"], [PLOT, "2"]]))
    bring(workspace, table(tmp_path / "b.csv", [["id", "容积率"], [UNIT, "3"]]))
    before = files_of(workspace.folder)
    with pytest.raises(WorkspaceError) as caught:
        apply_import(workspace, first)
    assert caught.value.key == "layer_moved_on"
    assert files_of(workspace.folder) == before


def test_recorded_operations_hold_against_new_outlines(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Outlines need --close-lineage, undo brings the record back, a table leaves it alone."""
    operations, retired = workspace.operations_path("parcels"), workspace.retired_path("parcels")
    record = ["step,kind,date,from_id,to_id,area_m2", "1,split,2025-01-01,A,B,1"]
    record += ["1,split,2025-01-01,A,C,1", "2,renumber,2025-01-02,B,D,1"]
    operations.write_text("\n".join(record), "utf-8")
    retired.write_bytes(b"kept")
    joined = bring(workspace, table(tmp_path / "a.csv", [["id", "容积率"], [PLOT, "2"], ["A", 1]]))
    assert operations.exists()
    assert "B, C" in str(joined.rejects["reason_zh"].iloc[0])
    again = outlines(tmp_path / "again.gpkg")
    with pytest.raises(WorkspaceError) as caught:
        look(workspace, again)
    assert caught.value.facts["number"] == 2
    assert "--close-lineage" in caught.value.message("zh")
    bring(workspace, again, close_lineage=True)
    assert not operations.exists()
    assert not retired.exists()
    undo_import(workspace)
    assert retired.read_bytes() == b"kept"
    assert operations.exists()


def test_the_command_lists_both_ways(workspace: Workspace, tmp_path: Path) -> None:
    """Counts, rows and features that found nothing, on the screen and as JSON."""
    rows = [["id", "容积率"], [PLOT, "2"], *([f"x{n}", "1"] for n in range(25))]
    file = table(tmp_path / "a.csv", rows)
    into = ["import", str(file), "--as", "parcels", "--workspace", str(workspace.folder)]
    said = CliRunner().invoke(erdao, ["--lang", "zh", *into, "--dry-run"])
    assert said.exit_code == 0, said.output
    assert "表 26 行，已关联 1，无对应要素 25" in said.output
    assert "另有 5 个" in said.output
    assert "0012" in said.output
    done = CliRunner().invoke(erdao, ["--lang", "en", *into, "--json"])
    preview = json.loads(done.output)
    assert preview["joined"] is True
    assert len(preview["rejects"]) == 25
    assert sorted(preview["features_without_row"]) == sorted(set(CODES) - {PLOT})


CELLS = st.sampled_from([*CODES, "12", "nope", "", " A-7 ", "a-7", "9" * 19])
FIGURES = st.sampled_from(["", "1", "2.5", "≤3", "1.0-2.0", "约2"])


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(st.tuples(CELLS, FIGURES), min_size=1, max_size=12))
def test_the_ledger_closes_and_the_unmatched_stay(
    workspace: Workspace, tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    """Whatever the table holds, every row and feature is counted once, and others are untouched."""
    file = table(tmp_path / "h.csv", [["id", "容积率", "说明"], *((c, f, "x") for c, f in rows)])
    before = erdao_gis.read_layer("parcels", workspace)
    prepared = look(workspace, file)
    ledger: Mapping[str, int] = prepared.ledger
    parts = ("joined", "unmatched", "repeated", "unreadable")
    assert ledger["rows"] == len(rows) == sum(ledger[part] for part in parts)
    assert ledger["features"] == 4 == sum(
        ledger[part] for part in ("joined", "ambiguous", "without_row")
    )  # fmt: skip
    assert len(prepared.rejects) == ledger["unmatched"] + ledger["unreadable"]
    matched = [code.strip() for code, _ in rows if code.strip() in CODES]
    assert sorted(prepared.features_without_row) == sorted(set(CODES) - set(matched))
    assert prepared.frame.index.tolist() == before.index.tolist()
    for code in prepared.features_without_row:
        old, new = before.loc[code], prepared.frame.loc[code]
        assert new.geometry.equals(old.geometry)
        assert all(pd.isna(old[name]) or new[name] == old[name] for name in before.columns[:-1])
        assert pd.isna(new["说明"]) if "说明" in new else True
