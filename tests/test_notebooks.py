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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    """Every cell runs, in an empty folder."""
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
