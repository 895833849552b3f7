"""Pages of parcels: the figures of the functions, and drafted parcels that say so everywhere."""

import csv
import math
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect
from shapely import Polygon, box

from erdao_gis.analysis import DraftRules
from erdao_gis.catalogue import create_workspace, read_layer
from erdao_gis.files import write_features
from erdao_gis.land_use import land_use_classes
from erdao_gis.maps import (
    PageContent,
    PageLayer,
    Pair,
    draft_content,
    page_html,
    parcels_content,
    write_draft_page,
    write_parcels_page,
)
from erdao_gis.maps.atlas.land_pages import atlas_panels
from erdao_gis.maps.atlas.source import AtlasSource
from erdao_gis.maps.parcels.parcel_findings import finding_lines, finding_of
from erdao_gis.parcels import (
    AreaDraft,
    LimitCheck,
    ParcelFacts,
    check_parcels,
    draft_areas,
    facts_of_parcels,
)

OFFICE = "990101001001GB00013"  # 90 m by 80 m, 20 m off the avenue and 10 m off Jia Street
LONG = "2201050010010010GB0000100001"
PAYLOAD = "</script><img src=x onerror=window.__pwned=1>{{ 7 * 7 }}"
ASSUMED = "示意地块，不是宗地"


@pytest.fixture(scope="module")
def told(town: Path) -> tuple[ParcelFacts, LimitCheck]:
    """Tell facts and limits of the town once."""
    return facts_of_parcels(town), check_parcels(town)


@pytest.fixture(scope="module")
def content(town: Path) -> PageContent:
    """Make the content of the town's page once."""
    return parcels_content(AtlasSource(town))


@pytest.fixture(scope="module")
def built(content: PageContent) -> str:
    """Build the town's page once."""
    return page_html(content)


@pytest.fixture(scope="module")
def drafted() -> AreaDraft:
    """Draft one area that has a place and ask for one that has none."""
    return draft_areas(areas=["RA03", "RA02"])


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Write a workspace with a good parcel, a self-crossing one, one code twice, hostile names."""
    x, y = 460_000, 4_860_000
    bow = Polygon([(x + 200, y), (x + 300, y + 100), (x + 300, y), (x + 200, y + 100)])
    frame = gpd.GeoDataFrame(
        {
            "id": [LONG, "BOW", "TWICE", "TWICE"],
            "register_id": None,
            "name_zh": [PAYLOAD, "叉", "重", "重"],
            "land_use_code": ["070102", "0701", "0901", "0901"],
            "area_m2": [10_000.0, 5_000.0, 100.0, 100.0],
            "supply": PAYLOAD,
            "evidence": "A",
        },
        geometry=[box(x, y, x + 100, y + 100), bow, box(x + 400, y, x + 410, y + 10),
                  box(x + 420, y, x + 430, y + 10)],
        crs=4551,
    )  # fmt: skip
    place = create_workspace(tmp_path / "plan", fictional=True)
    write_features(frame, place.supplied_path("parcels"))
    return place.folder


def parcels_of(content: PageContent) -> PageLayer:
    """Return the layer of the parcels and their limits."""
    return content.groups[0].layers[0]


def lines_of(page: Page, identifier: str) -> dict[str, str]:
    """Open one feature and read heading and text of each line of its panel."""
    found = "window.erdao.features.find(one => one.id === id)"
    page.evaluate(f"id => window.erdao.drawing.select({found})", identifier)
    heads = page.locator("#details dt").all_text_contents()
    return dict(zip(heads, page.locator("#details dd").all_text_contents(), strict=True))


def test_every_parcel_is_on_the_page(content: PageContent) -> None:
    """Parcels in = features out."""
    assert len(parcels_of(content).frame) == 64


def test_colours_are_what_the_limits_say(
    content: PageContent, told: tuple[ParcelFacts, LimitCheck], town: Path
) -> None:
    """The parcels with a breach that is known by hand are those coloured as broken."""
    findings = parcels_of(content).frame["finding"]
    with (town / "truths.csv").open(encoding="utf-8") as stream:
        keys = [row["key"].split(":") for row in csv.DictReader(stream)]
    known = {key[1] for key in keys if key[0] == "breach" and len(key) > 2}
    assert set(findings.index[findings.isin(["exceeded", "below"])]) == known
    assert findings.to_dict() == finding_of(told[1].limits).to_dict()


def test_legend_counts_the_parcels_of_each_class(
    content: PageContent, built: str, open_sheet: Callable[..., Page]
) -> None:
    """The numbers in the legend add up to all parcels."""
    counts = parcels_of(content).frame["finding"].value_counts()
    parts = open_sheet(built).locator("#legend [data-layer='parcels'] .parts span.given")
    texts = parts.all_text_contents()
    words = {"met": "符合", "exceeded": "有超过上限", "below": "有低于下限",
             "no_value": "缺现状值", "no_bound": "未设限值"}  # fmt: skip
    assert sorted(texts) == sorted(f"{words[key]}（{n} 个）" for key, n in counts.items())
    assert counts.sum() == 64


def test_facts_by_hand_stand_on_the_page(built: str, open_sheet: Callable[..., Page]) -> None:
    """Area, frontage, station, height and its limit of the office parcel, in words."""
    page = open_sheet(built)
    lines = lines_of(page, OFFICE)
    assert lines["面积（按图形）"] == "7,200.0 平方米；0.7200 公顷；10.80 亩"
    assert lines["临街"] == "共 170.0 米：样例大路 90.0 米、甲街 80.0 米；可通车进出"
    assert lines["所在功能分区"] == "SZN1 老镇区，占地块面积 100 %"
    assert lines["地铁站"].startswith("MS1 样例大路西站：直线 22 米；步行约 ")
    assert lines["容积率上限"] == "现状 0.83，限值不大于 1.2：符合"  # 1,200 m2 x 5 / 7,200 m2
    assert lines["建筑限高"] == "现状 20 m，限值不大于 18 m：超过上限"
    assert lines["沉陷区"] == "无数据"
    assert lines["限值结论"] == "有超过上限"
    page.click("#language")
    lines = lines_of(page, OFFICE)
    assert lines["Height limit"] == "stands at 20 m, at most 18 m: exceeded"
    assert "Jia Street 80.0 m; open to cars" in lines["Street frontage"]


def test_figures_are_those_of_the_functions(
    content: PageContent, told: tuple[ParcelFacts, LimitCheck]
) -> None:
    """Every area, clash and value of a limit equals that of facts and check."""
    frame, (found, checked) = parcels_of(content).frame, told
    for key, facts in found.facts.iterrows():
        assert frame["page_size"][key].zh.startswith(f"{facts['area_m2']:,.1f} 平方米")
        # Known to 10 m: 50 m by 180 m may be 40 or 60 m wide, and all else is further away.
        clash = "压占约 9,000 平方米（7,200～10,800 平方米），约占地块面积 "
        assert frame["page_river_setback"][key].zh.startswith(
            clash if facts["river_setback_m2"] else "不压占"
        )
    for row in checked.broken.itertuples():
        said = frame[f"page_limit_{row.limit}"][row.parcel].zh
        assert f"{row.value:,.2f}".rstrip("0").rstrip(".") in said
        assert said.endswith(("超过上限", "低于下限"))


def test_the_works_clash_by_hand(
    content: PageContent, told: tuple[ParcelFacts, LimitCheck], town: Path
) -> None:
    """The parcel on the old works' land tells the truths' square metres in round hundreds."""
    with (town / "truths.csv").open(encoding="utf-8") as stream:
        known = {row["key"]: float(row["value"]) for row in csv.DictReader(stream)}
    taken = told[0].facts["protected_land_m2"]
    (works,) = taken.index[taken > 0]
    said = parcels_of(content).frame["page_protected_land"][works].zh
    drawn, low, high = (known[f"clash:heritage:parcels{end}"] for end in ("", ":low", ":high"))
    low, high = math.floor(low / 100) * 100, math.ceil(high / 100) * 100
    assert said.startswith(f"压占约 {drawn:,.0f} 平方米（{low:,}～{high:,} 平方米）")


def test_doubt_and_crossings_are_told_in_words(tmp_path: Path, page: Page) -> None:
    """On the district: a zone known to 3,000 m, a station to 100 m, a street across."""
    middle = read_layer("roads").geometry["yangpu-street.trunk"].interpolate(0.6, normalized=True)
    shapes = [middle.buffer(50, cap_style="square"), box(460_000, 4_860_000, 460_100, 4_860_100)]
    names = {"id": ["P1", "P2"], "register_id": None, "name_zh": ["甲", "乙"]}
    frame = gpd.GeoDataFrame(names, geometry=shapes, crs=4551)
    place = create_workspace(tmp_path / "plan")
    write_features(frame, place.supplied_path("parcels"))
    page.goto(write_parcels_page(tmp_path / "parcels.html", place.folder).as_uri())
    page.locator("#method button.link").filter(has_text="洋浦大街").click()
    expect(page.locator("#details .overline")).to_contain_text("P1")
    lines = lines_of(page, "P1")
    assert lines["所在功能分区"].startswith("ZN02 开发区，界线 ±3,000 米，不能定")
    assert lines["穿越的道路、河流、铁路"].startswith("道路 洋浦大街 ")
    assert re.match(r".+：直线约 [\d,]+0 米（[\d,]+0～[\d,]+0 米）；", lines["地铁站"])
    assert lines_of(page, "P2")["穿越的道路、河流、铁路"] == "资料不全，未见穿越"
    page.click("#language")
    lines = lines_of(page, "P1")
    assert "its outline is known to ±3,000 m, so it cannot be told" in lines["Zone"]
    assert "road Yangpu Street" in lines["Roads, rivers and railways across"]


def test_method_names_each_norm_and_how_sure_it_is(content: PageContent) -> None:
    """Formulas and norms stand beside the map."""
    texts = [text.zh for _, text in content.method]
    assert any("4π×面积÷周长²" in text for text in texts)
    assert any("《工业项目建设用地控制指标》" in text and "待核" in text for text in texts)


def test_layers_looked_at_can_be_switched(built: str, open_sheet: Callable[..., Page]) -> None:
    """Roads, stations, schools, parks and protected land are quiet layers with a box each."""
    page = open_sheet(built)
    titles = set(page.locator("#ground .layer-title").all_text_contents())
    assert {"道路", "轨道站点", "中小学", "公园与绿地", "保护用地"} <= titles
    before = page.locator("path").count()
    for box_ in page.locator("#ground input").all():
        box_.uncheck()
    assert page.locator("path").count() < before


def test_findings_of_limits() -> None:
    """The gravest finding counts; a limit without its figure is told from no limit at all."""
    rows = [
        ("A", "height_max", "met"), ("A", "green_ratio_min", "below"),
        ("B", "height_max", "met"), ("B", "green_ratio_min", "no_bound"),
        ("C", "height_max", "met"), ("C", "green_ratio_min", "no_value"),
        ("D", "height_max", "no_bound"), ("D", "density_and_green", "met"),
        ("E", "floor_area_ratio_max", "reversed"), ("E", "height_max", "met"),
        ("F", "floor_area_ratio_max", "reversed"), ("F", "height_max", "exceeded"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["parcel", "limit", "state"])
    assert finding_of(table).to_dict() == {
        "A": "below", "B": "met", "C": "no_value", "D": "no_bound", "E": "reversed",
        "F": "exceeded",
    }  # fmt: skip


def test_bad_parcels_stand_on_the_page_with_the_reason(bad: Path, tmp_path: Path) -> None:
    """Four rows in, four features out: the crossed one without a place, the doubles told apart."""
    content = parcels_content(AtlasSource(bad))
    frame = parcels_of(content).frame
    assert frame.index.tolist() == [LONG, "BOW", "TWICE", "TWICE (2)"]
    assert frame.geometry.notna().tolist() == [True, False, True, True]
    assert "自相交" in frame["reason_zh"]["BOW"]
    assert frame["page_size"]["TWICE"] == Pair(zh="无法量算", en="cannot be measured")
    assert "出现 2 次" in frame["page_faults"]["TWICE (2)"].zh
    path = write_parcels_page(tmp_path / "parcels.html", bad)
    assert path.read_text("utf-8") == page_html(content)


def test_hostile_names_and_long_codes_are_text(bad: Path, tmp_path: Path, page: Page) -> None:
    """A name with markup is shown as it is and runs nothing; 28 digits stay whole."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(write_parcels_page(tmp_path / "parcels.html", bad).as_uri())
    lines = lines_of(page, LONG)
    assert page.locator("#details-name").text_content() == PAYLOAD
    assert LONG in str(page.locator("#details .overline").text_content())
    assert lines["供地方式"] == PAYLOAD
    assert page.evaluate("window.__pwned") is None
    assert complaints == []


def test_parcels_carry_their_short_codes(content: PageContent) -> None:
    """Block and number tell the 64 parcels of the town apart, and stand on the map."""
    layer = parcels_of(content)
    assert layer.label == "page_label"
    assert layer.frame["page_label"][OFFICE] == "1-00013"
    assert layer.frame["page_label"].is_unique


def test_uses_are_a_second_layer_in_the_official_colours(
    content: PageContent, built: str, open_sheet: Callable[..., Page]
) -> None:
    """Switched off at first; its classes count up to all parcels, each with its own colour."""
    uses = content.groups[0].layers[1]
    first = uses.frame["use_code"].str[:2]
    assert uses.frame["use_part"].tolist() == first.tolist()
    colours = land_use_classes("2023")["colour"]
    assert {part.part: part.fill for part in uses.parts} == colours[sorted(set(first))].to_dict()
    page = open_sheet(built)
    box_ = page.locator("#legend [data-layer='parcels_use'] input")
    expect(box_).not_to_be_checked()
    before = page.locator("path").count()
    box_.check()
    assert page.locator("path").count() > before


def test_breaches_are_listed_beside_the_map(
    content: PageContent, told: tuple[ParcelFacts, LimitCheck]
) -> None:
    """Every breach of the town is a line with code, limit, value and bound, counted by kind."""
    counts, lines = told[1].counts, finding_lines(told[1])
    heads = [line.head.zh for line in lines]
    assert heads.count(f"超过上限（{counts['exceeded']} 处）") == counts["exceeded"]
    assert heads.count(f"低于下限（{counts['below']} 处）") == counts["below"]
    assert sum(counts.values()) == len(lines) == 12
    assert (OFFICE, f"{OFFICE} 建筑限高：现状 20 m，限值不大于 18 m：超过上限") in [
        (line.feature, line.text.zh) for line in lines
    ]
    assert content.findings == tuple(lines)


def test_a_finding_leads_to_its_parcel(built: str, open_sheet: Callable[..., Page]) -> None:
    """The line on the office's height opens its panel."""
    page = open_sheet(built)
    page.locator("#method button.link").filter(has_text=f"{OFFICE} 建筑限高").click()
    expect(page.locator("#details .overline")).to_contain_text(OFFICE)


def test_a_long_list_of_breaches_is_cut_and_counted(told: tuple[ParcelFacts, LimitCheck]) -> None:
    """Three of twelve are listed, the last line counts the nine others."""
    lines = finding_lines(told[1], most=3)
    assert len(lines) == 4
    assert "另有 9 处" in lines[-1].text.zh


def test_print_keeps_the_legend_whole(built: str, open_sheet: Callable[..., Page]) -> None:
    """What is told at length goes overleaf; the roads' legend stays on the sheet."""
    page = open_sheet(built)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    size = "(list => [list.scrollHeight, list.clientHeight])(document.getElementById('list'))"
    needed, there = page.evaluate(size)
    assert needed <= there + 1
    assert page.locator("body > .method").count() == 1
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#list > .method + #ground").count() == 1


def test_the_same_inputs_give_the_same_bytes(town: Path, tmp_path: Path) -> None:
    """Nothing random, no time of writing."""
    both = [write_parcels_page(tmp_path / f"{name}.html", town) for name in "ab"]
    assert both[0].read_bytes() == both[1].read_bytes()


def test_drafted_parcels_say_so_on_the_sheet_and_in_the_panel(
    drafted: AreaDraft, tmp_path: Path, page: Page
) -> None:
    """The warning stands on the map, also in print, and in the panel of a parcel."""
    page.goto(write_draft_page(tmp_path / "draft.html", drafted).as_uri())
    warning = page.locator("#window").get_by_text(ASSUMED, exact=True)
    expect(warning).to_be_visible()
    lines = lines_of(page, "RA03-01-01")
    assert "不是宗地" in lines["说明"]
    assert lines["假定"] == "是"
    page.emulate_media(media="print")
    expect(warning).to_be_visible()


def test_drafted_parcels_are_hatched(drafted: AreaDraft, tmp_path: Path, page: Page) -> None:
    """Every drafted parcel is drawn as assumed: hatched, with a broken outline."""
    page.goto(write_draft_page(tmp_path / "draft.html", drafted).as_uri())
    fills = page.evaluate(
        "window.erdao.features.filter(one => page_layer(one) === 'draft_parcels')"
        ".map(one => window.erdao.drawing.target(one).getElement())"
        ".map(path => [path.getAttribute('fill'), path.getAttribute('stroke-dasharray')])".replace(
            "page_layer(one)", "window.erdao.layers[one.layer].key"
        )
    )
    assert len(fills) == len(drafted.draft.parcels)
    assert all(fill.startswith("url(#hatch") and dash for fill, dash in fills)


def test_refused_areas_are_told_with_the_reason(
    drafted: AreaDraft, tmp_path: Path, page: Page
) -> None:
    """An area without a place stands in the list beside the map."""
    content = draft_content(drafted)
    assert any("RA02" in text.zh for _, text in content.method)
    page.goto(write_draft_page(tmp_path / "draft.html", drafted).as_uri())
    listed = page.locator("#unplaced details").filter(has_text="划分范围")
    assert "长青街道" in str(listed.text_content())
    assert "片区 RA02 没有位置" in str(page.locator("#method").text_content())


def test_the_atlas_has_the_page_with_links_to_the_others(town_atlas: Path, page: Page) -> None:
    """The contents show its picture and lead to it; the page knows its way back."""
    page.goto((town_atlas / "index.html").as_uri())
    card = page.locator("#cards a[href^='parcels.html']")
    assert card.locator("svg path").count() > 64
    assert "共 64 个地块" in str(card.text_content())
    card.click()
    expect(page.locator("#pages a[aria-current]")).to_have_text("地块")
    assert lines_of(page, OFFICE)["限值结论"] == "有超过上限"


def test_many_parcels_are_told_before_they_are_measured(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names page and number; with few parcels nothing is said."""
    told: list[str] = []
    atlas_panels(AtlasSource(town), lambda line: told.append(line.zh))
    assert told == []
    monkeypatch.setattr("erdao_gis.maps.atlas.land_pages._MANY", 63)
    atlas_panels(AtlasSource(town), lambda line: told.append(line.zh))
    assert told == ["parcels.html（64 个地块，约需几十秒）"]


def test_an_atlas_without_parcels_says_what_is_missing(atlas: Path, page: Page) -> None:
    """No page, but a card with the words on where parcels come from."""
    assert not (atlas / "parcels.html").exists()
    page.goto((atlas / "index.html").as_uri())
    card = page.locator("#cards .card").filter(has_text="地块情况与限值")
    assert "erdao import" in str(card.text_content())


@pytest.mark.parametrize("kind", ["parcels", "draft"])
def test_pages_fit_a_phone(
    kind: str, built: str, drafted: AreaDraft, tmp_path: Path, browser: Browser
) -> None:
    """On 360 pixels nothing is wider than the screen, also with a panel open."""
    path = tmp_path / f"{kind}.html"
    if kind == "draft":
        write_draft_page(path, drafted)
    else:
        path.write_text(built, encoding="utf-8", newline="")
    context = browser.new_context(viewport={"width": 360, "height": 740}, offline=True)
    phone = context.new_page()
    phone.goto(path.as_uri())
    lines_of(phone, OFFICE if kind == "parcels" else "RA03-01-01")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_the_page_tells_the_widths_that_were_taken() -> None:
    """Other rules give other parcels, and the page says which."""
    drafted = draft_areas(areas=["RA03"], rules=DraftRules(lane_m=7, street_m=12.5))
    texts = [text.zh for _, text in draft_content(drafted).method]
    assert any("道路（中心线两侧各 12.5 米）" in text for text in texts)
    assert any("支路（中心线两侧各 7 米）" in text for text in texts)
