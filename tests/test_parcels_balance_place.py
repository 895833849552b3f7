"""One balance of a place: measured once, read once, and the same figures wherever it is set."""

import json
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from shapely import box

from erdao_gis import Dataset
from erdao_gis.analysis.balance import dated_parcels, ground
from erdao_gis.catalogue import Workspace, create_workspace, dataset, write_supplied
from erdao_gis.cli.parcels import parcels
from erdao_gis.indicators import Run
from erdao_gis.maps import write_balance_page
from erdao_gis.maps.balance.balance_page import whole_line
from erdao_gis.parcels import (
    PlaceBalance,
    balance_parcels,
    balance_table,
    write_balance,
)
from erdao_gis.parcels.balance import balanced_land, place_balance

LEVELS = (1, 2, 3)
UNITS = ("zones", "subdistricts")
X, Y = 470_000, 4_832_000


def read(text: str | None) -> float:
    """Read a figure as a page writes it."""
    return float((text or "nan").replace("−", "-").replace(",", ""))


def shown(value: object) -> float:
    """Round a cell of a workbook as it is shown: two decimals, halves away from zero."""
    return float(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)) + 0.0


def block(page: str, name: str) -> list[dict[str, object]]:
    """Take a block of data out of a page."""
    found = re.search(
        rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL
    )
    assert found is not None
    return json.loads(found[1])


def flat(cells: dict[str, list[str | None]]) -> list[float]:
    """Give hectares and percent of both dates, then what changes."""
    return [read(text) for date in ("present", "planned", "change") for text in cells[date][:2]]


FIGURES = ("present_ha", "present_percent", "planned_ha", "planned_percent", "change_ha",
           "change_points")  # fmt: skip


@pytest.fixture(scope="module")
def whole(town: Path) -> PlaceBalance:
    """Balance the sample town once for all tests here."""
    return balance_parcels(town)


@pytest.fixture(scope="module")
def page_text(whole: PlaceBalance, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the page of that balance."""
    path = tmp_path_factory.mktemp("page") / "balance.html"
    return write_balance_page(path, Run(whole.dataset)).read_text("utf-8")


def lines_of(path: Path, title: str, width: int) -> list[list[object]]:
    """Read the lines of a form down to the notes: what stands before the figures, then those."""
    rows = openpyxl.load_workbook(path)[title].iter_rows(min_row=6, values_only=True)
    return [list(row) for row in rows if len(row) > width and row[width] is not None]


@pytest.mark.parametrize("level", LEVELS)
def test_page_workbook_and_table_show_the_same_lines(
    whole: PlaceBalance, page_text: str, tmp_path: Path, level: int
) -> None:
    """Codes, names and figures line by line, totals of classes and the last line among them."""
    record = next(one for one in block(page_text, "balance-levels") if one["level"] == level)
    (book,) = write_balance(whole, tmp_path, "zh", level=level)
    lines = lines_of(book, "用地平衡表", 3)
    table = balance_table(whole.at(level), "zh")
    laid = [*record["rows"], {"code": "", "name": {"zh": "合计"}, "cells": record["total"]}]
    names = [(str(row["code"]), row["name"]["zh"]) for row in laid]
    assert [(str(line[1] or ""), line[2]) for line in lines] == names
    assert list(zip(table["用地代码"], table["用地名称"], strict=True)) == names
    for row, line, cells in zip(laid, lines, table.to_numpy().tolist(), strict=True):
        # Workbook: present ha, percent, a head; planned ha, kept, percent, a head; change.
        told = [shown(line[place]) for place in (3, 4, 6, 8, 10, 11)]
        assert flat(row["cells"]) == told
        assert [cells[place] for place in (2, 3, 5, 7, 8, 9)] == told
    plain = whole.at(level).table
    rows = {row["key"]: flat(row["cells"]) for row in record["rows"] if row["kind"] != "subtotal"}
    assert list(rows) == plain.index.tolist()
    for code, figures in rows.items():
        assert figures == pytest.approx(plain.loc[code, list(FIGURES)].tolist(), abs=0.00501)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("unit", UNITS)
def test_page_workbook_and_table_show_the_same_units(
    whole: PlaceBalance, page_text: str, tmp_path: Path, level: int, unit: str
) -> None:
    """Each unit has the same lines and figures, and they are those of `within`."""
    record = next(one for one in block(page_text, "balance-levels") if one["level"] == level)
    (book,) = write_balance(whole, tmp_path, "zh", level=level, unit=unit)
    lines = lines_of(book, "分单元", 4)
    places = {key: each for key, each in record["units"].items() if key.startswith(unit)}
    laid = [
        (key.split("/")[1], row["cells"])
        for key, each in places.items()
        for row in [*each["rows"], {"cells": each["total"]}]
    ]
    assert [str(line[0]) for line in lines] == [key for key, _ in laid]
    for (_, cells), line in zip(laid, lines, strict=True):
        assert flat(cells) == [shown(value) for value in line[5:11]]
    plain = whole.within(unit, level)
    rows = {
        (key.split("/")[1], row["key"]): flat(row["cells"])
        for key, each in places.items()
        for row in each["rows"]
        if row["kind"] != "subtotal"
    }
    assert list(rows) == plain.index.tolist()
    for key, figures in rows.items():
        assert figures == pytest.approx(plain.loc[key, list(FIGURES)].tolist(), abs=0.00501)


def test_class_totals_of_the_page_are_level_one(whole: PlaceBalance, page_text: str) -> None:
    """Below the level of the classes every total has the hectares of its level-1 class."""
    first = whole.at(1).table
    for record in block(page_text, "balance-levels")[1:]:
        totals = {row["code"]: flat(row["cells"]) for row in record["rows"]
                  if row["kind"] == "subtotal"}  # fmt: skip
        assert totals
        for code, figures in totals.items():
            assert figures[::2] == pytest.approx(
                first.loc[code, list(FIGURES[::2])].tolist(), abs=0.00501
            )


def test_transition_of_page_and_workbook_is_the_same(
    whole: PlaceBalance, page_text: str, tmp_path: Path
) -> None:
    """Cells, and totals that are the lines of the balance."""
    for level, record in zip(LEVELS, block(page_text, "balance-levels"), strict=True):
        (book,) = write_balance(whole, tmp_path / str(level), "zh", level=level)
        *rows, last = openpyxl.load_workbook(book)["用地转移"].iter_rows(
            min_row=6, values_only=True
        )
        matrix = record["matrix"]
        assert [row[0] for row in rows] == [name["zh"] for name in matrix["row_names"]]
        cells = [[None if value is None else shown(value) for value in row[1:-1]] for row in rows]
        assert cells == [[read(text) if text else None for text in row] for row in matrix["cells"]]
        table = whole.at(level).table
        for row, code in zip(rows, matrix["rows"], strict=True):
            assert row[-1] == pytest.approx(table.loc[code, "present_ha"], abs=1e-6)
        assert [shown(value) for value in last[1:-1]] == list(map(read, matrix["column_totals"]))
        assert shown(last[-1]) == read(matrix["total"]) == 480


def test_a_page_and_its_workbook_measure_the_ground_once(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both dates are classified once, both layers of units measured once, each layer read once."""
    calls = Counter[str]()

    def counted(module: object, name: str) -> None:
        work = getattr(module, name)

        def count(*given: object, **more: object) -> object:
            calls[f"{name} {getattr(given[0], 'path', '')}"] += 1
            return work(*given, **more)

        monkeypatch.setattr(module, name, count)

    for module, name in (
        (balanced_land, "balance_ground"), (place_balance, "units_ground"),
        (dated_parcels, "cover_of"), (ground, "paired_area"),
        (dataset, "read_supplied"),
    ):  # fmt: skip
        counted(module, name)
    arguments = ["balance", str(town), "--level", "2", "--unit", "zones", "--into", str(tmp_path)]
    assert CliRunner().invoke(parcels, arguments, obj="zh").exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"land_balance.xlsx", "balance.html"}
    assert (calls["balance_ground "], calls["units_ground "], calls["cover_of "]) == (1, 2, 2)
    # Pieces of both dates and what each misses; two dates in two layers of units, and outside.
    assert calls["paired_area "] == 3 + 2 * 2 * 2
    read_layers = {key: number for key, number in calls.items() if key.startswith("read_supplied")}
    assert {"land_use", "parcels", "zones"} <= {
        Path(key.split(" ", 1)[1]).stem for key in read_layers
    }
    assert set(read_layers.values()) == {1}


def test_what_is_given_out_changes_no_other_figure(whole: PlaceBalance) -> None:
    """A table that was written into is one's own."""
    before = whole.at(1).table["present_ha"].to_dict()
    table, within, listed = whole.at(1).table, whole.within("zones"), whole.at(1).parcels
    table.loc["07", "present_ha"] = -1.0
    within.loc[:, "present_ha"] = -1.0
    listed["area_m2"] = 0.0
    assert whole.at(1).table["present_ha"].to_dict() == before
    assert whole.within("zones")["present_ha"].min() >= 0
    assert whole.at(1).parcels["area_m2"].sum() > 0


def layer(codes: list[str | None], edges: list[tuple[int, int]], prefix: str) -> gpd.GeoDataFrame:
    """Give areas of 100 m depth between metres along a line."""
    shapes = [box(X + west, Y, X + east, Y + 100) for west, east in edges]
    index = pd.Index([f"{prefix}{number}" for number in range(len(codes))], name="id")
    columns = {"register_id": None, "name_zh": None, "land_use_code": codes, "evidence": "A"}
    frame = gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=4551)
    return frame.drop(columns=[] if any(codes) else "land_use_code")


@pytest.fixture
def plan(tmp_path: Path) -> Workspace:
    """Give 3 ha of fields, 1 ha of them planned as homes, in two zones of 1.5 ha."""
    made = create_workspace(tmp_path / "plan", fictional=True)
    put(made, land_use=layer(["0101", "0101"], [(0, 100), (100, 300)], "L"))
    put(made, parcels=layer(["0701"], [(0, 100)], "P"))
    put(made, zones=layer([None, None], [(0, 150), (150, 300)], "Z"))
    return made


def put(workspace: Workspace, **layers: gpd.GeoDataFrame) -> None:
    """Write layers of a workspace."""
    for name, frame in layers.items():
        write_supplied(workspace, name, frame, {"file": "-", "completeness": "complete"})


def test_a_scenario_balances_as_the_same_change_supplied(plan: Workspace) -> None:
    """Shops for homes, in a dataset alone and in a file: the same tables at each level and unit."""
    now = Dataset.open(plan)
    assert balance_parcels(now).at(1).table.loc["07", "planned_ha"] == 1
    changed = now.layer("parcels").assign(land_use_code="090101")
    scenario = balance_parcels(now.with_layers(parcels=changed))
    put(plan, parcels=layer(["090101"], [(0, 100)], "P"))
    supplied = balance_parcels(plan)
    for level in LEVELS:
        pd.testing.assert_frame_equal(scenario.at(level).table, supplied.at(level).table)
        pd.testing.assert_frame_equal(
            scenario.within("zones", level), supplied.within("zones", level)
        )
    assert scenario.at(3).table.loc["090101", "planned_ha"] == 1
    assert "09" not in balance_parcels(now).at(1).table.index


def test_other_units_share_the_ground(plan: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zones moved by 50 m: their balance is the new one, and the land is not measured again."""
    now = Dataset.open(plan)
    assert balance_parcels(now).within("zones").loc[("Z0", "01"), "planned_ha"] == 0.5
    monkeypatch.setattr(balanced_land, "balance_ground", None)
    zones = now.layer("zones")
    moved = now.with_layers(zones=zones.set_geometry(zones.translate(50)))
    assert balance_parcels(moved).within("zones").loc[("Z0", "01"), "planned_ha"] == 1.0
    assert balance_parcels(moved).within("zones").loc[("none", "07"), "planned_ha"] == 0.5
    # Both scopes and other residents of one dataset are told apart.
    assert balance_parcels(now, population=[100, 200]).at().total["planned_m2_per_head"] == 150
    assert "planned_m2_per_head" not in balance_parcels(now).at().total


def test_parcels_know_their_ground_in_units(plan: Workspace) -> None:
    """Of the plan 1 ha of homes lies in the west; the fields that stay lie on both sides."""
    inside = balance_parcels(plan).inside("zones")
    planned = inside[inside["date"] == "planned"].drop(columns="date")
    assert planned.to_numpy().tolist() == [
        ["P0", "Z0", pytest.approx(10_000)],
        ["land_use/L1", "Z0", pytest.approx(5_000)],
        ["land_use/L1", "Z1", pytest.approx(15_000)],
    ]


def test_frames_keep_what_the_parcels_came_with(plan: Workspace) -> None:
    """The plan has the columns of its parcels, and says which ground keeps its use."""
    balance = balance_parcels(plan)
    assert list(balance.frames) == ["present", "planned"]
    assert balance.frames["planned"].loc["P0", "evidence"] == "A"
    assert balance.kept.tolist() == ["land_use/L1"]
    assert balance.at().kept_ha == 2


def test_contents_count_classes_only(plan: Workspace) -> None:
    """Homes that stick out of the fields leave 3.5 ha in two classes; open ground is no class."""
    put(plan, parcels=layer(["0701"], [(250, 350)], "P"))
    balance = balance_parcels(plan)
    assert balance.at().table.index.tolist() == ["01", "07", "none"]
    assert whole_line(balance).zh == "共 3.50 公顷，一级类 2 类"


def test_class_total_of_the_page_leads_to_its_parcels(
    whole: PlaceBalance, tmp_path: Path, page: Page
) -> None:
    """At the second level the total of the homes lights what the first level calls homes."""
    page.goto(write_balance_page(tmp_path / "b.html", Run(whole.dataset), level=2).as_uri())
    page.locator("[data-pick='class:07*:planned']").first.click()
    lit = page.evaluate("() => window.erdao.balance.lit()")
    assert sorted(lit) == sorted(f"planned:{key}" for key in whole.at(1).cell("07", "planned"))
    said = page.locator("#balance-list h3").inner_text()
    hectares = whole.at(1).table.loc["07", "planned_ha"]
    assert f"07 居住用地（大类小计）：{hectares:.2f} 公顷" in said
    expect(page.locator("tr.subtotal").first).to_be_visible()
