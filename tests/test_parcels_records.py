"""Parcels of a workspace split, merged, renumbered and recoded: kept in files, undone whole."""

import csv
import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from erdao_gis.catalogue import Workspace, check, create_workspace, read_layer, supply_record
from erdao_gis.catalogue import supplying as supplying_module
from erdao_gis.catalogue.operations import read_operations
from erdao_gis.errors import (
    ErdaoError,
    FormatError,
    GeometryError,
    NotInPlanError,
    SchemaError,
    WorkspaceError,
)
from erdao_gis.files import write_features
from erdao_gis.intake import ImportOptions, apply_import, prepare_import, undo_import
from erdao_gis.parcels import (
    changed_ground,
    compare_dates,
    compare_with_file,
    family_of,
    line_of,
    read_book,
    read_line,
    recode_parcels,
    record_merger,
    record_renumbering,
    record_split,
)
from erdao_gis.parcels.lineage import books, recorded_changes

X, Y = 460_000, 4_860_000
DAY = "2025-06-30"
LONG = ("220105001001GB00001", "220105001001GB00001W00010002", "2201050010010000001")


def plot(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Make a rectangle, in metres from the corner of all tests."""
    return box(X + west, Y + south, X + east, Y + north)


def across(*points: tuple[float, float]) -> LineString:
    """Make a line, in metres from the same corner."""
    return LineString([(X + x, Y + y) for x, y in points])


def place_with(folder: Path, codes: Sequence[str], **columns: list[object]) -> Workspace:
    """Make a workspace with parcels in a row, each 30 m by 10 m."""
    shapes = [plot(30 * n, 0, 30 * n + 30, 10) for n in range(len(codes))]
    frame = gpd.GeoDataFrame({"id": list(codes), **columns}, geometry=shapes, crs=4551)
    place = create_workspace(folder / "plan", fictional=True)
    file = write_features(frame, folder / "in" / "parcels.gpkg")
    apply_import(place, prepare_import(place, file, "parcels", ImportOptions(source="test")))
    return place


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """Three parcels in a row."""
    return place_with(tmp_path, ["A", "B", "C"], land_use_code=["070102", "0901", "070102"])


def kept(place: Workspace) -> dict[str, bytes]:
    """Read all files of the parcels as bytes."""
    paths = place.layer_paths("parcels")
    return {path.name: path.read_bytes() for path in paths if path.exists()}


AT_TEN = across((10, -5), (10, 15))


def test_a_split_is_read_again_as_it_was_made(place: Workspace) -> None:
    """30 m by 10 m cut at 10 m: 100 and 200 m2, the old one retired, the record kept."""
    record = record_split(place, "A", AT_TEN, date=DAY, new_codes=["A1", "A2"])
    assert (record.retired, record.heirs) == ({"A": 300.0}, {"A1": 100.0, "A2": 200.0})
    book = read_book(place)
    assert book.parcels.index.tolist() == ["A1", "A2", "B", "C"]
    assert book.parcels.area.tolist() == [100.0, 200.0, 300.0, 300.0]
    assert book.retired.index.tolist() == ["A"]
    assert book.parcels["land_use_code"].tolist()[:2] == ["070102", "070102"]
    assert supply_record("parcels", place)["source"] == "test"
    assert check(place).faults == ()


def test_cut_and_united_again_is_the_same_ground(place: Workspace) -> None:
    """A split that is merged back has the outline and the area of before."""
    before = read_book(place).parcels.geometry["A"]
    slanting = across((7.3, -1), (19.1, 11))
    halves = record_split(place, "A", slanting, date=DAY).heirs
    record_merger(place, list(halves), date=DAY, new_code="A again")
    after = read_book(place).parcels.geometry["A again"]
    assert after.area == pytest.approx(before.area, rel=1e-6)
    assert after.equals_exact(before, 1e-6) or after.symmetric_difference(before).area < 1e-6


def test_undo_brings_every_byte_back(place: Workspace) -> None:
    """Each operation is one step: undone one by one, all files are as they were."""
    states = [kept(place)]
    for act in (
        lambda: record_split(place, "A", AT_TEN, date=DAY, new_codes=["A1", "A2"]),
        lambda: record_merger(place, ["A2", "B"], date=DAY, new_code="D"),
        lambda: record_renumbering(place, "D", "E", date=DAY),
    ):
        act()
        states.append(kept(place))
    while len(states) > 1:
        assert kept(place) == states.pop()
        undo_import(place)
    assert kept(place) == states.pop()


def test_a_cut_that_ends_on_a_neighbours_edge_leaves_the_neighbour(place: Workspace) -> None:
    """The neighbour keeps every vertex; the two parts fill the old outline."""
    before = read_book(place).parcels
    record_split(place, "A", across((0, 5), (30, 5)), date=DAY)
    after = read_book(place).parcels
    assert after.geometry["B"].wkb == before.geometry["B"].wkb
    assert shapely.union_all(after.geometry.to_numpy()).area == pytest.approx(900)


@pytest.mark.parametrize("gap", [0.0, 0.004, 0.01, 0.049])
def test_ends_within_five_centimetres_are_led_on(place: Workspace, gap: float) -> None:
    """A line that stops just short of the edge cuts, and the record says by how much."""
    record = record_split(place, "A", across((10, -1), (10, 10 - gap)), date=DAY)
    assert list(record.heirs.values()) == pytest.approx([100.0, 200.0])
    assert record.extended_m == pytest.approx(gap, abs=1e-6)


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        (across((10, -1), (10, 7)), "lineage_line_short", "3.000"),
        (across((10, 3), (10, 7)), "lineage_line_short", "3.000"),
        (across((10, 12), (20, 12)), "lineage_line_away", "2.00"),
        (across((0, 10), (30, 10)), "parcels_not_cut", "0.01"),
        (across((10, -1), (10, 3), (12, 3), (12, -1), (10, -1)), None, ""),
    ],
)
def test_a_line_that_does_not_cut_says_why(
    place: Workspace, line: LineString, key: str | None, said: str
) -> None:
    """Too short by three metres, two metres away, or along an edge; a notch is a cut."""
    if key is None:
        assert sorted(record_split(place, "A", line, date=DAY).heirs.values()) == [6.0, 294.0]
        return
    before = kept(place)
    with pytest.raises(GeometryError) as caught:
        record_split(place, "A", line, date=DAY)
    assert caught.value.key == key
    assert said in caught.value.message("en")
    assert said in caught.value.message("zh")
    assert kept(place) == before


def test_many_operations_keep_the_area_through_the_files(tmp_path: Path) -> None:
    """Three dozen random cuts and mergers, each read from the files the last one wrote."""
    chance = random.Random(7)  # noqa: S311 - a repeatable walk, no secret
    place = place_with(tmp_path, ["A", "B", "C", "D"])
    parcels = read_book(place).parcels
    for number in range(36):
        if len(parcels) > 8 or (len(parcels) > 5 and chance.random() < 0.4):
            code = str(parcels.area.idxmin())
            near = parcels.geometry[code].buffer(0.001)
            shared = parcels.geometry.drop(code).intersection(near).area
            record_merger(place, [code, str(shared.idxmax())], date=DAY, new_code=f"m{number}")
        else:
            code = str(parcels.area.idxmax())
            middle = parcels.geometry[code].representative_point()
            dx, dy = chance.uniform(-1, 1), chance.choice([-1, 1]) * chance.uniform(0.3, 1)
            ends = [(middle.x + way * dx * 300, middle.y + way * dy * 300) for way in (-1, 1)]
            record_split(place, code, LineString(ends), date=DAY)
        parcels = read_book(place).parcels
        assert parcels.area.sum() == pytest.approx(1200, rel=1e-6)
    book = read_book(place)
    assert int(book.operations["step"].iloc[-1]) == 36
    ground = shapely.union_all(book.parcels.geometry.to_numpy(), grid_size=1e-6)
    assert ground.area == pytest.approx(1200, rel=1e-6)
    assert sorted(compare_dates(place, "2025-06-29").before.index) == ["A", "B", "C", "D"]


def test_long_codes_stay_text(tmp_path: Path) -> None:
    """Codes of 19 and 28 characters, also of digits alone, go through files digit by digit."""
    place = place_with(tmp_path, LONG)
    for code in LONG:
        record_renumbering(place, code, f"{code}9", date=DAY)
    book = read_book(place)
    assert book.operations["from_id"].tolist() == list(LONG)
    assert book.operations["to_id"].tolist() == [f"{code}9" for code in LONG]
    assert sorted(book.retired.index) == sorted(LONG)


ODD = ["=1+1", "+A", "-5", "@x", "'q", "a,b", 'a"b', "a;b", "0", "007", "1E5", "3-4", "甲 乙"]


def test_odd_codes_come_back_and_never_compute(tmp_path: Path) -> None:
    """Whatever a code looks like, no cell of the file begins as a formula or a bare number."""
    place = place_with(tmp_path, [f"P{n}" for n in range(len(ODD))])
    for number, code in enumerate(ODD):
        record_renumbering(place, f"P{number}", code, date=DAY)
    assert read_book(place).operations["to_id"].tolist() == ODD
    text = place.operations_path("parcels").read_text("utf-8-sig")
    cells = [row[4] for row in csv.reader(text.splitlines())][1:]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r" or cell.isdigit()]
    assert sorted(read_book(place).parcels.index) == sorted(ODD)


@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip()), min_size=2, unique=True))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_code_goes_through_the_table(tmp_path: Path, codes: list[str]) -> None:
    """Commas, quotes, line breaks and blanks within codes are read as they were written."""
    codes = [code for code in codes if code.isprintable() or "\n" in code]
    codes = [code for code in codes if code.encode("utf-8", "ignore").decode() == code]
    steps = tuple((n, "renumber", DAY, f"old{n}", code, 0.1 + n) for n, code in enumerate(codes, 1))
    plots = gpd.GeoDataFrame(geometry=[plot(0, 0, 1, 1)], index=["A"], crs=4551)
    file = tmp_path / "o.csv"
    text = books.operations_text(books.ParcelBook(parcels=plots, steps=steps, past=()))
    file.write_bytes(text.encode("utf-8"))
    read = read_operations(file)
    assert tuple(read.itertuples(index=False, name=None)) == steps


@pytest.mark.parametrize("code", ["", " A1", "A1 ", "a\nb", "a\x00b", "a\u202eb"])
def test_codes_that_cannot_be_kept_are_refused(place: Workspace, code: str) -> None:
    """Blanks at the ends and characters that nobody sees are no part of a new code."""
    with pytest.raises(SchemaError) as caught:
        record_renumbering(place, "A", code, date=DAY)
    assert caught.value.key == "lineage_bad_code"


def test_a_name_that_is_the_code_follows_it(tmp_path: Path) -> None:
    """A parcel named by its code is named by the new one; another name stays."""
    place = place_with(tmp_path, ["A", "B"], name_zh=["A", "老厂区"])
    record_renumbering(place, "A", "A9", date=DAY)
    record_renumbering(place, "B", "B9", date=DAY)
    assert read_layer("parcels", place)["name_zh"].to_dict() == {"A9": "A9", "B9": "老厂区"}


def test_a_merger_is_never_surer_than_its_parts(tmp_path: Path) -> None:
    """With a drafted part the whole is assumed, and the weakest evidence holds."""
    place = place_with(
        tmp_path,
        ["A", "B"],
        assumed=["yes", "no"],
        evidence=["D", "A"],
        source=["osm_lines_east", "osm_lines_east"],
        name_zh=["东", "西"],
    )
    record_merger(place, ["A", "B"], date=DAY, new_code="W")
    whole = read_layer("parcels", place).loc["W"]
    assert whole[["assumed", "evidence", "name_zh"]].tolist() == ["yes", "D", "W"]


def test_a_dry_run_writes_nothing(place: Workspace) -> None:
    """It tells all the same."""
    before = kept(place)
    record = record_split(place, "A", AT_TEN, date=DAY, dry_run=True)
    assert (record.written, record.after_m2) == (False, 300.0)
    assert kept(place) == before
    assert len(list((place.folder / "history").iterdir())) == 1


@pytest.mark.parametrize("failing", ["write_features", "write_text_atomic", "write_supplied"])
def test_a_write_that_fails_leaves_all_as_it_was(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """A full disk at any of the files puts back the others, and no entry is left to undo."""
    record_renumbering(place, "C", "C9", date=DAY)
    before = kept(place)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(books, failing, full)
    with pytest.raises(OSError, match="space"):
        record_split(place, "A", AT_TEN, date=DAY)
    assert kept(place) == before
    assert len(list((place.folder / "history").iterdir())) == 2
    assert not (place.folder / ".lock").exists()


def test_a_run_cut_off_between_files_is_told_and_undone(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the parcels but before the operations: reading says so, undo mends it."""
    record_renumbering(place, "C", "C9", date=DAY)
    before = kept(place)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(books, "write_text_atomic", killed)
    # A kill runs no clean-up; nor does this.
    monkeypatch.setattr(supplying_module, "restore_last", lambda _workspace: "parcels")
    with pytest.raises(Killed):
        record_split(place, "A", AT_TEN, date=DAY)
    monkeypatch.undo()
    with pytest.raises(WorkspaceError, match="undo"):
        read_book(place)
    undo_import(place)
    assert kept(place) == before


def test_two_writers_at_once_lose_nothing(place: Workspace) -> None:
    """Of eight renumberings at the same time each is recorded or refused, none half."""
    refused: list[ErdaoError] = []
    start = threading.Barrier(8)

    def act(number: int) -> None:
        start.wait()
        try:
            record_renumbering(place, "ABC"[number % 3], f"n{number}", date=DAY)
        except ErdaoError as error:
            refused.append(error)

    runs = [threading.Thread(target=act, args=(number,)) for number in range(8)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    book = read_book(place)
    assert len(book.operations) + len(refused) == 8
    assert len(book.operations) >= 1
    assert len(book.parcels) == 3
    known = {"workspace_busy", "lineage_changed_meanwhile", "parcels_no_such"}
    # A reader may also meet the moment between two files of a writer.
    known |= {"layer_changed", "lineage_mismatch", "lineage_file_missing"}
    assert {error.key for error in refused} <= known


def test_what_was_changed_since_it_was_read_is_not_overwritten(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run between reading and writing: the operation is refused, the other's stays."""
    real = recorded_changes.change_layer

    def later(*given_: object) -> object:
        monkeypatch.setattr(recorded_changes, "change_layer", real)
        record_renumbering(place, "B", "B9", date=DAY)
        return real(*given_)  # type: ignore[arg-type]

    monkeypatch.setattr(recorded_changes, "change_layer", later)
    with pytest.raises(WorkspaceError) as caught:
        record_renumbering(place, "A", "A9", date=DAY)
    assert caught.value.key == "lineage_changed_meanwhile"
    assert read_book(place).parcels.index.tolist() == ["A", "B9", "C"]


HEAD = "step,kind,date,from_id,to_id,area_m2\n"
HOSTILE = [
    ("", "file_empty"),
    ("step,kind,date,from_id,to_id\n", "lineage_header"),
    ("kind,step,date,from_id,to_id,area_m2\n", "lineage_header"),
    (HEAD + "1,renumber,2025-01-01,A\n", "lineage_bad_row"),
    (HEAD + "x,renumber,2025-01-01,A,B,1\n", "lineage_bad_row"),
    (HEAD + "2,renumber,2025-01-01,A,B,1\n", "lineage_bad_row"),
    (HEAD + "1,sold,2025-01-01,A,B,1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025/1/1,A,B,1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-02-30,A,B,1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,,B,1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,A,',1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,A,B,-1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,A,B,nan\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,A,B,inf\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,A,B,=1+1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-02,A,B,1\n2,renumber,2025-01-01,B,C,1\n", "lineage_bad_row"),
    (HEAD + "1,renumber,2025-01-01,A,B,1\n2,renumber,2025-01-01,B,A,1\n", "lineage_code_again"),
    (HEAD + "1,renumber,2025-01-01,A,B,1\n2,renumber,2025-01-01,A,C,1\n", "lineage_code_again"),
    (HEAD + "1,renumber,2025-01-01,A,A,1\n", "lineage_code_again"),
    (HEAD + "1,split,2025-01-01,A,B,1\n", "lineage_bad_step"),
    (HEAD + "1,merge,2025-01-01,A,B,1\n1,merge,2025-01-01,A,B,1\n", "lineage_bad_step"),
    (HEAD + '1,renumber,2025-01-01,"A,B,1\n', "csv_bad"),
]


@pytest.mark.parametrize(("text", "key"), HOSTILE)
def test_operations_that_were_edited_are_told(tmp_path: Path, text: str, key: str) -> None:
    """File and place of the fault are named, in both languages."""
    file = tmp_path / "parcels_operations.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(FormatError) as caught:
        read_operations(file)
    assert caught.value.key == key
    for language in ("zh", "en"):
        assert "parcels_operations.csv" in caught.value.message(language)  # type: ignore[arg-type]


def test_a_table_saved_by_a_spreadsheet_program_is_read(place: Workspace) -> None:
    """GB 18030 without the mark, and blank lines at the end, are as good."""
    record_renumbering(place, "A", "地块一", date=DAY)
    path = place.operations_path("parcels")
    path.write_bytes((path.read_text("utf-8-sig") + ",,,,,\r\n\r\n").encode("gb18030"))
    assert read_book(place).operations["to_id"].tolist() == ["地块一"]


def edited(place: Workspace, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Edit the operations as a text table."""
    path = place.operations_path("parcels")
    change(pd.read_csv(path, dtype=str)).to_csv(path, index=False)


@pytest.mark.parametrize(
    ("column", "value", "key", "said"),
    [
        ("to_id", "Z", "lineage_mismatch", "Z"),
        ("from_id", "B", "lineage_mismatch", "B"),
        ("area_m2", "299.0", "lineage_area_differs", "A9"),
    ],
)
def test_operations_that_do_not_fit_the_parcels_name_the_codes(
    place: Workspace, column: str, value: str, key: str, said: str
) -> None:
    """An heir that is not there, a retired parcel that stands, an area that was rewritten."""
    record_renumbering(place, "A", "A9", date=DAY)
    edited(place, lambda table: table.assign(**{column: value}))
    with pytest.raises(WorkspaceError) as caught:
        read_book(place)
    assert caught.value.key == key
    assert said in caught.value.message("zh")


@pytest.mark.parametrize("which", ["operations_path", "retired_path"])
def test_one_of_both_files_is_not_enough(place: Workspace, which: str) -> None:
    """A lost file is named."""
    record_renumbering(place, "A", "A9", date=DAY)
    path = getattr(place, which)("parcels")
    path.unlink()
    with pytest.raises(WorkspaceError, match=path.name):
        read_book(place)


def test_a_history_is_told_as_a_tree(place: Workspace) -> None:
    """A in two, one of them with B into D, D into E: the tree goes down to A and says areas."""
    record_split(place, "A", AT_TEN, date="2025-01-01", new_codes=["A1", "A2"])
    record_merger(place, ["A2", "B"], date="2025-02-01", new_code="D")
    record_renumbering(place, "D", "E", date="2025-03-01")
    family = family_of(place, "E")
    tree = [(one.depth, one.code, one.area_m2, one.in_force) for one in family.ancestors]
    assert tree == [(1, "D", 500.0, False), (2, "A2", 200.0, False), (3, "A", 300.0, False),
                    (2, "B", 300.0, False)]  # fmt: skip
    heirs = family_of(place, "A").relatives
    assert heirs["generation"].to_dict() == {"A1": 1, "A2": 1, "D": 2, "E": 3}
    assert heirs["in_force"].to_dict() == {"A1": True, "A2": False, "D": False, "E": True}
    with pytest.raises(NotInPlanError):
        family_of(place, "nowhere")


def test_two_dates_reconcile(place: Workspace) -> None:
    """Between two days only the split lies; the areas before and after are accounted for."""
    record_renumbering(place, "C", "C9", date="2025-01-01")
    record_split(place, "A", AT_TEN, date="2025-02-01", new_codes=["A1", "A2"])
    record_merger(place, ["A2", "B"], date="2025-03-01")
    found = compare_dates(place, "2025-01-31", "2025-02-28")
    rows = found.table[["from_id", "to_id", "area_m2", "change"]].to_numpy().tolist()
    assert rows == [["A", "A1", 100.0, "split"], ["A", "A2", 200.0, "split"],
                    ["B", "B", 300.0, "unchanged"], ["C9", "C9", 300.0, "unchanged"]]  # fmt: skip
    account = found.account
    assert account["before_m2"] == account["shared_m2"] + account["gone_m2"] == 900.0
    assert account[["before_rest_m2", "after_rest_m2"]].abs().max() < 1e-6
    assert compare_dates(place, "2025-01-31").totals["pairs"].sum() == 4
    with pytest.raises(SchemaError):
        compare_dates(place, "2025-02-28", "2025-01-31")


def test_a_parcel_that_grew_is_redrawn(place: Workspace, tmp_path: Path) -> None:
    """Against a file in degrees: B took over new ground, C is gone, N is new; nothing is lost."""
    other = gpd.GeoDataFrame(
        {"宗地代码": ["A", "B", "N"]},
        geometry=[plot(0, 0, 30, 10), plot(30, 0, 60, 12), plot(200, 0, 210, 10)],
        crs=4551,
    )
    file = write_features(other.to_crs(4490), tmp_path / "other.gpkg")
    found = compare_with_file(place, file)
    told = found.totals["area_m2"].round(3)
    assert told.to_dict() == {"renumbered": 0.0, "split": 0.0, "merged": 0.0, "redrawn": 60.0,
                              "gone": 300.0, "new": 100.0, "altered": 0.0,
                              "unchanged": 300.0}  # fmt: skip
    ground = changed_ground(found).set_index("change").area.round(3)
    assert ground.to_dict() == {"redrawn": 60.0, "gone": 300.0, "new": 100.0}
    account = found.account
    assert account["after_m2"] == pytest.approx(account["shared_m2"] + account["new_m2"], abs=0.02)


def test_a_file_without_codes_is_refused(place: Workspace, tmp_path: Path) -> None:
    """The headings that are there are named."""
    frame = gpd.GeoDataFrame({"owner": ["x"]}, geometry=[plot(0, 0, 1, 1)], crs=4551)
    with pytest.raises(SchemaError, match="owner"):
        compare_with_file(place, write_features(frame, tmp_path / "o.gpkg"))


def lines_file(folder: Path, name: str) -> Path:
    """Write two lines in degrees, one of which cuts A."""
    frame = gpd.GeoDataFrame(
        {"id": ["01", "02"]}, geometry=[AT_TEN, across((200, 0), (200, 5))], crs=4551
    )
    if name.endswith(".csv"):
        frame.assign(wkt=frame.geometry.to_wkt()).drop(columns="geometry").to_csv(
            folder / name, index=False
        )
        return folder / name
    frame.to_crs(4490).to_file(folder / name)
    return folder / name


@pytest.mark.parametrize("name", ["l.gpkg", "l.geojson", "l.shp", "l.csv"])
def test_the_line_is_read_from_any_file(place: Workspace, tmp_path: Path, name: str) -> None:
    """Of two lines one is named; degrees become metres."""
    file = lines_file(tmp_path, name)
    crs = "EPSG:4551" if name.endswith("csv") else None
    line = read_line(file, feature="01", crs=crs)
    areas = list(record_split(place, "A", line, date=DAY).heirs.values())
    # Degrees with seven decimals, as GeoJSON has them, are a centimetre.
    assert areas == pytest.approx([100.0, 200.0], abs=0.2)
    with pytest.raises(SchemaError, match="2"):
        read_line(file, crs=crs)
    with pytest.raises(NotInPlanError, match="03"):
        read_line(file, feature="03", crs=crs)


def test_an_area_is_no_line(tmp_path: Path) -> None:
    """The kind that was found is named."""
    frame = gpd.GeoDataFrame({"id": ["1"]}, geometry=[plot(0, 0, 1, 1)], crs=4551)
    with pytest.raises(SchemaError, match="Polygon"):
        read_line(write_features(frame, tmp_path / "area.gpkg"))


@pytest.mark.parametrize(
    "text", ["", "1,2", "1,2 1,2", "1 2 3", "a,b c,d", "nan,1 2,2", "1,2,3 4,5,6"]
)
def test_coordinates_that_are_no_line_are_refused(text: str) -> None:
    """At least two different points of two numbers each."""
    with pytest.raises(SchemaError) as caught:
        line_of(text)
    assert caught.value.key == "lineage_line_text"


def test_coordinates_in_degrees_are_converted() -> None:
    """The same line in degrees lies within a millimetre."""
    frame = gpd.GeoSeries([AT_TEN], crs=4551).to_crs(4490)
    text = " ".join(f"{x:.10f},{y:.10f}" for x, y in frame.iloc[0].coords)
    assert line_of(text, crs="EPSG:4490").hausdorff_distance(AT_TEN) < 1e-3


CODES = ["2302", "2303", "060102", "070102"]


def test_recoding_is_one_pass_and_one_step(tmp_path: Path) -> None:
    """The chain 2302, 2303, 060102 moves by one each; a second time is refused; undo is whole."""
    place = place_with(tmp_path, list("ABCD"), land_use_code=CODES)
    before = kept(place)
    found = recode_parcels(place, "2020", "2023")
    assert (found.features, found.changed, found.unchanged) == (4, 3, 1)
    layer = read_layer("parcels", place)
    assert layer["land_use_code"].tolist() == ["2303", "060102", "1207", "070102"]
    assert layer["land_use_code_2020"].tolist() == CODES
    assert set(layer["edition"]) == {"2023"}
    assert supply_record("parcels", place)["source"] == "test"
    with pytest.raises(SchemaError) as caught:
        recode_parcels(place, "2020", "2023")
    assert caught.value.key == "lineage_already"
    undo_import(place)
    assert kept(place) == before


def test_unknown_codes_stop_the_recoding(tmp_path: Path) -> None:
    """They are listed; accepted, they keep the old code only; uncertain ones are listed too."""
    codes = ["2302", "9999", None, "0601"]
    place = place_with(tmp_path, list("ABCD"), land_use_code=codes)
    before = kept(place)
    with pytest.raises(SchemaError, match=r"B \(9999\)"):
        recode_parcels(place, "2020", "2023")
    assert kept(place) == before
    found = recode_parcels(place, "2020", "2023", accept_unknown=True)
    assert (found.unknown, found.uncertain) == ((("B", "9999"),), (("D", "0601"),))
    total = found.changed + found.unchanged + len(found.unknown) + found.without_code
    assert total == found.features == 4
    layer = read_layer("parcels", place)
    assert pd.isna(layer.loc["B", "land_use_code"])
    assert layer.loc["B", "land_use_code_2020"] == "9999"


def test_recoded_parcels_are_split_and_remember(tmp_path: Path) -> None:
    """A book over a recoding: what was retired before keeps its code, and all is read again."""
    place = place_with(tmp_path, ["A", "B"], land_use_code=["2302", "2302"])
    record_split(place, "A", AT_TEN, date=DAY)
    recode_parcels(place, "2020", "2023")
    record_split(place, "B", across((40, -1), (40, 11)), date=DAY)
    book = read_book(place)
    assert book.retired["land_use_code"].to_dict() == {"A": "2302", "B": "2303"}
    assert compare_dates(place, "2025-06-29").before.index.tolist() == ["A", "B"]


def test_only_layers_of_ones_own_are_recoded(place: Workspace) -> None:
    """No land use was supplied, and zones have no codes."""
    with pytest.raises(WorkspaceError, match="land_use"):
        recode_parcels(place, "2020", "2023", layer="land_use")
    with pytest.raises(SchemaError, match="zones"):
        recode_parcels(place, "2020", "2023", layer="zones")


def test_a_workspace_without_parcels_says_so(tmp_path: Path) -> None:
    """There is nothing to split."""
    empty = create_workspace(tmp_path / "empty", fictional=True)
    with pytest.raises(WorkspaceError):
        record_split(empty, "A", AT_TEN, date=DAY)


def test_heights_and_repeated_points_do_no_harm(place: Workspace) -> None:
    """A line drawn in three dimensions, with a point twice and an end short of the edge, cuts."""
    points = [(X + 10, Y - 5, 200.0), (X + 10, Y + 9.98, 201.0), (X + 10, Y + 9.98, 201.0)]
    record = record_split(place, "A", LineString(points), date=DAY)
    assert list(record.heirs.values()) == pytest.approx([100.0, 200.0])
    assert not read_book(place).parcels.has_z.any()


def test_what_was_measured_on_a_drafted_parcel_does_not_pass_on(tmp_path: Path) -> None:
    """The frontage of the whole is not that of its parts; a new code changes nothing."""
    place = place_with(tmp_path, ["A", "B"], frontage_m=[30.0, 30.0], streets=["一街", "一街"])
    record_split(place, "A", AT_TEN, date=DAY)
    record_renumbering(place, "B", "B9", date=DAY)
    parcels = read_layer("parcels", place)
    assert parcels["frontage_m"].isna().to_dict() == {"A-1": True, "A-2": True, "B9": False}
    assert parcels["streets"].isna().to_dict() == {"A-1": True, "A-2": True, "B9": False}


def test_new_outlines_close_the_record_only_when_told(place: Workspace, tmp_path: Path) -> None:
    """An import over recorded operations is refused; closed, a new book begins; undo is whole."""
    record_split(place, "A", AT_TEN, date=DAY)
    before = kept(place)
    frame = gpd.GeoDataFrame({"id": ["N"]}, geometry=[plot(0, 0, 90, 10)], crs=4551)
    file = write_features(frame, tmp_path / "new.gpkg")
    with pytest.raises(WorkspaceError):
        apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    assert kept(place) == before
    options = ImportOptions(close_lineage=True)
    apply_import(place, prepare_import(place, file, "parcels", options))
    assert len(read_book(place).operations) == 0
    record_renumbering(place, "N", "A", date="2024-01-01")
    assert read_book(place).retired.index.tolist() == ["N"]
    undo_import(place)
    undo_import(place)
    assert kept(place) == before


def test_present_land_use_is_recoded_too(tmp_path: Path) -> None:
    """It stays partial as it was, and the check finds no fault."""
    place = create_workspace(tmp_path / "plan", fictional=True)
    frame = gpd.GeoDataFrame(
        {"id": ["1", "2"], "land_use_code": ["0602", "1202"], "edition": ["2020", "2020"]},
        geometry=[plot(0, 0, 10, 10), plot(10, 0, 20, 10)],
        crs=4551,
    )
    file = write_features(frame, tmp_path / "now.gpkg")
    options = ImportOptions(partial=True)
    apply_import(place, prepare_import(place, file, "land_use", options))
    found = recode_parcels(place, "2020", "2023", layer="land_use")
    pairs = found.pairs[["from_code", "to_code", "count"]].to_numpy().tolist()
    assert pairs == [["0602", "060201", 1], ["1202", "1202", 1]]
    layer = read_layer("land_use", place)
    assert layer["land_use_code"].tolist() == ["060201", "1202"]
    assert layer.attrs["completeness"] == "partial"
    assert check(place).faults == ()
