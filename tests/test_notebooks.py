"""The notebooks run, hold no definitions, and carry no stored output."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# What the kernel's own libraries say about themselves does not concern a reader.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_plain(path: Path) -> None:
    """No outputs, no counts, no functions of its own, at most 80 lines of code."""
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    code = "".join("".join(cell["source"]) + "\n" for cell in cells)
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)
    assert "def " not in code
    assert code.count("\n") <= 80


WALK = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import json
from erdao_gis.indicators import Run
from shown_figures import walk_notebook

_runs = [each for each in list(globals().values()) if isinstance(each, Run)]
_found = walk_notebook(json.loads(open("shown.json", encoding="utf-8").read()), _runs)
open("found.json", "w", encoding="utf-8").write(json.dumps(_found))
"""
"""Run as one cell more, in the notebook's own kernel, where its runs are."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_figures_of_its_runs(path: Path, tmp_path: Path) -> None:
    """Every cell runs, in an empty folder; its figures stand in a table of one of its runs.

    Cells with the tag ``no-run`` draw their geometry by hand, draft parcels or record changes.
    """
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    with client.setup_kernel():
        for number, cell in enumerate(book.cells):
            client.execute_cell(cell, number)
        shown = [
            output["data"]
            for cell in book.cells
            if cell.cell_type == "code" and "no-run" not in cell.metadata.get("tags", ())
            for output in cell.outputs
            if "data" in output
        ]
        (tmp_path / "shown.json").write_text(json.dumps(shown), "utf-8")
        book.cells.append(nbformat.v4.new_code_cell(WALK))
        client.execute_cell(book.cells[-1], len(book.cells) - 1)
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found.pop("table") > 10
    assert found.keys() <= {"row of data"}, found
