"""`erdao parcels` split, merge, renumber, lineage, compare and recode, as a user runs them."""

import datetime as dt
import json
import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner, Result
from shapely import LineString, box

from erdao_gis.catalogue import Workspace, create_workspace, open_workspace, read_layer
from erdao_gis.cli import erdao
from erdao_gis.files import write_features
from erdao_gis.intake import ImportOptions, apply_import, prepare_import
from erdao_gis.parcels import read_book

X, Y = 460_000, 4_860_000
CODES = ["A", "B", "C"]
AT_TEN = f"{X + 10},{Y - 5} {X + 10},{Y + 15}"


def run(*arguments: object, language: str = "zh") -> Result:
    """Run one of the parcel commands as a user does."""
    words = ["--lang", language, "parcels", *map(str, arguments)]
    return CliRunner().invoke(erdao, words)


def file_with(folder: Path, name: str, land_use: list[str]) -> Path:
    """Write parcels in a row, each 30 m by 10 m."""
    shapes = [box(X + 30 * n, Y, X + 30 * n + 30, Y + 10) for n in range(3)]
    frame = gpd.GeoDataFrame({"id": CODES, "land_use_code": land_use}, geometry=shapes, crs=4551)
    return write_features(frame, folder / name)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """Three parcels in a row, with codes of 2020 of which one is unknown."""
    place = create_workspace(tmp_path / "plan", fictional=True)
    file = file_with(tmp_path, "parcels.gpkg", ["2302", "0601", "9999"])
    apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    return place


@pytest.mark.parametrize("name", ["split", "merge", "renumber", "lineage", "compare", "recode"])
def test_help_is_chinese_and_english(name: str) -> None:
    """Each command explains itself in both languages."""
    said = run(name, "--help").output
    assert any("\u4e00" <= character <= "\u9fff" for character in said)
    assert " / " in said


@pytest.mark.parametrize(("language", "undo"), [("zh", "撤销"), ("en", "take it back")])
def test_a_split_says_what_it_did(place: Workspace, language: str, undo: str) -> None:
    """Codes, areas before and after, and how to undo it."""
    result = run("split", place.folder, "A", "--line", AT_TEN, "--new-code", "A1",
                 "--new-code", "A2", "--date", "2025-06-30", language=language)  # fmt: skip
    assert result.exit_code == 0, result.output
    for said in ("A1", "100.00", "A2", "200.00", "300.00", "2025-06-30", "erdao undo", undo):
        assert said in result.output
    assert CliRunner().invoke(erdao, ["undo", str(place.folder)]).exit_code == 0
    assert list(read_layer("parcels", place).index) == CODES


def test_operations_as_json(place: Workspace) -> None:
    """Split, merge and renumber give codes with areas, and whether they wrote."""
    told = json.loads(run("split", place.folder, "A", "--line", AT_TEN, "--json").stdout)
    assert told["heirs"] == {"A-1": 100.0, "A-2": 200.0}
    assert told["date"] == dt.datetime.now().astimezone().date().isoformat()
    told = json.loads(run("merge", place.folder, "A-2", "B", "--new-code", "D", "--json").stdout)
    assert (told["retired"], told["heirs"]) == ({"A-2": 200.0, "B": 300.0}, {"D": 500.0})
    told = json.loads(run("renumber", place.folder, "D", "E", "--json", "--dry-run").stdout)
    assert (told["heirs"], told["written"]) == ({"E": 500.0}, False)
    assert sorted(read_layer("parcels", place).index) == ["A-1", "C", "D"]


def test_a_line_out_of_a_file(place: Workspace, tmp_path: Path) -> None:
    """In degrees, and stopping a centimetre short: led on, and said so."""
    line = LineString([(X + 10, Y - 5), (X + 10, Y + 9.99)])
    frame = gpd.GeoDataFrame({"id": ["L1"]}, geometry=[line], crs=4551).to_crs(4490)
    frame.to_file(tmp_path / "lines.gpkg")
    options = ["--line-file", tmp_path / "lines.gpkg", "--feature", "L1", "--dry-run"]
    said = run("split", place.folder, "A", *options, language="en").output
    assert "led on by 0.010 m" in said
    assert "nothing was written" in said
    assert list(read_layer("parcels", place).index) == CODES


def test_a_line_is_given_one_way(place: Workspace) -> None:
    """Neither or both are refused, as click refuses a wrong use."""
    for options in ([], ["--line", AT_TEN, "--line-file", "x.gpkg"]):
        result = run("split", place.folder, "A", *options)
        assert result.exit_code == 2
        assert "--line-file" in result.output


def test_errors_are_told_and_counted_as_errors(place: Workspace) -> None:
    """A parcel that is not there: exit status 2, as JSON where asked."""
    assert run("renumber", place.folder, "Z", "Z1").exit_code == 2
    result = run("merge", place.folder, "A", "C", "--json", language="en")
    assert result.exit_code == 2
    assert "A, C" in json.loads(result.stdout)["error"]


def test_a_lineage_is_a_tree(place: Workspace) -> None:
    """Ancestors down to the first, with dates, areas and states; a code read twice is cut short."""
    run("split", place.folder, "A", "--line", AT_TEN, "--date", "2025-01-01")
    run("merge", place.folder, "A-1", "A-2", "--new-code", "D", "--date", "2025-02-01")
    lines = run("lineage", place.folder, "D", language="en").output.splitlines()
    assert lines == [
        "Parcel D, 300.00 m², in force",
        "Came from (3 parcels):",
        "├─ A-1, merger of 2025-02-01, 100.00 m², retired",
        "│  └─ A, split of 2025-01-01, 300.00 m², retired",
        "└─ A-2, merger of 2025-02-01, 200.00 m², retired",
        "   └─ A, split of 2025-01-01, 300.00 m², retired (listed above, not repeated)",
    ]
    told = json.loads(run("lineage", place.folder, "A", "--json").stdout)
    assert [row["id"] for row in told["relatives"]] == ["A-1", "A-2", "D"]
    assert told["relatives"][2]["area_m2"] == 300.0
    assert "没有" in run("lineage", place.folder, "B").output


def test_two_dates_are_compared(place: Workspace, tmp_path: Path) -> None:
    """Changes on screen, all of it in the workbook, where a code is never a formula."""
    run("split", place.folder, "A", "--line", AT_TEN, "--date", "2025-06-30",
        "--new-code", "=1+1", "--new-code", "A2")  # fmt: skip
    result = run("compare", place.folder, "--since", "2025-06-29", "--into", tmp_path / "out")
    assert result.exit_code == 0, result.output
    for said in ("分割", "=1+1", "100.00", "900.00", "compare.xlsx"):
        assert said in result.output
    book = openpyxl.load_workbook(tmp_path / "out" / "compare.xlsx")
    assert book.sheetnames == ["变化", "指标变化", "合计", "面积账目", "未采用的行"]
    cells = [cell for row in book["变化"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
    ground = gpd.read_file(tmp_path / "out" / "compare.gpkg")
    assert ground.set_index("to_id").area.round(6).to_dict() == {"=1+1": 100.0, "A2": 200.0}
    assert set(ground["change_name"]) == {"分割"}
    picture = (tmp_path / "out" / "compare.svg").read_text("utf-8")
    for said in ("地块变化图", "分割", "未变", "A2"):
        assert said in picture
    told = json.loads(run("compare", place.folder, "--since", "2025-06-29", "--json").stdout)
    areas = {row["change"]: row["area_m2"] for row in told["totals"]}
    assert (areas["split"], areas["unchanged"]) == (300.0, 600.0)
    assert told["account"]["before_m2"] == told["account"]["after_m2"] == 900.0


def test_another_file_is_compared(place: Workspace, tmp_path: Path) -> None:
    """The same parcels in another file are unchanged; rows that cannot be used are listed."""
    same = file_with(tmp_path, "same.gpkg", ["", "", ""])
    assert "900.00" in run("compare", place.folder, "--with", same).output
    frame = gpd.read_file(same).drop(columns="land_use_code")
    frame.loc[3] = {"id": "X", "geometry": None}
    frame.to_file(tmp_path / "other.gpkg")
    result = run("compare", place.folder, "--with", tmp_path / "other.gpkg", language="en")
    assert result.exit_code == 1
    assert "1 rows of the file were left out" in result.output
    assert "- 4 X:" in result.output


@pytest.mark.parametrize("options", [[], ["--until", "2025-01-01"],
                                     ["--since", "2025-01-01", "--with", "x"]])  # fmt: skip
def test_what_to_compare_with_is_one_thing(place: Workspace, options: list[str]) -> None:
    """Dates or a file."""
    result = run("compare", place.folder, *options)
    assert result.exit_code == 2
    assert "--with" in result.output


def test_recoding_lists_pairs_and_stops_at_unknown_codes(place: Workspace) -> None:
    """Exit status 1 and nothing written until the unknown code is accepted."""
    result = run("recode", place.folder, "--from", "2020", "--to", "2023")
    assert result.exit_code == 1
    for said in ("2302", "2303", "田坎", "9999", "C", "0601", "--accept-unknown"):
        assert said in result.output
    assert "land_use_code_2020" not in read_layer("parcels", place)
    assert run("recode", place.folder, "--accept-unknown", "--dry-run").exit_code == 0
    assert "land_use_code_2020" not in read_layer("parcels", place)
    told = json.loads(run("recode", place.folder, "--accept-unknown", "--json").stdout)
    assert told["unknown"] == [{"id": "C", "code": "9999"}]
    assert (told["changed"], told["unchanged"], told["written"]) == (1, 1, True)
    assert read_layer("parcels", place).loc["A", "land_use_code"] == "2303"
    assert run("recode", place.folder).exit_code == 2


def test_the_sample_town_is_split_and_checked(town: Path, tmp_path: Path) -> None:
    """A real cadastre of the town: a parcel cut in two, compared, and put back byte by byte."""
    folder = tmp_path / "town"
    shutil.copytree(town, folder)
    before = (folder / "layers" / "parcels.gpkg").read_bytes()
    parcels = read_book(folder).parcels
    code = parcels.area.idxmax()
    west, south, east, north = parcels.geometry[code].bounds
    line = f"{west - 1},{(south + north) / 2} {east + 1},{(south + north) / 2}"
    assert run("split", folder, code, "--line", line, "--date", "2026-01-01").exit_code == 0
    told = json.loads(run("compare", folder, "--since", "2025-12-31", "--json").stdout)
    assert told["account"]["before_m2"] == pytest.approx(told["account"]["after_m2"], rel=1e-9)
    assert CliRunner().invoke(erdao, ["check", str(folder)]).exit_code == 0
    assert CliRunner().invoke(erdao, ["undo", str(folder)]).exit_code == 0
    assert (folder / "layers" / "parcels.gpkg").read_bytes() == before
    assert not open_workspace(folder).operations_path("parcels").exists()


def test_drafted_parcels_are_called_so_in_every_output(tmp_path: Path) -> None:
    """The comparison of assumed parcels says it on screen, in the workbook and on the map."""
    place = create_workspace(tmp_path / "plan", fictional=True)
    shapes = [box(X, Y, X + 30, Y + 10)]
    frame = gpd.GeoDataFrame({"id": ["<i>A"], "assumed": ["yes"]}, geometry=shapes, crs=4551)
    file = write_features(frame, tmp_path / "p.gpkg")
    apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    run("split", place.folder, "<i>A", "--line", AT_TEN, "--date", "2025-06-30")
    said = run("compare", place.folder, "--since", "2025-06-29", "--into", tmp_path).output
    assert "仅供示意" in said
    over = openpyxl.load_workbook(tmp_path / "compare.xlsx")["变化"]["A2"].value
    assert "仅供示意" in str(over)
    picture = (tmp_path / "compare.svg").read_text("utf-8")
    assert "仅供示意" in picture
    assert "<i>" not in picture
