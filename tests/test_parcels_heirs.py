"""What parcels that were split or merged take over, and what a person is told they lost."""

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from shapely import LineString, MultiPolygon, box

from erdao_gis.analysis import split_parcel
from erdao_gis.catalogue import Workspace, create_workspace, read_layer
from erdao_gis.cli import erdao
from erdao_gis.errors import NotInPlanError, SchemaError
from erdao_gis.files import write_features
from erdao_gis.intake import ImportOptions, apply_import, prepare_import
from erdao_gis.parcels import are_assumed, record_merger, record_split

X, Y = 460_000, 4_860_000
DAY = "2025-06-30"
AT_TEN = LineString([(X + 10, Y - 5), (X + 10, Y + 15)])


def run(*arguments: object, language: str = "zh") -> Result:
    """Run one of the parcel commands as a user does."""
    words = ["--lang", language, "parcels", *map(str, arguments)]
    return CliRunner().invoke(erdao, words)


def place_with(folder: Path, **columns: list[object]) -> Workspace:
    """Make a workspace with two parcels A and B, each 30 m by 10 m, side by side."""
    shapes = [box(X, Y, X + 30, Y + 10), box(X + 30, Y, X + 60, Y + 10)]
    frame = gpd.GeoDataFrame({"id": ["A", "B"], **columns}, geometry=shapes, crs=4551)
    place = create_workspace(folder / "plan", fictional=True)
    file = write_features(frame, folder / "in" / "parcels.gpkg")
    apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    return place


def test_a_merger_tells_what_is_lost(tmp_path: Path) -> None:
    """Each attribute on which the parts differ, with both values; what agrees is kept."""
    place = place_with(tmp_path, land_use_code=["070102", "0901"], supply=["挂牌", "挂牌"],
                       green_ratio_min=[35.0, None])  # fmt: skip
    record = record_merger(place, ["A", "B"], date=DAY, dry_run=True)
    told = {one.column: (dict(one.before), dict(one.after)) for one in record.outcomes}
    assert told == {
        "land_use_code": ({"A": "070102", "B": "0901"}, {"A+B": None}),
        "green_ratio_min": ({"A": 35.0, "B": None}, {"A+B": None}),
    }
    assert record.mixed_uses == ("07", "09")
    said = run("merge", place.folder, "A", "B", "--dry-run").output
    for part in ("用地代码", "070102", "0901", "--keep-from", "一级用地类", "07, 09", "临时编号"):
        assert part in said
    assert list(read_layer("parcels", place).index) == ["A", "B"]


def test_a_merger_is_settled(tmp_path: Path) -> None:
    """From one of the parts, and by values held against the layer; nothing is left to say."""
    place = place_with(tmp_path, land_use_code=["070102", "0901"], height_max_m=[60.0, 24.0])
    options = ["--keep-from", "A", "--set", "建筑限高=54", "--set", "supply=拍卖", "--json"]
    result = run("merge", place.folder, "A", "B", "--new-code", "C", *options)
    told = json.loads(result.stdout)
    assert told["provisional"] is False
    assert {one["column"]: one["after"] for one in told["outcomes"]} == {
        "land_use_code": {"C": "070102"},
        "height_max_m": {"C": 54.0},
    }
    heir = read_layer("parcels", place).loc["C"]
    assert heir[["land_use_code", "height_max_m", "supply"]].tolist() == ["070102", 54.0, "拍卖"]


def test_a_drafted_part_makes_the_whole_assumed_however_it_is_written(tmp_path: Path) -> None:
    """是 is a yes, typed for the new parcel or told of a part."""
    place = place_with(tmp_path)
    record_merger(place, ["A", "B"], date=DAY, new_code="C", stated={"假定": "是"})
    assert read_layer("parcels", place)["assumed"].tolist() == ["yes"]
    told = gpd.GeoDataFrame({"assumed": [True, "否", None]}, geometry=[None] * 3)
    assert are_assumed(told).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"keep_from": "Z"}, "lineage_keep_from"),
        ({"stated": {"没有的列": "1"}}, "lineage_set_column"),
        ({"stated": {"id": "Q"}}, "lineage_set_column"),
        ({"stated": {"land_use_code": "9999"}}, "parcels_unknown_code"),
        ({"stated": {"assumed": "maybe"}}, "code_unknown"),
        ({"stated": {"容积率": "abc"}}, "lineage_set_value"),
    ],
)
def test_what_cannot_be_settled_so_is_refused(
    tmp_path: Path, options: dict[str, object], key: str
) -> None:
    """No such part, column, class or code; nothing is written."""
    place = place_with(tmp_path)
    with pytest.raises((NotInPlanError, SchemaError)) as caught:
        record_merger(place, ["A", "B"], date=DAY, **options)
    assert caught.value.key == key
    assert caught.value.message("zh")
    assert list(read_layer("parcels", place).index) == ["A", "B"]


def test_money_of_the_whole_is_void_in_the_parts(tmp_path: Path) -> None:
    """A deposit and a price are void and listed; other columns of the file's own stay."""
    place = place_with(tmp_path, **{"竞买保证金（万元）": [100.0, 9.0], "权利人": ["甲", "乙"]})
    record = record_split(place, "A", AT_TEN, date=DAY)
    assert [one.column for one in record.outcomes] == ["竞买保证金（万元）"]
    parcels = read_layer("parcels", place)
    assert parcels["竞买保证金（万元）"].isna().to_dict() == {"A-1": True, "A-2": True, "B": False}
    assert parcels["权利人"].tolist() == ["甲", "甲", "乙"]


@pytest.mark.parametrize(
    ("stated", "parts"),
    [(300.0, [100.0, 200.0]), (305.01, [101.67, 203.34]), (310.0, None), (None, None)],
)
def test_a_stated_area_is_divided_if_it_fits(stated: float | None, parts: object) -> None:
    """Within 2 % of 300 m2 it is divided to the cent and sums up; else it is void."""
    plots = gpd.GeoDataFrame(
        {"area_m2": pd.Series([stated], index=["A"], dtype=float)},
        geometry=[box(X, Y, X + 30, Y + 10)],
        index=["A"],
        crs=4551,
    )
    heirs = split_parcel(plots, "A", AT_TEN, date=DAY).parcels["area_m2"]
    if parts is None:
        assert heirs.isna().all()
    else:
        assert heirs.tolist() == parts
        assert round(heirs.sum(), 2) == stated


def test_parts_that_are_not_cut_need_codes_too(tmp_path: Path) -> None:
    """Of two parts one is cut: three parcels, which is said when two codes are given."""
    two = MultiPolygon([box(X, Y, X + 30, Y + 10), box(X + 50, Y, X + 60, Y + 10)])
    frame = gpd.GeoDataFrame({"id": ["M"]}, geometry=[two], crs=4551)
    place = create_workspace(tmp_path / "plan", fictional=True)
    file = write_features(frame, tmp_path / "m.gpkg")
    apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    line = f"{X + 10},{Y - 5} {X + 10},{Y + 15}"
    refused = run("split", place.folder, "M", "--line", line, "--new-code", "M1",
                  "--new-code", "M2")  # fmt: skip
    assert refused.exit_code == 2
    assert "未切到的部分各自成为一块" in refused.output
    said = run("split", place.folder, "M", "--line", line).output
    assert "2 个部分" in said
    assert "3 个新编号" in said


@pytest.mark.parametrize("crs", ["EPSG:99999", "http://x/y", ""])
def test_an_unknown_crs_is_told_as_everywhere(tmp_path: Path, crs: str) -> None:
    """It is named in a message and no traceback."""
    place = place_with(tmp_path)
    frame = gpd.GeoDataFrame(geometry=[AT_TEN], crs=4551)
    file = write_features(frame, tmp_path / "line.gpkg")
    line = f"{X + 10},{Y - 5} {X + 10},{Y + 15}"
    for way in (["--line", line], ["--line-file", file]):
        result = run("split", place.folder, "A", *way, "--crs", crs or "-")
        assert result.exit_code == 2
        assert isinstance(result.exception, SystemExit)
        assert "EPSG:4551" in result.output


def test_a_recoding_is_written_as_a_table(tmp_path: Path) -> None:
    """Pairs with areas, each parcel, unknown codes; a class that is only renamed is told."""
    place = place_with(tmp_path, land_use_code=["2302", "1207"], edition=["2020", "2020"])
    result = run("recode", place.folder, "--dry-run", "--into", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "城镇村道路用地" in result.output
    book = openpyxl.load_workbook(tmp_path / "out" / "recode.xlsx")
    assert book.sheetnames == ["转换对照表", "逐块", "未知代码"]
    pairs = [[cell.value for cell in row[:7]] for row in book["转换对照表"].iter_rows(min_row=4)]
    assert [row[0:1] + row[2:3] + row[4:] for row in pairs] == [
        ["2302", "2303", "改码", 1, 0.03],
        ["1207", "1207", "代码不变、名称改变", 1, 0.03],
    ]
    assert [row[0].value for row in book["逐块"].iter_rows(min_row=4)] == ["A", "B"]


def test_nothing_to_recode_writes_nothing(tmp_path: Path) -> None:
    """Parcels without codes stay as they are, byte by byte, and it is said."""
    place = place_with(tmp_path)
    before = place.supplied_path("parcels").read_bytes()
    result = run("recode", place.folder)
    assert result.exit_code == 0, result.output
    assert "没有带用地代码的要素" in result.output
    assert "erdao undo" not in result.output
    assert place.supplied_path("parcels").read_bytes() == before
