"""Bad parcels are listed with their codes; nothing is dropped, and the ledger adds up."""

import csv
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from erdao_gis.analysis import land_balance
from erdao_gis.analysis.facts.audit import AuditRules, ParcelAudit, audit_parcels
from erdao_gis.catalogue import create_workspace
from erdao_gis.errors import CRSError, GeometryError
from erdao_gis.files import write_features
from erdao_gis.parcels import balance_parcels, check_parcels, facts_of_parcels
from erdao_gis.parcels.facts.usable import part_usable

CRS = "EPSG:4551"
BOW = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
APART = [box(20 * k, 0, 20 * k + 10, 10) for k in range(6)]


def plots(
    shapes: list[object], index: list[object] | None = None, **columns: object
) -> gpd.GeoDataFrame:
    """Make parcels called A, B, C ..."""
    labels = index or list("ABCDEF"[: len(shapes)])
    return gpd.GeoDataFrame(columns, geometry=shapes, index=labels, crs=CRS)


def found(audit: ParcelAudit) -> list[tuple[str, str]]:
    """Rule and parcel of each fault."""
    return [(fault.rule, fault.feature) for fault in audit.faults]


def messages() -> list[dict[str, str]]:
    """Read the message table of the parcels."""
    path = resources.files("erdao_gis.shipped") / "strings" / "messages" / "parcels.csv"
    with path.open("r", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("row", messages(), ids=lambda row: row["key"])
def test_every_message_is_whole_in_both_languages(row: dict[str, str]) -> None:
    """What was found, what was expected and what to do, none left empty."""
    parts = ("found", "expected", "remedy")
    assert all(row[f"{part}_{language}"] for part in parts for language in ("zh", "en"))


def test_good_parcels_have_no_faults() -> None:
    """Parcels that share a border are no overlap."""
    audit = audit_parcels(
        plots([box(0, 0, 10, 10), box(10, 0, 20, 10)], land_use_code=["0701", "1401"],
              area_m2=[100.0, 101.0])
    )  # fmt: skip
    assert not audit.faults
    assert audit.usable.tolist() == ["A", "B"]


@pytest.mark.parametrize(
    ("shapes", "rule", "feature"),
    [
        ([APART[0], BOW], "parcels_self_crossing", "B"),
        ([APART[0], None], "parcels_null_geometry", "B"),
        ([APART[0], Point(50, 50)], "parcels_not_area", "B"),
        ([APART[0], APART[0]], "parcels_duplicate_shape", "A"),
        ([APART[0], box(9.9, 0, 15, 10)], "parcels_overlap", "A"),
    ],
)
def test_bad_outlines(shapes: list[object], rule: str, feature: str) -> None:
    """Each fault of an outline is found once and names the parcel."""
    audit = audit_parcels(plots(shapes))
    assert found(audit) == [(rule, feature)]
    assert all(fault.message("zh") and fault.message("en") for fault in audit.faults)


def test_overlaps_within_the_tolerance_are_rounding() -> None:
    """Two millimetres are nothing by default, and something to who asks."""
    close = plots([box(0, 0, 10.001, 10), box(10, 0, 20, 10)])
    assert not audit_parcels(close).faults
    strict = audit_parcels(close, rules=AuditRules(tolerance_m=0.0001))
    assert found(strict) == [("parcels_overlap", "A")]


def test_bad_codes_of_parcels() -> None:
    """Codes that are missing, repeated or numbers."""
    audit = audit_parcels(plots(APART[:5], index=["A", "A", "", 220105, "B"]))
    rules = dict(found(audit))
    assert rules == {
        "parcels_missing_code": "",
        "parcels_numeric_code": "220105",
        "parcels_duplicate_code": "A",
    }


def test_a_numeric_index_is_one_fault() -> None:
    """20,000 rows read as numbers are one mistake."""
    assert found(audit_parcels(plots(APART, index=[1, 2, 3, 4, 5, 6]))) == [
        ("parcels_numeric_code", "")
    ]


def test_bad_land_use_codes() -> None:
    """A number, a gap and an unknown code, each by its parcel."""
    codes = ["0701", 701, None, "0799"]
    audit = audit_parcels(plots(APART[:4], land_use_code=pd.Series(codes, dtype=object).to_numpy()))
    assert found(audit) == [
        ("parcels_numeric_code", "B"),
        ("parcels_no_use", "C"),
        ("parcels_unknown_code", "D"),
    ]


def test_third_survey_codes_are_one_fault() -> None:
    """A column of another set is not two thousand unknown codes."""
    audit = audit_parcels(plots(APART[:2], land_use_code=["08H1", "0810A"]))
    assert found(audit) == [("parcels_third_survey", "")]


@pytest.mark.parametrize(
    ("stated", "rule", "word"),
    [
        (0.01, "parcels_area_unit", "hectares"),
        (0.15, "parcels_area_unit", "mu"),
        (0.0001, "parcels_area_unit", "km²"),
        (120.0, "parcels_area_differs", "120.0"),
        (-5.0, "parcels_bad_figure", "-5.0"),
    ],
)
def test_stated_areas_are_held_against_the_outline(stated: float, rule: str, word: str) -> None:
    """100 m2 are 0.01 ha and 0.15 mu; what fits no unit simply differs."""
    (fault,) = audit_parcels(plots(APART[:1], area_m2=[stated])).faults
    assert fault.rule == rule
    assert word in fault.message("en")


def test_reversed_and_impossible_limits() -> None:
    """A minimum above its maximum, 70 % built and 40 % green, a share and a word for a figure."""
    audit = audit_parcels(
        plots(
            APART[:4],
            floor_area_ratio_min=[2.0, None, None, None],
            floor_area_ratio_max=[1.0, 2.0, 2.0, 2.0],
            building_density_max=[30, 70, 0.3, 30],
            green_ratio_min=[30, 40, 35, 130],
            height_max_m=["54", "54", "54", "限高"],
        )
    )
    assert sorted(found(audit)) == [
        ("parcels_bad_figure", "D"),
        ("parcels_bad_figure", "D"),
        ("parcels_limits_exclude", "B"),
        ("parcels_limits_exclude", "D"),
        ("parcels_limits_reversed", "A"),
        ("parcels_share_for_percent", "C"),
    ]


def test_every_fault_can_be_told_in_both_languages() -> None:
    """No message lacks a fact, whatever is wrong with the parcels."""
    wrong = plots(
        [APART[0], APART[0], BOW, None, Point(50, 50), box(9, 0, 15, 10)],
        index=["A", "A", 3, "", "E", "F"],
        land_use_code=pd.Series(["0701", 7, None, "0799", "07", "07"], dtype=object).to_numpy(),
        area_m2=[0.01, 150, 1, 1, 1, 60],
        floor_area_ratio_min=[2, 0, 0, 0, 0, 0],
        floor_area_ratio_max=[1, 1, 1, 1, 1, -1],
        building_density_max=[70, 0.5, 1, 1, 1, 1],
        green_ratio_min=[40, 30, 30, 30, 30, 30],
    )
    faults = audit_parcels(wrong).faults
    assert len({fault.rule for fault in faults}) >= 14
    assert all(fault.message("zh") and fault.message("en") for fault in faults)


def test_ledger_adds_up() -> None:
    """Every row is usable or stands under what is wrong with it."""
    shapes = [APART[0], BOW, None, Point(50, 50), APART[1], APART[2]]
    ledger = audit_parcels(plots(shapes, index=list("ABCDEE"))).ledger
    parts = ["usable", "no_geometry", "not_area", "invalid", "repeated"]
    assert ledger["rows"] == sum(ledger[part] for part in parts) == 6
    assert ledger["usable_m2"] == 100


def test_degrees_are_refused() -> None:
    """Nothing can be said about areas in degrees."""
    with pytest.raises(CRSError):
        audit_parcels(plots(APART[:1]).to_crs(4490))


def supply(folder: Path, layer: str, frame: gpd.GeoDataFrame) -> Path:
    """Put a layer into a workspace as it is; the workspace is made where there is none."""
    place = create_workspace(folder, fictional=True) if not folder.exists() else None
    target = folder / "layers" / f"{layer}.gpkg" if place is None else place.supplied_path(layer)
    write_features(frame.reset_index().assign(register_id=None), target)
    return folder


def mixed() -> gpd.GeoDataFrame:
    """Return parcels of 1 ha of homes and four rows that nobody can measure."""
    x, y = 460_000, 4_860_000
    bow = Polygon([(x + 200, y), (x + 300, y + 100), (x + 300, y), (x + 200, y + 100)])
    shapes = [box(x, y, x + 100, y + 100), bow, None, box(x + 400, y, x + 500, y + 50),
              box(x + 400, y + 50, x + 500, y + 100)]  # fmt: skip
    columns = {
        "land_use_code": ["070102", "0901", "0901", "1401", "1401"],
        "area_m2": [10_000.0, 5_000.0, 2_500.0, 5_000.0, 5_000.0],
        "floor_area_ratio_max": [2.0, 2.0, 2.0, 2.0, -1.0],
    }
    index = pd.Index(["A", "BOW", "NONE", "TWICE", "TWICE"], name="id")
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=CRS)


def test_rows_are_usable_or_listed_with_reason_and_area() -> None:
    """Five rows are one balanced and four listed; 2.75 ha are 1 ha and 1.75 ha as stated."""
    parted = part_usable(mixed(), "parcels")
    assert parted.usable.index.tolist() == ["A"]
    assert parted.left_out[["parcel", "rule", "area_m2"]].to_numpy().tolist() == [
        ["BOW", "parcels_self_crossing", 5_000],
        ["NONE", "parcels_null_geometry", 2_500],
        ["TWICE", "parcels_duplicate_code", 5_000],
        ["TWICE", "parcels_duplicate_code", 5_000],
    ]
    assert [fault.rule for fault in parted.faults] == parted.left_out["rule"].tolist()
    assert parted.ledger == pytest.approx(
        {"rows": 5, "balanced": 1, "listed": 4, "unknown": 0, "area_m2": 27_500,
         "balanced_m2": 10_000, "listed_m2": 17_500, "stated_m2": 27_500}
    )  # fmt: skip


def test_areas_that_nobody_states_are_unknown_or_those_of_a_sound_outline() -> None:
    """A crossed outline has no size, a repeated code's outline has one."""
    parted = part_usable(mixed().drop(columns="area_m2"), "parcels")
    assert parted.left_out["area_m2"].fillna(-1).tolist() == [-1, -1, 5_000, 5_000]
    assert (parted.ledger["unknown"], parted.ledger["listed_m2"]) == (2, 10_000)
    assert np.isnan(parted.ledger["stated_m2"])


def test_codes_that_are_numbers_are_no_codes() -> None:
    """701 may be 0701: the parcel is balanced as not classified, and named."""
    frame = plots(APART[:2], land_use_code=pd.Series(["0701", 701], dtype=object).to_numpy())
    parted = part_usable(frame, "parcels")
    assert parted.usable["land_use_code"].isna().tolist() == [False, True]
    assert [(f.rule, f.feature) for f in parted.faults] == [("parcels_numeric_code", "B")]
    assert parted.ledger["balanced"] == 2


def test_bad_parcels_do_not_stop_the_balance(tmp_path: Path) -> None:
    """What is usable is balanced, to exactly 100 %; the rest is listed with its stated area."""
    balance = balance_parcels(supply(tmp_path / "plan", "parcels", mixed())).at()
    assert balance.table["present_ha"].to_dict() == {"07": 1.0}
    assert balance.total["present_percent"] == 100
    assert balance.left_out["parcel"].tolist() == ["BOW", "NONE", "TWICE", "TWICE"]
    account = balance.reconciled.loc["parcels"]
    assert account["rows"] == account["balanced"] + account["listed"] == 5
    assert account["area_m2"] == account["balanced_m2"] + account["listed_m2"] == 27_500
    assert account["stated_m2"] == account["area_m2"]
    assert all(fault.message("zh") and fault.message("en") for fault in balance.faults)


def test_ground_of_a_listed_parcel_keeps_its_use_in_the_plan(tmp_path: Path) -> None:
    """Fields of 10 ha: only the one sound parcel changes the plan, and the total stays."""
    x, y = 460_000, 4_860_000
    fields = gpd.GeoDataFrame(
        {"land_use_code": ["0101"], "edition": ["2023"]},
        geometry=[box(x, y, x + 1000, y + 100)], index=pd.Index(["F"], name="id"), crs=CRS,
    )  # fmt: skip
    folder = supply(tmp_path / "plan", "land_use", fields)
    balance = balance_parcels(supply(folder, "parcels", mixed())).at()
    assert balance.table["planned_ha"].to_dict() == pytest.approx({"01": 9.0, "07": 1.0})
    assert balance.total[["present_ha", "planned_ha"]].tolist() == pytest.approx([10, 10])
    assert balance.reconciled["rows"].to_dict() == {"land_use": 1, "parcels": 5}


def test_bad_land_use_does_not_stop_the_balance_either(tmp_path: Path) -> None:
    """A self-crossing field is listed under its own layer."""
    x, y = 460_000, 4_860_000
    bow = Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])
    fields = gpd.GeoDataFrame(
        {"land_use_code": ["0101", "0101"], "edition": "2023"},
        geometry=[bow, box(x + 200, y, x + 300, y + 100)],
        index=pd.Index(["BOW", "F"], name="id"), crs=CRS,
    )  # fmt: skip
    balance = balance_parcels(supply(tmp_path / "plan", "land_use", fields)).at()
    assert balance.left_out[["layer", "parcel"]].to_numpy().tolist() == [["land_use", "BOW"]]
    assert balance.total["present_ha"] == 1
    assert balance.reconciled.loc["land_use", "unknown"] == 1


def test_nothing_usable_is_an_error_that_names_the_rows(tmp_path: Path) -> None:
    """No balance can be made of crossed outlines alone."""
    folder = supply(tmp_path / "plan", "parcels", mixed().iloc[1:3])
    with pytest.raises(GeometryError, match="BOW, NONE") as caught:
        balance_parcels(folder)
    assert caught.value.key == "parcels_none_usable"


def test_every_parcel_has_a_row_of_facts(tmp_path: Path) -> None:
    """What cannot be measured has no figures, and is no error."""
    told = facts_of_parcels(supply(tmp_path / "plan", "parcels", mixed()))
    assert told.facts.index.tolist() == told.parcels.index.tolist()
    assert told.facts["area_m2"].fillna(0).tolist() == [10_000, 0, 0, 0, 0]
    assert {fault.rule for fault in told.audit.faults} >= {"parcels_self_crossing"}


@pytest.mark.parametrize("rows", [slice(None), slice(1, 3)], ids=["some", "none usable"])
def test_bad_limits_are_listed_and_judge_nothing(tmp_path: Path, rows: slice) -> None:
    """A ratio of -1 is a fault and counts as not set; check never stops at a bad row."""
    checked = check_parcels(supply(tmp_path / "plan", "parcels", mixed().iloc[rows]))
    rules = {fault.rule for fault in checked.audit.faults}
    assert {"parcels_self_crossing", "parcels_null_geometry"} <= rules
    ratio = checked.limits[checked.limits["limit"] == "floor_area_ratio_max"]
    assert len(ratio) == len(checked.parcels)
    if rows == slice(None):
        assert "parcels_bad_figure" in rules
        assert ratio["bound"].isna().sum() == 1


def test_mixed_codes_are_told_apart_from_unknown_ones() -> None:
    """Several codes in one cell are named as such; a main use is not chosen."""
    plots = gpd.GeoDataFrame(
        {"land_use_code": ["0901/0902", "R2B1", "0799", "0701"]},
        geometry=[box(20 * n, 0, 20 * n + 10, 10) for n in range(4)],
        index=["A", "B", "C", "D"],
        crs=4551,
    )
    found = audit_parcels(plots).faults
    assert [(fault.rule, fault.feature) for fault in found] == [
        ("parcels_mixed_code", "A"),
        ("parcels_mixed_code", "B"),
        ("parcels_unknown_code", "C"),
    ]
    assert "混合用地代码“0901/0902”（0901, 0902）" in found[0].message("zh")


def test_messages_name_columns_by_title_and_round_figures() -> None:
    """A Chinese sentence has no English column in it, and no 18666.666666666668."""
    plots = gpd.GeoDataFrame(
        {"area_m2": [280_000 / 15], "floor_area_ratio_min": [3.0], "floor_area_ratio_max": [2.0]},
        geometry=[box(0, 0, 10, 10)],
        index=["A"],
        crs=4551,
    )
    said = " ".join(fault.message("zh") for fault in audit_parcels(plots).faults)
    assert "18666.67 m²" in said
    assert "容积率下限（3.0）大于容积率上限（2.0）" in said
    assert "floor_area" not in said


def test_mixed_codes_stay_unclassified_in_the_balance_by_name() -> None:
    """A hundred m2 of 0901/0902 are in no class, and the list says why."""
    plots = gpd.GeoDataFrame(
        {"land_use_code": ["0901/0902", "0799", "0701"]},
        geometry=[box(10 * n, 0, 10 * n + 10, 10) for n in range(3)],
        index=["A", "B", "C"],
        crs=4551,
    )
    audit = land_balance(plots).audit
    found = audit.set_index("ids")[["kind", "area_m2"]].T.to_dict("list")
    assert found == {"A": ["mixed_code", 100.0], "B": ["unknown_code", 100.0]}
