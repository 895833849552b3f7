"""Editions of land-use codes, codes that a table must not spoil, and values that are replaced."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

import erdao_gis
from erdao_gis.catalogue import Workspace, create_workspace, supply_record
from erdao_gis.cli import erdao
from erdao_gis.errors import SchemaError
from erdao_gis.intake import ImportOptions, PreparedImport, apply_import, prepare_import
from erdao_gis.land_use import class_codes
from erdao_gis.parcels import recode_parcels


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Make an empty fictional workspace."""
    return create_workspace(tmp_path / "town", fictional=True)


def outlines(path: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    """Write squares of one hectare, P0 and on, with these columns."""
    number = len(next(iter(columns.values())))
    shapes = [
        box(461_000 + 200 * n, 4_860_000, 461_100 + 200 * n, 4_860_100) for n in range(number)
    ]
    ids = {"id": [f"P{n}" for n in range(number)]}
    gpd.GeoDataFrame(ids | dict(columns), geometry=shapes, crs=4551).to_file(path)
    return path


def table(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def look(workspace: Workspace, path: Path, layer: str = "parcels", **said: Any) -> PreparedImport:
    """Prepare an import."""
    return prepare_import(workspace, path, layer, ImportOptions(**said))


def bring(workspace: Workspace, path: Path, layer: str = "parcels", **said: Any) -> PreparedImport:
    """Prepare an import and apply it."""
    prepared = look(workspace, path, layer, **said)
    apply_import(workspace, prepared)
    return prepared


def reasons(prepared: PreparedImport, row: int | None = None) -> list[str]:
    """Give the warnings in English, of one row if it is told."""
    warnings = prepared.warnings
    return list(warnings["reason_en"][(warnings["row"] == row) | (row is None)])


def parcels(workspace: Workspace) -> gpd.GeoDataFrame:
    """Read the parcels of a workspace."""
    return erdao_gis.read_layer("parcels", workspace)


def test_a_stated_edition_fills_empty_cells_only(workspace: Workspace, tmp_path: Path) -> None:
    """What a row says of its edition stays."""
    columns = {"用地代码": ["0701", "0702"], "版本": ["2023", None]}
    prepared = bring(workspace, outlines(tmp_path / "p.gpkg", columns), edition="2020")
    assert parcels(workspace)["edition"].to_dict() == {"P0": "2023", "P1": "2020"}
    assert "several editions" in reasons(prepared)[0]


@pytest.mark.parametrize(
    ("codes", "edition"),
    [(["R2", "A33"], "GB50137"), (["0701", "2303", "060102"], ""), (["090301", "0701"], "2020")],
)
def test_codes_that_fit_one_edition_only_tell_it(
    workspace: Workspace, tmp_path: Path, codes: list[str], edition: str
) -> None:
    """All codes in one edition: it is taken without a warning, and the preview says from where."""
    file = outlines(tmp_path / "p.gpkg", {"用地代码": codes})
    fitting = [e for e in ("2023", "2020", "GB50137") if set(codes) <= class_codes(e)]
    assert (fitting == [edition]) is bool(edition)
    prepared = bring(workspace, file)
    assert (prepared.edition.origin == "codes") is bool(edition)
    if edition:
        assert set(parcels(workspace)["edition"]) == {edition}
        assert reasons(prepared) == []


def test_codes_that_fit_several_are_assumed_and_said_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    """2023 is assumed for the whole file; parcels do not claim it, the present land use must."""
    file = outlines(tmp_path / "p.gpkg", {"用地代码": ["0701", "16"]})
    prepared = bring(workspace, file)
    assert (prepared.edition.edition, prepared.edition.origin) == ("2023", "assumed")
    assert ["--edition" in reason for reason in reasons(prepared, 0)] == [True]
    assert parcels(workspace)["edition"].isna().all()
    bring(workspace, file, "land_use")
    assert set(erdao_gis.read_layer("land_use", workspace)["edition"]) == {"2023"}
    assert supply_record("land_use", workspace)["edition_from"] == "assumed"


def test_codes_that_fit_another_edition_better_are_said_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Three of four codes are of GB 50137: said, not taken."""
    prepared = look(workspace, outlines(tmp_path / "p.gpkg", {"用地代码": ["R2", "B1", "G1", "x"]}))
    assert prepared.edition.edition == "2023"
    said = [reason for reason in reasons(prepared, 0) if "--edition" in reason]
    assert len(said) == 1
    assert "only 0 of 4" in said[0]
    assert "GB50137 has 3" in said[0]


def test_a_name_that_contradicts_its_code_is_told(workspace: Workspace, tmp_path: Path) -> None:
    """1312 is 水工设施用地 in the 2020 edition only; a coarser name contradicts nothing."""
    columns = {"用地代码": ["1312", "070102"], "地类": ["水工设施用地", "城镇住宅用地"]}
    prepared = look(workspace, outlines(tmp_path / "p.gpkg", columns), edition="2023")
    assert list(prepared.warnings["id"]) == ["P0"]
    assert "agree: 2020" in reasons(prepared)[0]
    again = look(workspace, tmp_path / "p.gpkg", edition="2020")
    assert reasons(again) == []


def test_names_are_put_as_codes_of_the_layer_s_edition(
    workspace: Workspace, tmp_path: Path
) -> None:
    """二类居住用地 is R2 in a layer of GB 50137, and no name at all in one of 2023."""
    bring(workspace, outlines(tmp_path / "p.gpkg", {"用地代码": ["R1", None]}), edition="GB50137")
    rows = [["id", "土地用途"], ["P1", "二类居住用地"]]
    prepared = bring(workspace, table(tmp_path / "a.csv", rows))
    assert prepared.translated == {"二类居住用地 → R2": 1}
    found = parcels(workspace).loc["P1", ["land_use_code", "edition"]].tolist()
    assert found == ["R2", "GB50137"]
    other = create_workspace(tmp_path / "other", fictional=True)
    bring(other, outlines(tmp_path / "q.gpkg", {"用地代码": ["0701", None]}), edition="2023")
    assert look(other, tmp_path / "a.csv").translated == {}


def test_a_table_leaves_valid_codes_as_they_are(workspace: Workspace, tmp_path: Path) -> None:
    """A parent, another class, words: kept and listed; a finer code and a first one are taken."""
    codes = ["070102", "0901", "070102", "0901/0902", "0701", None, "zzz"]
    bring(workspace, outlines(tmp_path / "p.gpkg", {"用地代码": codes}), edition="2023")
    said = ["城镇住宅用地", "0902", "住宅", "商业用地", "二类城镇住宅用地", "1401", "1401"]
    rows = [["id", "土地用途"], *([f"P{n}", text] for n, text in enumerate(said))]
    file = table(tmp_path / "a.csv", rows)
    before = parcels(workspace)
    prepared = bring(workspace, file)
    assert prepared.codes_kept.to_numpy().tolist() == [
        ["P0", "070102", "城镇住宅用地", "coarser"],
        ["P1", "0901", "0902", "other"],
        ["P2", "070102", "住宅", "no_code"],
        ["P3", "0901/0902", "商业用地", "coarser"],
    ]
    after = parcels(workspace)
    assert after["land_use_code"].tolist() == [*codes[:4], "070102", "1401", "1401"]
    assert after["土地用途"].tolist() == said
    assert before["edition"].equals(after["edition"])
    assert prepared.replaced[["id", "old", "new"]].to_numpy().tolist() == [
        ["P4", "0701", "070102"],
        ["P6", "zzz", "1401"],
    ]
    told = look(workspace, file, replace=["land_use_code"])
    assert told.codes_kept.empty
    wins = ["0701", "0902", "住宅", "0901", "070102", "1401", "1401"]
    assert told.frame["land_use_code"].tolist() == wins


def test_replaced_values_and_looser_limits_are_listed(workspace: Workspace, tmp_path: Path) -> None:
    """Old and new of each; larger maxima and smaller minima apart; filling replaces nothing."""
    columns = {"容积率": [2.0, 2.0], "绿地率": [35.0, 35.0], "限高": [60.0, None]}
    bring(workspace, outlines(tmp_path / "p.gpkg", columns))
    rows = [["id", "容积率", "绿地率", "限高"], ["P0", "2.5", "40", "80"], ["P1", "2", "30", "24"]]
    prepared = look(workspace, table(tmp_path / "a.csv", rows))
    assert prepared.replaced.to_numpy().tolist() == [
        ["P0", "floor_area_ratio_max", 2.0, 2.5, True],
        ["P0", "green_ratio_min", 35.0, 40.0, False],
        ["P1", "green_ratio_min", 35.0, 30.0, True],
        ["P0", "height_max_m", 60.0, 80.0, True],
    ]
    assert prepared.as_dict()["replaced_by_column"] == {
        "green_ratio_min": 2, "floor_area_ratio_max": 1, "height_max_m": 1
    }  # fmt: skip
    assert json.loads(json.dumps(prepared.as_dict(), allow_nan=False))["replaced"][0]["new"] == 2.5


def test_bounds_that_meet_from_two_sides_are_told(workspace: Workspace, tmp_path: Path) -> None:
    """At least 40 beside at most 40, and at least 1.2 beside at most 1; own ranges are not."""
    columns = {"容积率": [3.0, 1.0, 3.0], "建筑密度": [40.0, 40.0, 40.0]}
    bring(workspace, outlines(tmp_path / "p.gpkg", columns))
    rows = [["id", "容积率", "建筑密度"], ["P0", "≥1", "≥40"], ["P1", "≥1.2", "≥30"],
            ["P2", "2.0-2.0", "≤40"]]  # fmt: skip
    prepared = look(workspace, table(tmp_path / "a.csv", rows))
    assert list(prepared.warnings["id"]) == ["P0", "P1"]
    assert "are both 40" in reasons(prepared, 1)[0]
    assert "contradict" in reasons(prepared, 2)[0]


def test_new_outlines_keep_what_tables_said(workspace: Workspace, tmp_path: Path) -> None:
    """Values of a notice stay where the file says nothing; what goes with a parcel is listed."""
    first = {"用地代码": ["0701", "0901", "16"], "权利人": ["甲", "乙", "丙"]}
    bring(workspace, outlines(tmp_path / "p.gpkg", first), edition="2023")
    rows = [["id", "容积率", "供地方式", "批次"], ["P0", 2, "挂牌", 3], ["P2", 1, "", 4]]
    bring(workspace, table(tmp_path / "a.csv", rows), source="自然资源局")
    again = {"用地代码": ["0701", "0902"], "容积率": [None, 1.5], "权利人": ["丁", "乙"]}
    prepared = bring(workspace, outlines(tmp_path / "q.gpkg", again))
    assert prepared.carried is not None
    assert prepared.carried.cells == {"floor_area_ratio_max": 1, "supply": 1, "批次": 1}
    assert prepared.carried.lost == ("P2",)
    assert prepared.replaced[["id", "column", "old", "new"]].to_numpy().tolist() == [
        ["P1", "land_use_code", "0901", "0902"],
        ["P0", "权利人", "甲", "丁"],
    ]
    found = parcels(workspace)
    assert found["floor_area_ratio_max"].tolist() == [2.0, 1.5]
    assert found.loc["P0", ["supply", "批次"]].tolist() == ["挂牌", 3.0]
    assert found["edition"].tolist() == ["2023", "2023"]
    record = supply_record("parcels", workspace)
    assert (record["file"], record["joined_file"]) == ("q.gpkg", "a.csv")
    assert record["joined_source"] == "自然资源局"
    cleared = look(workspace, tmp_path / "q.gpkg", replace=["supply"])
    assert cleared.frame["supply"].isna().all()
    assert cleared.as_dict()["replaced_by_column"] == {"supply": 1}


def test_new_outlines_with_the_codes_of_before_keep_the_recoded_ones(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A recoding is not undone by the file that it began with; a changed code is taken."""
    file = outlines(tmp_path / "p.gpkg", {"用地代码": ["2302", "0701", "1401"]})
    bring(workspace, file, edition="2020")
    recode_parcels(workspace, "2020", "2023")
    recoded = parcels(workspace)
    assert recoded["land_use_code"].tolist() == ["2303", "0701", "1401"]
    outlines(tmp_path / "q.gpkg", {"用地代码": ["2302", "0701", "1402"]})
    prepared = bring(workspace, tmp_path / "q.gpkg")
    assert prepared.carried is not None
    assert prepared.carried.recoded == ("P0", "P1")
    found = parcels(workspace)
    assert found["land_use_code"].tolist() == ["2303", "0701", "1402"]
    assert found["edition"].tolist() == ["2023"] * 3
    assert found["land_use_code_2020"].tolist() == ["2302", "0701", "1401"]
    wins = look(workspace, tmp_path / "q.gpkg", edition="2020", replace=["land_use_code"])
    assert wins.frame["land_use_code"].tolist() == ["2302", "0701", "1402"]
    assert set(wins.frame["edition"]) == {"2020"}


@pytest.mark.parametrize(
    ("layer", "said", "key"),
    [
        ("roads", {"edition": "2023"}, "edition_not_here"),
        ("parcels", {"edition": "1999"}, "parcels_unknown_edition"),
        ("parcels", {"replace": ["nope"]}, "replace_unknown"),
    ],
)
def test_what_cannot_be_said_of_a_layer_is_refused(
    workspace: Workspace, tmp_path: Path, layer: str, said: dict[str, Any], key: str
) -> None:
    """An edition for a layer without codes, one that does not exist, a column that is none."""
    with pytest.raises(SchemaError) as caught:
        look(workspace, outlines(tmp_path / "p.gpkg", {"用地代码": ["0701"]}), layer, **said)
    assert caught.value.key == key


def test_the_command_says_it_in_words(workspace: Workspace, tmp_path: Path) -> None:
    """No row 0, faults once, both lists on the screen, and undo says only what it took back."""

    def run(*words: str) -> str:
        return CliRunner().invoke(erdao, ["--lang", "zh", *words]).output

    def import_(file: Path, *more: str) -> str:
        return run("import", str(file), "--as", "parcels",
                   "--workspace", str(workspace.folder), *more)  # fmt: skip

    columns = {"用地代码": ["0701", "070102"], "容积率": [2.0, 2.0]}
    said = import_(outlines(tmp_path / "p.gpkg", columns))
    assert "注意：整个文件  文件未注明用地分类版本" in said
    assert "用地分类版本：2023（文件未注明，假定）" in said
    rows = [["id", "土地用途", "容积率"], ["P0", "0901", "3"], ["P1", "0701", "2"]]
    said = import_(table(tmp_path / "a.csv", rows))
    assert "2 个要素的用地代码与表不一致，保留图层的代码" in said
    assert "公告（表）较原限值放宽 1 处" in said
    assert "表较粗" in said
    assert import_(tmp_path / "a.csv", "--replace", "land_use_code", "--edition", "2023")
    assert parcels(workspace)["land_use_code"].tolist() == ["0901", "0701"]
    bad = import_(table(tmp_path / "b.csv", [["id", "容积率"], ["P0", 1], ["P0", 2]]))
    assert bad.count("编号 P0 出现在 2 行") == 1
    assert "没有变化" not in run("undo", str(workspace.folder))


WORDS = st.sampled_from(["", "07", "0701", "070102", "0901", "城镇住宅用地", "住宅", "R2"])


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(own=st.lists(WORDS, min_size=3, max_size=3), words=st.lists(WORDS, min_size=3, max_size=3))
def test_a_valid_code_never_gets_coarser_in_silence(
    tmp_path_factory: pytest.TempPathFactory, own: list[str], words: list[str]
) -> None:
    """Whatever a table says, a valid code stays or gets finer, and each difference is listed."""
    folder = tmp_path_factory.mktemp("codes")
    town = create_workspace(folder / "town", fictional=True)
    bring(town, outlines(folder / "p.gpkg", {"用地代码": own}), edition="2023")
    had = parcels(town)["land_use_code"]
    rows = [["id", "用途", "容积率"], *([f"P{n}", word, 1] for n, word in enumerate(words))]
    prepared = look(town, table(folder / "a.csv", rows), columns={"用途": "land_use_code"})
    for place, (key, old) in enumerate(had.items()):
        new = prepared.frame.loc[key, "land_use_code"]
        if pd.isna(old) or old not in class_codes("2023"):
            continue
        assert new.startswith(old)
        listed = key in set(prepared.codes_kept["id"])
        said = words[place]
        same = said in {"", new} or (said == "城镇住宅用地" and new == "0701")
        assert listed is not same


def test_kept_codes_keep_their_edition(workspace: Workspace, tmp_path: Path) -> None:
    """New outlines that say nothing of use leave codes and editions: 1312 stays the one of 2020."""
    first = look(
        workspace,
        outlines(tmp_path / "a.gpkg", {"land_use_code": ["070102", None]}),
        edition="2020",
    )
    apply_import(workspace, first)
    told = table(tmp_path / "b.csv", [["地块编号", "用地代码"], ["P1", "1312"]])
    apply_import(workspace, look(workspace, told))
    again = look(workspace, outlines(tmp_path / "c.gpkg", {"业主": ["甲", "乙"]}))
    kept = again.frame[["land_use_code", "edition"]]
    assert kept.to_numpy().tolist() == [["070102", "2020"], ["1312", "2020"]]


def test_recoded_codes_survive_outlines_without_codes(workspace: Workspace, tmp_path: Path) -> None:
    """After a recoding, outlines that say nothing of use leave the new codes with their edition."""
    path = outlines(tmp_path / "a.gpkg", {"land_use_code": ["1312", "070102"]})
    apply_import(workspace, look(workspace, path, edition="2020"))
    recode_parcels(workspace, "2020", "2023")
    before = erdao_gis.read_layer("parcels", workspace)[["land_use_code", "edition"]]
    again = look(workspace, outlines(tmp_path / "c.gpkg", {"业主": ["甲", "乙"]}))
    assert (
        again.frame[["land_use_code", "edition"]].to_numpy().tolist() == before.to_numpy().tolist()
    )
    assert set(before["edition"]) == {"2023"}
