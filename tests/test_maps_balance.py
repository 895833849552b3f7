"""The page of the land balance: its figures, and the way from table to map and back."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from shapely import Polygon, box

from erdao_gis.catalogue import create_workspace, open_workspace
from erdao_gis.errors import SchemaError, WorkspaceError
from erdao_gis.files import write_features
from erdao_gis.indicators import Run
from erdao_gis.maps import write_atlas, write_balance_page
from erdao_gis.parcels import WorkspaceBalance, balance_parcels
from tests.test_maps_hostile_text import PAYLOADS

LEVELS = (1, 2, 3)
DATES = ("present", "planned")
FIGURES = ("ha", "percent", "m2_per_head", "kept_ha")
ROWS = """() => Object.fromEntries([...document.querySelectorAll(
  '#balance tbody tr:not(.subtotal)')].map(row => [row.dataset.code,
  [...row.querySelectorAll('td')].map(cell => cell.textContent)]))"""
FOOT = "() => [...document.querySelectorAll('#balance tfoot td')].map(cell => cell.textContent)"
LIT = """() => [...document.querySelectorAll('path.lit')].map(path =>
  window.erdao.features[Number(path.dataset.feature)].id).sort()"""


def written(number: float, *, signed: bool = False) -> str:
    """Write a figure the way a planner reads it."""
    text = f"{abs(round(number, 2)):.2f}"
    if round(number, 2) < 0:
        return f"−{text}"
    return f"+{text}" if signed and round(number, 2) > 0 else text


def line(row: "pd.Series[float]") -> list[str]:
    """Write a row of a balance: both dates as far as there are figures, then the change."""
    names = [f"{date}_{figure}" for date in DATES for figure in FIGURES]
    told = [written(row[name]) for name in names if name in row.index]
    changes = [written(row[name], signed=True) for name in ("change_ha", "change_points")]
    return [*told, *("—" if text == "0.00" else text for text in changes)]


@pytest.fixture(scope="session")
def balance_page(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of the sample town once for the whole run."""
    return write_balance_page(tmp_path_factory.mktemp("balance") / "balance.html", town)


@pytest.fixture(scope="session")
def balances(town: Path) -> dict[int, WorkspaceBalance]:
    """Balance the sample town at every level."""
    balance = balance_parcels(town)
    return {level: balance.at(level) for level in LEVELS}


@pytest.fixture
def opened(page: Page, balance_page: Path) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page; at the end nothing was complained of."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def show(at: str = "", file: Path = balance_page) -> Page:
        # A page that differs by its hash alone would not be loaded again.
        page.goto("about:blank")
        page.goto(file.as_uri() + at)
        return page

    yield show
    assert complaints == []


def choice(kind: str, *codes: str) -> str:
    """Return the selector of a figure."""
    return f"[data-pick='{':'.join((kind, *codes))}']"


@pytest.mark.parametrize("level", LEVELS)
def test_every_figure_is_that_of_the_balance(
    level: int, balances: dict[int, WorkspaceBalance], opened: Callable[..., Page]
) -> None:
    """Rows, total and their texts are those of `LandBalance`, at each level and date."""
    page, balance = opened(f"#zh&level={level}"), balances[level]
    expected = {code: line(row) for code, row in balance.table.iterrows()}
    assert page.evaluate(ROWS) == expected
    assert page.evaluate(FOOT) == line(balance.total)
    assert page.evaluate(FOOT)[1] == "100.00"


@pytest.mark.parametrize("level", LEVELS)
def test_rounding_is_disclosed(
    level: int, balances: dict[int, WorkspaceBalance], opened: Callable[..., Page]
) -> None:
    """The notes tell what plain rounding sums to and which classes were adjusted."""
    notes = opened(f"#zh&level={level}").locator(".balance-notes").inner_text()
    for date, name in zip(DATES, ("现状", "规划"), strict=True):
        row = balances[level].rounding.loc[date]
        codes = str(row["adjusted"]).replace(";", "、")
        told = f"{name}：各类直接四舍五入合计 {row['plain_sum']:.2f}，按最大余数法调整：{codes}"
        assert told in notes


def test_every_cell_lights_exactly_its_parcels(
    balances: dict[int, WorkspaceBalance], opened: Callable[..., Page]
) -> None:
    """A figure leads to the parcels of `cell`, whose hectares sum to it in the list."""
    page = opened("#zh&level=2")
    for date in DATES:
        for code in balances[2].table.index:
            ids = sorted(map(str, balances[2].cell(code, date)))
            if not ids:
                assert page.locator(choice("class", code, date)).count() == 0
                continue
            page.locator(choice("class", code, date)).first.click()
            assert page.evaluate(LIT) == ids
            hectares = page.locator("#balance-list tbody td:nth-child(3)").all_inner_texts()
            shown = page.locator("#balance-list tfoot td").first.inner_text()
            assert len(hectares) == len(ids)
            assert sum(map(float, hectares)) == pytest.approx(float(shown), abs=0.006)
            assert shown == written(balances[2].table.loc[code, f"{date}_ha"])


def test_transition_is_that_of_the_balance_and_leads_to_both_parcels(
    balances: dict[int, WorkspaceBalance], opened: Callable[..., Page]
) -> None:
    """Cells are hectares; reserved land that becomes homes lights the parcels of its pieces."""
    page = opened("#zh&tab=matrix")
    moved = balances[1].transition.drop(index="none", columns="none")
    rows = page.evaluate(
        "() => [...document.querySelectorAll('#balance tbody tr')].map(row =>"
        " [...row.querySelectorAll('td')].map(cell => cell.textContent))"
    )
    expected = [[written(value) if value else "" for value in row] for row in moved.to_numpy()]
    assert [row[:-1] for row in rows] == expected
    assert [row[-1] for row in rows] == [written(value) for value in moved.sum(axis=1)]
    page.click(choice("move", "16", "07"))
    pieces = balances[1].moved("16", "07")
    lit = page.evaluate("() => window.erdao.balance.lit()")
    assert sorted(lit) == sorted(
        [f"present:{key}" for key in pieces["present"]]
        + [f"planned:{key}" for key in pieces["planned"]]
    )


def test_change_lists_what_comes_and_what_goes(opened: Callable[..., Page]) -> None:
    """The change of homes is reserved land that becomes homes; the signs sum to it."""
    page = opened()
    page.click(choice("change", "07"))
    assert page.locator("#balance-list tbody td.number").all_inner_texts() == ["+5.2200"]
    page.click(choice("change", "16"))
    assert page.locator("#balance-list tbody td.number").all_inner_texts() == ["−5.2200"]
    expect(page.locator("#balance-list h3")).to_contain_text("增减 16 留白用地：−5.22 公顷")


def test_parcel_on_the_map_leads_to_its_class(
    balances: dict[int, WorkspaceBalance], opened: Callable[..., Page]
) -> None:
    """A click on a parcel marks the row of its class and tells area and share."""
    page = opened("#zh&level=2")
    number = page.evaluate("window.erdao.features.findIndex(each => each.id === 'LU010')")
    page.locator(f"path[data-feature='{number}']").click()
    listed = balances[2].parcels.query("date == 'present'").set_index("parcel")
    code, area = listed.loc["LU010", ["code", "area_m2"]]
    share = area / listed.loc[listed["code"] == code, "area_m2"].sum() * 100
    assert page.locator("#balance tr[aria-current]").get_attribute("data-code") == code
    told = page.locator("#balance [role=status]")
    expect(told).to_contain_text(f"{area / 1e4:.4f} 公顷，占本类 {share:.2f} %")
    expect(page.locator("#details-name")).to_have_text("二类城镇住宅用地")
    page.keyboard.press("Escape")
    expect(page.locator("#details")).to_be_hidden()
    assert page.locator("#balance tr[aria-current]").count() == 0


def test_row_of_the_list_opens_its_parcel(opened: Callable[..., Page]) -> None:
    """The parcel's details open, the class stays chosen, and Escape goes back step by step."""
    page = opened()
    page.locator(choice("class", "16", "present")).first.click()
    page.locator("#balance-list tbody button").click()
    expect(page.locator("#details .overline")).to_contain_text("LU090")
    assert page.evaluate(LIT) == ["LU090"]
    page.keyboard.press("Escape")
    assert page.evaluate(LIT) == ["LU090"]
    page.keyboard.press("Escape")
    assert page.evaluate(LIT) == []
    expect(page.locator("#balance-list")).to_be_hidden()


def test_map_comes_to_what_is_out_of_view(opened: Callable[..., Page]) -> None:
    """Chosen parcels outside of the window are brought into it."""
    page = opened()
    page.evaluate("window.map_plan.setView([43.7, 125.2], 13, {animate: false})")
    page.locator(choice("class", "16", "present")).first.click()
    box_of = page.locator("path.lit").bounding_box()
    window = page.locator("#map_plan").bounding_box()
    assert box_of is not None
    assert window is not None
    assert window["x"] < box_of["x"] < box_of["x"] + box_of["width"] < window["x"] + window["width"]


def test_address_keeps_what_is_chosen(opened: Callable[..., Page]) -> None:
    """Level, date, tab and choice stand in the address; back and a sent link restore them."""
    page = opened()
    page.click("[data-value='2']")
    page.locator(choice("class", "0901", "planned")).first.click()
    lit, address = page.evaluate(LIT), page.url
    assert "level=2" in address
    page.click("#balance-tab-matrix")
    page.go_back()
    expect(page.locator("#balance-tab-table")).to_have_attribute("aria-selected", "true")
    assert page.evaluate(LIT) == lit
    again = opened(address[address.index("#") :])
    assert again.evaluate(LIT) == lit
    assert again.locator("[data-value='planned']").get_attribute("aria-pressed") == "true"
    again.click("#language")
    assert again.evaluate("location.hash.startsWith('#en&')")
    assert again.evaluate(LIT) == lit
    opened(again.url[again.url.index("#") :])
    expect(page.locator("#balance-title")).to_have_text("Land balance")
    assert page.evaluate(LIT) == lit


@pytest.mark.parametrize(
    "text",
    [
        "level=9&date=yesterday&tab=constructor&unit=__proto__&pick=class:99:present",
        "level=&pick=move:16&parcel=present:nobody",
        "pick=finding:7&unit=zones/XX",
        "pick=%E0%A4%A&level=%&parcel=%%%",
        "pick=" + "x" * 5000,
        "pick=class:__proto__:__proto__&parcel=__proto__:x",
    ],
)
def test_unknown_values_in_an_address_are_left_aside(
    text: str, opened: Callable[..., Page]
) -> None:
    """The page opens as without them."""
    page = opened("#zh&" + text)
    assert page.evaluate("window.erdao.balance.state") == {
        "level": 1, "tab": "table", "date": "present", "unit": "", "pick": "", "parcel": "",
    }  # fmt: skip


def test_unit_shows_its_own_balance(town: Path, opened: Callable[..., Page]) -> None:
    """The figures of a sub-district are those of `by_unit`, and its cells light what lies in it."""
    page = opened()
    page.select_option("#balance select", "subdistricts/990101003")
    part = balance_parcels(town).within("subdistricts").loc["990101003"]
    rows = page.evaluate(ROWS)
    assert sorted(rows) == sorted(part.index)
    for code, row in part.iterrows():
        told = [written(row[f"{date}_{each}"]) for date in DATES for each in FIGURES[:2]]
        assert rows[code][:4] == told
    assert page.evaluate(FOOT)[:4] == ["160.00", "100.00", "160.00", "100.00"]
    page.locator(choice("class", "14", "present")).first.click()
    sums = page.locator("#balance-list tbody td:nth-child(3)").all_inner_texts()
    assert sum(map(float, sums)) == pytest.approx(part.loc["14", "present_ha"], abs=0.001)


def test_no_mouse_is_needed(opened: Callable[..., Page]) -> None:
    """Tab leads to the table, arrows to a figure, Enter chooses it, Tab on to the list."""
    page = opened()
    page.focus("#balance-tab-table")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#balance-tab-matrix")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.pick") == "class:07:present"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#balance [role=status]")).to_contain_text("现状 07 居住用地：167.37 公顷")
    assert page.evaluate("document.activeElement.dataset.pick") == "class:07:present"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_be_visible()


def test_present_and_plan_are_one_at_a_time(opened: Callable[..., Page]) -> None:
    """The switch and the legend's boxes show one date and hide the other."""
    page = opened()
    page.click("[data-value='planned']")
    page.locator(choice("class", "09", "planned")).first.click()
    page.click("[data-value='present']")
    assert page.evaluate("window.erdao.balance.state.pick") == "class:09:present"
    page.click("[data-value='planned']")
    boxes = "() => [...document.querySelectorAll('#legend input')].map(box => box.checked)"
    assert page.evaluate(boxes) == [False, True]
    page.locator("[data-layer='balance_present'] input").check()
    assert page.evaluate(boxes) == [True, False]
    assert page.locator("[data-value='present']").get_attribute("aria-pressed") == "true"


def test_classes_have_their_official_colours(opened: Callable[..., Page]) -> None:
    """Homes are the yellow of the guide, on the map and in the table."""
    page = opened()
    number = page.evaluate("window.erdao.features.findIndex(each => each.part === '07')")
    fill = page.locator(f"path[data-feature='{number}']").get_attribute("fill")
    chip = page.locator("tr[data-code='07'] .chip rect").get_attribute("fill")
    assert (fill, chip) == ("#FFFF2D", "#FFFF2D")


def test_page_in_english(opened: Callable[..., Page]) -> None:
    """Headings, classes, notes and captions are English; nothing of the interface is Chinese."""
    page = opened("#en&level=2")
    text = page.locator("#balance").inner_text()
    assert "Urban residential land" in text
    assert "adjusted by largest remainder" in text
    assert not re.search("[\u4e00-\u9fff]", re.sub("[^\n]*(SHA|town)[^\n]*", "", text))


@pytest.mark.parametrize("tab", ["table", "matrix", "audit"])
def test_phone_needs_no_sideways_scrolling(
    tab: str, page: Page, opened: Callable[..., Page]
) -> None:
    """At 360 pixels the table is a sheet with one date; the page is not wider than the screen."""
    page.set_viewport_size({"width": 360, "height": 740})
    opened(f"#zh&tab={tab}&level=2")
    page.click("#balance-open")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    expect(page.locator("#balance table").first).to_be_visible()
    if tab == "table":
        table = page.locator("#balance table").bounding_box()
        assert table is not None
        assert table["width"] <= 340
        page.locator(choice("class", "1401", "present")).first.click()
        inside = page.locator("path.lit").first.bounding_box()
        panel = page.locator("#balance").bounding_box()
        assert inside is not None
        assert panel is not None
        assert inside["y"] < panel["y"]


@pytest.mark.parametrize("width", [1400, 1000, 360])
@pytest.mark.parametrize("tab", ["table", "matrix", "audit"])
def test_axe_finds_nothing(width: int, tab: str, page: Page, opened: Callable[..., Page]) -> None:
    """No violation on any tab, with a choice made."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    opened(f"#zh&tab={tab}")
    if width == 360:
        page.click("#balance-open")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if tab != "audit":
        page.locator("#balance table .figure").first.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_table_prints_below_the_map(opened: Callable[..., Page], tmp_path: Path) -> None:
    """One sheet of paper has title, map, table with its total, unit and notes."""
    page = opened()
    path = tmp_path / "balance.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    done = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True
    )
    text = done.stdout
    total = next(row for row in text.splitlines() if "合计" in row and "480.00" in row)
    assert total.count("100.00") == 2
    for told in ("用地平衡表", "面积单位：公顷", "按最大余数法调整", "2025-07-15", "虚构"):
        assert told in text
    assert path.read_bytes().count(b"/Type /Page\n") + path.read_bytes().count(b"/Type /Page ") == 1
    assert not page.evaluate("document.documentElement.classList.contains('printing')")


def test_same_inputs_give_the_same_bytes_and_no_address(
    town: Path, balance_page: Path, tmp_path: Path, page: Page
) -> None:
    """Written twice the page is the same; it asks for nothing beside its own file."""
    again = write_balance_page(tmp_path / "again.html", town)
    assert again.read_bytes() == balance_page.read_bytes()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(again.as_uri())
    assert asked == [again.as_uri()]
    assert "Content-Security-Policy" in again.read_text("utf-8")


def test_page_opens_at_the_level_and_language_asked_for(
    town: Path, tmp_path: Path, opened: Callable[..., Page]
) -> None:
    """Population of the plan gives its square metres a head; another unit comes first."""
    run = Run(town, population=(45_016, 50_000))
    file = write_balance_page(tmp_path / "b.html", run, level=2, unit="cores", language="en")
    page = opened("", file)
    expect(page.locator("[data-value='2']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#balance-title")).to_have_text("Land balance")
    assert "Planned m² a head: 50,000 residents" in page.locator(".balance-notes").inner_text()
    assert page.locator("optgroup").first.get_attribute("label") == "Cores"
    head = run.balance.at(2)
    cells = page.evaluate(ROWS)["0701"]
    assert cells[5] == written(head.table.loc["0701", "planned_m2_per_head"])


def workspace(folder: Path, **layers: gpd.GeoDataFrame) -> Path:
    """Make a workspace with some layers."""
    create_workspace(folder, fictional=True)
    place = open_workspace(folder)
    for name, frame in layers.items():
        target = place.supplied_path(name) or folder / "layers" / f"{name}.gpkg"
        target.parent.mkdir(exist_ok=True)
        whole = frame.reset_index(names="id").assign(register_id=None)
        write_features(whole, target)
    return folder


def plots(codes: list[object], shapes: list[object], **more: object) -> gpd.GeoDataFrame:
    """Make parcels P0, P1 ... in the sample town's neighbourhood."""
    index = [f"P{number}" for number in range(len(codes))]
    columns = {"land_use_code": codes, "edition": "2023", "evidence": "A", **more}
    return gpd.GeoDataFrame(columns, geometry=shapes, index=index, crs=4551)


def strip(count: int, *, wide: float = 100.0, overlap: float = 0.0) -> list[object]:
    """Place boxes side by side."""
    return [
        box(470_000 + wide * n - overlap, 4_832_000, 470_000 + wide * (n + 1), 4_832_100)
        for n in range(count)
    ]


def test_audit_lists_every_finding_and_leads_to_its_parcels(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    """An overlap, a missing code and an outline that crosses itself stand in the audit."""
    bow = Polygon([(470_900, 4_832_000), (471_000, 4_832_100), (471_000, 4_832_000),
                   (470_900, 4_832_100)])  # fmt: skip
    frame = plots(["0701", "0901", None, "1401"], [*strip(3, overlap=10), bow], area_m2=5000.0)
    place = workspace(tmp_path / "w", parcels=frame)
    page = opened("#zh&tab=audit", write_balance_page(tmp_path / "b.html", place))
    rows = page.locator("#balance table.audit tbody tr")
    told = rows.all_inner_texts()
    assert len(told) == 4
    assert "压盖" in told[0]
    assert "1,000.00" in told[0]
    assert any("缺用地代码" in text and "P2" in text for text in told)
    assert "未列入平衡" in told[-1]
    assert "P3" in told[-1]
    assert "5,000.00" in told[-1]
    sums = page.locator("#balance table.account").last.locator("tbody tr").all_inner_texts()
    assert [text.split()[-1] for text in sums[:3]] == ["4", "3", "1"]
    rows.first.locator("button").click()
    assert page.evaluate(LIT) == ["P0", "P1"]
    expect(page.locator("#balance-tab-audit .count")).to_have_text("4")
    page.click("#balance-tab-table")
    expect(page.locator(".balance-notes")).to_contain_text("没有用地现状图层")
    expect(page.locator("#balance th.over")).to_have_text("地块用途")
    expect(page.locator("tr[data-code='unclassified']")).to_contain_text("未分类")
    assert page.evaluate("document.querySelectorAll('[data-value=planned]').length") == 0


def test_overlap_and_ground_without_data_have_lines_of_their_own(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    """Both totals are 2.5 ha of ground; lines without parcels lead nowhere, and notes tell why."""
    land = plots(["0103", "1001"], strip(2)).set_axis(["L0", "L1"])
    shapes = [box(470_000 + west, 4_832_000, 470_000 + east, 4_832_100)
              for west, east in ((50, 100), (180, 250), (170, 190))]  # fmt: skip
    place = workspace(tmp_path / "w", land_use=land, parcels=plots(["07", "14", None], shapes))
    page = opened("", write_balance_page(tmp_path / "b.html", place))
    rows = page.evaluate(ROWS)
    assert rows["none"] == ["0.50", "20.00", "0.00", "0.00", "0.00", "−0.50", "−20.00"]
    assert rows["overlap"] == ["0.00", "0.00", "−0.10", "−4.00", "0.00", "−0.10", "−4.00"]
    assert page.evaluate(FOOT) == ["2.50", "100.00", "2.50", "100.00", "1.20", "—", "—"]
    bare = page.locator("tr[data-code='none'], tr[data-code='overlap']")
    expect(bare.first).to_contain_text("现状资料未覆盖")
    assert bare.locator("button").count() == 0
    chip = page.locator("tr[data-code='unclassified'] .chip rect")
    assert str(chip.get_attribute("fill")).startswith("url(#hatch")
    notes = page.locator(".balance-notes")
    expect(notes).to_contain_text("未涉及处沿用现状 1.20 公顷（占规划 48.00 %）")
    expect(notes).to_contain_text("现状资料未覆盖 0.50 公顷")
    page.click("#balance-tab-matrix")
    assert "减：重复压盖" in page.locator("#balance thead").inner_text()
    assert page.locator("#balance tfoot td").last.inner_text() == "2.50"


def test_labels_are_of_the_level_that_is_chosen(opened: Callable[..., Page]) -> None:
    """Homes are 07 at the first level and 0701 at the second."""
    page = opened()
    labels = "() => new Set([...document.querySelectorAll('text')].map(one => one.textContent))"
    told = page.evaluate(f"[...({labels})()]")
    assert "07" in told
    assert "0701" not in told
    page.click("[data-value='2']")
    told = page.evaluate(f"[...({labels})()]")
    assert "0701" in told
    assert "07" not in told


def test_inputs_name_the_notice_that_was_joined(
    tmp_path: Path, opened: Callable[..., Page]
) -> None:
    """Both files are named; what has no date has no empty brackets either."""
    place = workspace(tmp_path / "w", parcels=plots(["0701"], strip(1)))
    record = {
        "file": "地块.shp", "sha256": "a" * 64, "source": "", "as_of": "", "datum": "CGCS2000",
        "completeness": "partial", "joined_file": "公告1.xlsx; 公告2.xlsx",
        "joined_sha256": f"{'b' * 64}; {'c' * 64}", "joined_as_of": "; 2026",
    }  # fmt: skip
    text = json.dumps(record, ensure_ascii=False)
    open_workspace(place).record_path("parcels").write_text(text, "utf-8")
    page = opened("", write_balance_page(tmp_path / "b.html", place))
    told = page.locator("body").inner_text()
    assert "来自“地块.shp”（SHA-256 aaaaaaaaaaaa）" in told
    assert "关联表“公告1.xlsx”（SHA-256 bbbbbbbbbbbb）" in told
    assert "关联表“公告2.xlsx”（2026，SHA-256 cccccccccccc）" in told


def test_drafted_parcels_are_hatched_and_named(tmp_path: Path, opened: Callable[..., Page]) -> None:
    """A drafted parcel has a kind of its own in the legend, and the notes count it."""
    frame = plots(["0701", "0701"], strip(2), assumed=["yes", "no"])
    place = workspace(tmp_path / "w", parcels=frame)
    page = opened("", write_balance_page(tmp_path / "b.html", place))
    fills = [page.locator(f"path[data-feature='{n}']").get_attribute("fill") for n in (0, 1)]
    assert str(fills[0]).startswith("url(#hatch")
    assert fills[1] == "#FFFF2D"
    expect(page.locator("#legend .parts")).to_contain_text("07 居住用地（示意地块）")
    expect(page.locator(".balance-notes")).to_contain_text("含示意地块 1 块")


def test_long_lists_say_how_many_are_left_out(tmp_path: Path, opened: Callable[..., Page]) -> None:
    """Of 230 parcels 200 are listed, the largest first, and the sum counts all."""
    shapes = [box(470_000 + 20 * n, 4_832_000, 470_016 + 20 * n, 4_832_010 + n) for n in range(230)]
    place = workspace(tmp_path / "w", parcels=plots(["0701"] * 230, shapes))
    page = opened("", write_balance_page(tmp_path / "b.html", place))
    page.locator(choice("class", "07", "present")).first.click()
    assert page.locator("#balance-list tbody tr").count() == 200
    assert page.locator("#balance-list tbody button").first.inner_text() == "P229"
    expect(page.locator("#balance-list .hint")).to_contain_text("另有 30 项")
    expect(page.locator("#balance-list tfoot td").first).to_have_text("45.82")
    assert len(page.evaluate(LIT)) == 230


def test_hostile_text_is_text(tmp_path: Path, opened: Callable[..., Page]) -> None:
    """Ids, names and codes that are payloads are shown as they are and run nothing."""
    # A workspace refuses a layer with these: they never come so far.
    refused = ("\x00", "\x1b", "\u2028", "\u202e")
    texts = [text for text in PAYLOADS if not any(each in text for each in refused)]
    frame = plots(["0701"] * len(texts), strip(len(texts), wide=60), name_zh=texts)
    frame.index = [f"{text[:40]}#{number}" for number, text in enumerate(texts)]
    frame.loc[frame.index[::5], "land_use_code"] = texts[::5]
    units = gpd.GeoDataFrame(
        {"name_zh": texts[:6], "evidence": "A"}, geometry=strip(6, wide=400),
        index=[f"{text[:40]}#{number}" for number, text in enumerate(texts[:6])], crs=4551,
    )  # fmt: skip
    place = workspace(tmp_path / "w", parcels=frame, zones=units)
    page = opened("", write_balance_page(tmp_path / "b.html", place))
    page.locator(choice("class", "07", "present")).first.click()
    find = "JSON.stringify([...document.querySelectorAll('#balance-list tbody td.given')]"
    names = json.loads(page.evaluate(f"() => {find}.map(cell => cell.textContent))"))
    assert sorted(names) == sorted(text for number, text in enumerate(texts) if number % 5)
    for number in range(0, len(texts), 3):
        page.evaluate(f"window.erdao.drawing.select(window.erdao.features[{number}])")
    page.evaluate("window.erdao.drawing.select(null)")
    keys = page.evaluate(
        "() => [...document.querySelectorAll('#balance option')].map(o => o.value)"
    )
    assert len(keys) == 7
    for key in keys:
        page.select_option("#balance select", key)
        assert page.evaluate("window.erdao.balance.state.unit") == key
    page.click("#balance-tab-audit")
    page.click("#language")
    page.reload()
    assert page.evaluate("window.__pwned") is None


def test_atlas_has_the_page_where_there_is_land(town_atlas: Path, atlas: Path, page: Page) -> None:
    """The contents show its picture with the hectares; without land they say what is missing."""
    assert (town_atlas / "balance.html").is_file()
    assert not (atlas / "balance.html").exists()
    page.goto((town_atlas / "index.html").as_uri())
    card = page.locator("#cards a[href^='balance.html']")
    expect(card).to_contain_text("共 480.00 公顷")
    assert card.locator("svg path, svg polygon").count() > 10
    card.click()
    expect(page.locator("#pages [aria-current]")).to_have_text("用地平衡")
    page.goto((atlas / "index.html").as_uri())
    expect(page.locator("#cards")).to_contain_text("缺少用地现状或地块")


def test_land_that_cannot_be_balanced_does_not_stop_an_atlas(tmp_path: Path, page: Page) -> None:
    """The other pages are written; the contents say why this one is not."""
    frame = plots(["0701", "0701"], strip(2))
    frame["edition"] = ["2020", "2023"]
    place = workspace(tmp_path / "w", parcels=frame)
    files = [path.name for path in write_atlas(tmp_path / "atlas", place)]
    assert "index.html" in files
    assert "balance.html" not in files
    page.goto((tmp_path / "atlas" / "index.html").as_uri())
    expect(page.locator("#cards")).to_contain_text("2020")


def test_workspace_without_land_and_a_wrong_level_are_refused(tmp_path: Path) -> None:
    """The errors name what to do; nothing is written."""
    with pytest.raises(WorkspaceError):
        write_balance_page(tmp_path / "b.html")
    with pytest.raises(SchemaError):
        write_balance_page(tmp_path / "b.html", level=4)
    assert not list(tmp_path.iterdir())
    shutil.rmtree(tmp_path)
