"""Indicators of the user's own: by a file or by rows of a workspace, they travel like ours."""

import json
import shutil
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from erdao_gis import Dataset
from erdao_gis.cli import erdao
from erdao_gis.errors import SchemaError
from erdao_gis.indicators import Run, load_own

README = Path(__file__).parents[1] / "README.md"
HEAD = "from erdao_gis.indicators import Indicator, Result, indicator_inputs\n"
ROW = (
    "schools = Indicator(id='schools', name_zh='小学数', name_en='Primary schools',"
    " unit='schools', function=count{more})\n"
)
ZEROS = "def count(context):\n    return Result(amount=context.zeros())\n"


def run(*arguments: object) -> Result:
    """Run one command in English."""
    return CliRunner().invoke(erdao, ["--lang", "en", *map(str, arguments)])


def own_file(folder: Path, text: str, name: str = "mine.py") -> Path:
    """Write a file of own indicators."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def with_row(function: str, more: str = "") -> str:
    """Give the text of a file with one indicator."""
    return HEAD + function + ROW.format(more=more)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the README's example into a file, without the line that uses it at once."""
    blocks = README.read_text("utf-8").split("```python\n")[1:]
    text = next(block.split("```")[0] for block in blocks if "def school_count" in block)
    lines = [line for line in text.splitlines() if not line.startswith("compute_indicators(")]
    assert len([line for line in lines if line]) < 10
    return own_file(tmp_path_factory.mktemp("own"), "\n".join(lines), "schools.py")


@pytest.fixture(scope="module")
def schools(town: Path) -> list[str]:
    """List the town's primary schools, counted from the layer itself."""
    frame = Dataset.open(town).layer("facilities_inventory")
    return frame.index[frame["facility_type"] == "primary_school"].tolist()


def test_the_readmes_example_is_computed_and_explained(
    town: Path, example: Path, schools: list[str]
) -> None:
    """Ten lines give the figure, its account and its features on the command line."""
    told = run("indicators", town, "--own", example, "--id", "schools", "--json")
    figure = json.loads(told.output)["figures"][0]
    assert (figure["value"], figure["state"]) == (len(schools), "value")
    account = json.loads(run("explain", "schools", town, "--own", example, "--json").output)
    assert account["features"]["schools"]["facilities_inventory"] == schools
    assert account["run_id"] == json.loads(told.output)["run_id"]
    lines = run("explain", "schools", town, "--own", example).output.splitlines()
    assert lines[0] == "schools  Primary schools"
    assert not [line for line in lines if line.endswith(":")], "no heading without its text"
    parts = run("indicators", town, "--own", example, "--id", "schools", "--unit", "subdistricts",
                "--json")  # fmt: skip
    assert sum(row["value"] for row in json.loads(parts.output)["figures"]) == len(schools)


def test_the_readmes_example_is_evaluated_and_reported(
    town: Path, example: Path, schools: list[str], tmp_path: Path
) -> None:
    """Without a target it is not judged; with one it is, and page and workbook have it."""
    text = example.read_text("utf-8")
    asked = "function=school_count, target='own', target_operator='>=', direction='higher',"
    aim = text.replace('id="schools"', 'id="enough"').replace(
        "function=school_count,", f"{asked} target_value={len(schools)},"
    )
    assert aim != text
    told = run("evaluate", town, "--as-of", "2025", "--own", example, "--own",
               own_file(tmp_path, aim, "aim.py"), "--into", tmp_path, "--format", "html",
               "--format", "xlsx", "--json")  # fmt: skip
    assert told.exit_code == 0, told.output
    judged = {row["id"]: row for row in json.loads(told.output)["rows"]}
    assert "schools" not in judged
    assert (judged["enough"]["verdict"], judged["enough"]["actual"]) == ("met", len(schools))
    page = next(tmp_path.glob("*.html")).read_text("utf-8")
    assert "Primary schools" in page
    book = openpyxl.load_workbook(next(tmp_path.glob("*.xlsx")), read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    of_ours = [row for row in rows if "schools" in row]
    assert of_ours
    assert any(len(schools) in row for row in of_ours)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "def count(:\n", "SyntaxError"),
        (HEAD + "1 / 0\n", "ZeroDivisionError"),
        ("import sys\nsys.exit(0)\n", "SystemExit"),
        (HEAD + "x = 1\n", "README"),
        (with_row(ZEROS).replace("id='schools'", "id='green_ratio'"), "green_ratio"),
        (with_row(ZEROS) + ROW.format(more="").replace("schools =", "again ="), "schools"),
        (with_row(ZEROS).replace("id='schools'", "id='my.schools'"), "my.schools"),
        (with_row(ZEROS, ", inputs=indicator_inputs('facilities_list')"), "facilities_inventory"),
        (with_row(ZEROS, ", inputs='facilities_inventory'"), "inputs"),
        (with_row(ZEROS, ", target='IN99'"), "IN99"),
        (with_row(ZEROS, ", target='own'"), "target_operator"),
        (with_row(ZEROS, ", units=('zone',)"), "zones"),
        (with_row(ZEROS, ", ground='moon'"), "moon"),
        (with_row(ZEROS, ", clauses=('99.9',)"), "99.9"),
        (with_row("def count(context):\n    return 3\n"), "int"),
        (with_row("def count(context):\n    return Result(amount=3)\n"), "int"),
        (with_row("def count(context):\n    return 1 / 0\n"), "ZeroDivisionError"),
        (
            with_row(
                "import pandas as pd\n"
                "def count(context):\n    return Result(amount=pd.Series([1.0], index=['moon']))\n"
            ),
            "moon",
        ),
        (
            with_row(
                "def count(context):\n"
                "    return Result(amount=context.zeros().reset_index(drop=True))\n"
            ),
            "all",
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_by_name_with_a_remedy(
    town: Path, tmp_path: Path, text: str, told: str
) -> None:
    """Never a traceback, never a figure: the file, what is wrong and what to do."""
    asked = ["--id", "green_ratio" if "'green_ratio'" in text else "schools"]
    said = run("indicators", town, "--own", own_file(tmp_path, text), *asked)
    assert said.exit_code == 2, said.output
    assert "'mine.py'" in said.output
    assert told in said.output
    assert "Traceback" not in said.output
    assert "Run:" not in said.output


def test_fewer_units_than_there_are_is_no_answer(town: Path, tmp_path: Path) -> None:
    """A function that leaves units out would leave them out of every sum and map."""
    short = "def count(context):\n    return Result(amount=context.zeros().iloc[1:])\n"
    run_of_own = Run(town, own=load_own(own_file(tmp_path, with_row(short))))
    with pytest.raises(SchemaError) as caught:
        run_of_own.indicators("subdistricts", ids=["schools"])
    assert caught.value.key == "own_other_units"
    assert "reindex" in caught.value.message("en")


def test_a_file_may_use_what_modules_use_and_nothing_is_left_beside_it(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dataclasses find their module; no __pycache__ appears; an edited file is read anew."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass(frozen=True)\nclass Rule:\n    number: float = 2.0\n"
        + HEAD
        + "def count(context):\n    return Result(amount=context.zeros() + Rule().number)\n"
        + ROW.format(more="")
    )
    for number in (2.0, 3.0):
        file = own_file(tmp_path, text.replace("= 2.0", f"= {number}"))
        table = Run(town, own=load_own(file)).indicators(ids=["schools"])
        assert table.row("schools")["value"] == number
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


# --- rows of a workspace ---

COLUMNS = "id,name_zh,name_en,unit,inputs,function\n"


@pytest.fixture
def own_town(town: Path, tmp_path: Path) -> Path:
    """Copy the sample town, so that a test may add to it."""
    return shutil.copytree(town, tmp_path / "town")


def test_rows_of_a_workspace_name_functions_of_ours(own_town: Path) -> None:
    """The same function on the same layer gives the shipped figure, under another name."""
    row = "our_axis,我的轴线,My axis,km,axis,length_of,layer=axis\n"
    head = COLUMNS.replace("function", "function,parameters")
    (own_town / "indicators.csv").write_text(head + row, "utf-8")
    figures = json.loads(
        run("indicators", own_town, "--id", "our_axis", "--id", "axis_length", "--json").output
    )["figures"]
    assert figures[0]["name"] == "My axis"
    assert figures[0]["value"] == figures[1]["value"] > 0
    assert "My axis" in run("explain", "our_axis", own_town).output


@pytest.mark.parametrize(
    "function",
    ["os.system", "mine", "mine.py", "own.count", "erdao_gis.indicators.lengths.length_of",
     "_private", "__import__", "LENGTH_OF"],
)  # fmt: skip
def test_rows_that_name_anything_else_are_refused(own_town: Path, function: str) -> None:
    """File, row and function are named, with those there are; the workspace stays unread."""
    own_file(own_town, with_row(ZEROS))
    (own_town / "indicators.csv").write_text(COLUMNS + f"x,甲,A,km,axis,{function}\n", "utf-8")
    said = run("indicators", own_town)
    assert said.exit_code == 2
    for text in ("indicators.csv", "'x'", f"'{function}'", "length_of", "--own"):
        assert text in said.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,function,code\nx,length_of,1\n", "code"),
        (COLUMNS + "axis_length,甲,A,km,axis,length_of\n", "axis_length"),
        (COLUMNS + "x,甲,A,km,axes,length_of\n", "axes"),
        (COLUMNS + "x,甲,A,km,(axis),length_of\n", "(axis)"),
    ],
)
def test_rows_that_do_not_fit_are_refused(own_town: Path, text: str, told: str) -> None:
    """Foreign columns, ids of ours, layers that there are not."""
    (own_town / "indicators.csv").write_text(text, "utf-8")
    said = run("indicators", own_town)
    assert said.exit_code == 2
    assert told in said.output
    assert "Traceback" not in said.output


def test_opening_a_workspace_runs_nothing_that_lies_in_it(
    own_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workspace may come from anybody: Python files in it are files, wherever they lie."""
    mark = tmp_path / "was_run"
    text = f"from pathlib import Path\nPath({str(mark)!r}).write_text('x')\n" + with_row(ZEROS)
    names = ["own.py", "mine.py", "indicators.py", "schools.py", "__init__.py", "conftest.py",
             "sitecustomize.py", "layers/parcels.py", "layers/__init__.py", "scenes/own.py",
             "maps/own.py", "derived/own.py", "layers/strings.py"]  # fmt: skip
    for name in names:
        (own_town / name).parent.mkdir(exist_ok=True)
        own_file(own_town, text, name)
    monkeypatch.chdir(own_town)
    for command in (["check", "."], ["indicators", ".", "--id", "axis_length"],
                    ["explain", "axis_length", "."], ["parcels", "facts", "."]):  # fmt: skip
        said = run(*command)
        assert said.exit_code == 0, said.output
    assert not mark.exists()
    load_own(own_town / "own.py")
    assert mark.exists(), "the file would tell if it were run"
