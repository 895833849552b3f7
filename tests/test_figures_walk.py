"""Every figure that is shown stands in a table of the run that page, report and workbook name."""

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from shown_figures import AS_OF, RunTables, Walk, page_texts

from erdao_gis.cli import erdao
from erdao_gis.indicators import Run

CARRY = {"index.html", "coverage.html", "green_ratio.html", "green_cover.html", "balance.html",
         "parcels.html"}  # fmt: skip
"""Pages of the town that show figures, and not only places."""


@pytest.fixture(scope="session")
def town_tables(town: Path) -> RunTables:
    """Compute the tables of the sample town's run."""
    return RunTables(Run(town), units=(None, "layers", "residential"))


@pytest.fixture(scope="session")
def district_tables() -> RunTables:
    """Compute the tables of the district's run."""
    return RunTables(Run())


def made(tmp: Path, *words: str) -> list[Path]:
    """Run a command that writes, and give its files."""
    done = CliRunner().invoke(erdao, [*words, "--into", str(tmp)])
    assert done.exit_code in (0, 1), done.output
    return sorted(tmp.iterdir())


def test_pages_of_the_town(town_atlas: Path, town_tables: RunTables) -> None:
    """Each figure of each page, in both languages, is one of the run's."""
    for path in sorted(town_atlas.glob("*.html")):
        html = path.read_text("utf-8")
        walk = Walk(town_tables).texts(page_texts(html))
        assert walk.strangers == [], path.name
        assert town_tables.run.id in html, path.name
        assert (walk.counts["table"] > 0) or path.name not in CARRY


def test_pages_of_the_district(atlas: Path, district_tables: RunTables) -> None:
    """What no table has is said by a row of the data: a note, a reason, a quote."""
    for path in sorted(atlas.glob("*.html")):
        html = path.read_text("utf-8")
        walk = Walk(district_tables).texts(page_texts(html))
        assert walk.strangers == [], path.name
        assert district_tables.run.id in html, path.name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reports(
    language: str,
    town: Path,
    town_tables: RunTables,
    district_tables: RunTables,
    tmp_path: Path,
) -> None:
    """Page and workbook of a report of the town and of the district."""
    for place, tables in ((str(town), town_tables), ("", district_tables)):
        words = ["--lang", language, "evaluate", *filter(None, [place]), "--as-of", AS_OF]
        formats = ["--format", "html", "--format", "xlsx"]
        for path in made(tmp_path / (place and "town"), *words, *formats):
            if path.is_dir():
                continue
            walk = walked(tables, path)
            assert walk.strangers == [], path.name
            assert walk.counts["table"] > 30
            assert tables.run.id in everything(path)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", ["facts", "check", "balance"])
def test_workbooks_and_pages_of_parcels(
    command: str, language: str, town: Path, town_tables: RunTables, tmp_path: Path
) -> None:
    """Workbooks and pages of the parcels' facts, limits and balance."""
    for path in made(tmp_path / "out", "--lang", language, "parcels", command, str(town)):
        if path.suffix in (".html", ".xlsx"):
            walk = walked(town_tables, path)
            assert walk.strangers == [], path.name
            assert walk.counts["table"] > 10
            assert town_tables.run.id in everything(path)


def walked(tables: RunTables, path: Path) -> Walk:
    """Walk a file."""
    if path.suffix == ".xlsx":
        return Walk(tables).workbook(path)
    return Walk(tables).texts(page_texts(path.read_text("utf-8")))


def everything(path: Path) -> str:
    """Give all text of a file."""
    if path.suffix == ".html":
        return path.read_text("utf-8")
    sheets = openpyxl.load_workbook(path).worksheets
    return "\n".join(str(cell.value) for sheet in sheets for row in sheet for cell in row)


# --- the walk can fail ---


def test_a_figure_of_a_page_that_no_table_has_is_found(
    town_atlas: Path, town_tables: RunTables
) -> None:
    """The old fault: a share computed once more, over other ground."""
    html = (town_atlas / "green_cover.html").read_text("utf-8")
    texts = list(page_texts(html))
    assert any("38.11 %" in text for text in texts)
    walk = Walk(town_tables).texts(text.replace("38.11 %", "15.961 %") for text in texts)
    assert walk.strangers
    assert all("15.961 %" in stranger for stranger in walk.strangers)


def test_a_figure_of_a_workbook_that_no_table_has_is_found(
    town: Path, town_tables: RunTables, tmp_path: Path
) -> None:
    """One cell is put off by a hundredth of a hectare."""
    made(tmp_path / "out", "--lang", "en", "parcels", "balance", str(town), "--no-page")
    (path,) = (tmp_path / "out").glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Land balance"]
    cell = next(c for row in sheet for c in row if c.value == 81.72)
    cell.value = 81.7312
    book.save(path)
    assert [word for word in Walk(town_tables).workbook(path).strangers if "81.7312" in word]


def test_units_keep_figures_apart(town_tables: RunTables) -> None:
    """The share of 38.11 % is no length and no area."""
    assert town_tables.holds("38.11", "%")
    assert not town_tables.holds("38.11", "m")
