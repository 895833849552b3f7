"""An edition of land-use classes is a row and its tables: nothing in the code knows one by name."""

import ast
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from erdao_gis.catalogue import code_lists, create_workspace
from erdao_gis.cli import erdao
from erdao_gis.errors import SchemaError
from erdao_gis.land_use import (
    EDITIONS,
    PRESENT_EDITION,
    class_codes,
    land_use_classes,
    land_use_norms,
    recoding,
    recoding_pair,
    recodings,
)

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "layers" / "land_use"

# An invented edition whose codes are cut unlike those of any shipped one: 1, 3 and 5 characters.
CLASSES = """code,level,parent,name_zh,name_en,colour
X,1,,甲类,Class X,#FF0000
X01,2,X,甲一,Class X01,#FF0000
X0101,3,X01,甲一子,Class X0101,#FF0000
X02,2,X,甲二,Class X02,#FF8800
Y,1,,乙类,Class Y,#888888
"""
RECODING = """from_code,to_code,certainty,source,note_zh,note_en
0701,X0101,certain,invented,,
0901,X02,check,invented,,
1207,Y,certain,invented,,
"""
# Another folder of layers than the shipped one; all that follows is the code as it is.
PRELUDE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location(
    "erdao_gis.shipped", "layers/__init__.py", submodule_search_locations=["layers"])
sys.modules["erdao_gis.shipped"] = importlib.util.module_from_spec(spec)
import geopandas as gpd, pandas as pd
from pathlib import Path
from shapely import box
plots = gpd.GeoDataFrame(
    {"id": ["A", "B", "C"], "land_use_code": ["0701", "0901", "1207"]},
    geometry=[box(461000 + 200 * n, 4860000, 461100 + 200 * n, 4860100) for n in range(3)],
    crs=4551)
"""


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    """Copy the shipped data and add an edition as the recipe says: a row and two tables."""
    folder = tmp_path / "layers"
    shutil.copytree(ROOT / "layers", folder)
    rows = (folder / "land_use" / "editions.csv").read_text("utf-8").splitlines(keepends=True)
    rows.insert(1, "TOY9,玩具版,toy edition,玩具分类,toys\n")
    (folder / "land_use" / "editions.csv").write_text("".join(rows), "utf-8")
    (folder / "land_use" / "classes_toy9.csv").write_text(CLASSES, "utf-8")
    (folder / "land_use" / "recoding_2023_toy9.csv").write_text(RECODING, "utf-8")
    return folder


def tried(layers: Path, code: str) -> Any:
    """Run code over other layers, in a process of its own, and read the JSON it prints."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        cwd=layers.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_new_edition_is_known_to_the_library(layers: Path) -> None:
    """It is recoded into, balanced at each level, told from a file's codes, and in the schema."""
    found = tried(layers, """
from erdao_gis.analysis import balance_at, balance_ground
from erdao_gis.catalogue import code_lists
from erdao_gis.land_use import EDITIONS, PRESENT_EDITION, recode_land_use, recodings
from erdao_gis.land_use.file_edition import file_edition
from erdao_gis.land_use.written_codes import code_doubts
new = recode_land_use(plots["land_use_code"], "2023", "TOY9")
ground = balance_ground(plots.assign(land_use_code=new).set_index("id"))
mixed = pd.DataFrame({"land_use_code": ["X01/Y"]}, index=["A"])
told = file_edition(["X0101", "甲二"], told="", stated="", layer="")
print(json.dumps({
    "names": [*EDITIONS], "present": PRESENT_EDITION, "recodings": recodings(),
    "new": list(new), "uncertain": new.attrs["uncertain"],
    "levels": [balance_at(ground, level).table["present_ha"].to_dict() for level in (1, 2, 3)],
    "told": [told.edition, told.origin], "schema": code_lists()["land_use_edition"]["TOY9"],
    "doubts": [each.key for each in code_doubts(mixed)],
}))
""")  # fmt: skip
    assert found["names"] == ["TOY9", *EDITIONS]
    assert found["present"] == "TOY9"
    assert found["recodings"] == [["2023", "TOY9"], *map(list, recodings())]
    assert found["new"] == ["X0101", "X02", "Y"]
    assert found["uncertain"] == [[1, "0901"]]
    assert found["levels"] == [
        {"X": 2.0, "Y": 1.0},
        {"X01": 1.0, "X02": 1.0, "Y": 1.0},
        {"X0101": 1.0, "X02": 1.0, "Y": 1.0},
    ]
    assert found["told"] == ["TOY9", "codes"]
    assert found["schema"] == ["玩具版", "toy edition"]
    assert found["doubts"] == ["codes_mixed"]


def test_a_new_edition_is_known_to_the_commands(layers: Path) -> None:
    """Imported by name, recoded into by default, and named in the balance's form."""
    found = tried(layers, """
from click.testing import CliRunner
from erdao_gis.cli import erdao
from erdao_gis.parcels import balance_parcels
from erdao_gis.parcels.balance.notes import classes_note

def run(*words):
    done = CliRunner().invoke(erdao, ["--lang", "en", *words])
    return [done.exit_code, done.output]

plots.to_file("old.gpkg")
plots.assign(land_use_code=["X01", "X02", "Y"]).to_file("new.gpkg")
import_ = ("import", "--as", "parcels", "--workspace")
said = [
    run("init", "one"), run(*import_, "one", "old.gpkg", "--edition", "2023"),
    run("parcels", "recode", "one"),
    run("parcels", "balance", "one", "--scope", "parcels", "--json"),
    run("init", "two"), run(*import_, "two", "new.gpkg", "--edition", "TOY9"),
    run(*import_, "two", "new.gpkg", "--edition", "TOY8"),
    run("parcels", "recode", "two", "--from", "TOY9"),
]
note = classes_note(balance_parcels("two", scope="parcels").at(1))
print(json.dumps({"said": said, "note": [note.zh, note.en]}))
""")  # fmt: skip
    codes, outputs = zip(*found["said"], strict=True)
    assert codes == (0, 0, 0, 0, 0, 0, 2, 2), outputs
    assert "Edition 2023 to TOY9, 3 features: 3 get another code" in outputs[2]
    balanced = {row["code"]: row["area_ha"] for row in json.loads(outputs[3])}
    assert balanced == {"X": 2.0, "Y": 1.0}
    assert "Edition of land-use codes: TOY9 (told)" in outputs[5]
    assert f"'TOY8'. Expected one of: {', '.join(['TOY9', *EDITIONS])}." in outputs[6]
    assert "Tables there are: 2023 -> TOY9, " in outputs[7]
    assert found["note"][0].startswith("口径：玩具分类 玩具版，")
    assert found["note"][1].startswith("Classes: toys, toy edition, ")


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Give the texts that the code works with: docstrings and other bare texts are prose."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose and isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_code_names_an_edition() -> None:
    """Only the sample town says its own: its parcels are data that happen to be code."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(ROOT.glob("erdao_gis/**/*.py"))
        for line, text in _texts(path)
        if text.lower() in {name.lower() for name in EDITIONS} or "gb50137" in text.lower()
    ]
    assert [each.partition(":")[0] for each in found] == ["erdao_gis/sample/layout.py"], found


def test_every_table_belongs_to_an_edition() -> None:
    """A table of classes or a recoding whose edition has no row would be passed over silently."""
    classes = {path.name for path in TABLES.glob("classes_*.csv")}
    assert classes == {f"classes_{name.lower()}.csv" for name in EDITIONS}
    tables = {path.name for path in TABLES.glob("recoding_*.csv")}
    assert tables == {f"recoding_{old}_{new}.csv".lower() for old, new in recodings()}
    assert set(land_use_norms()["edition"]) <= {"", *EDITIONS}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_level_has_codes_of_one_length(edition: str) -> None:
    """Codes are cut to a level by their length."""
    table = land_use_classes(edition)
    assert set(table["level"]) in ({1}, {1, 2}, {1, 2, 3})
    lengths = table.index.str.len().to_series(index=table.index).groupby(table["level"])
    assert lengths.nunique().eq(1).all()
    assert lengths.max().is_monotonic_increasing


@pytest.mark.parametrize("pair", recodings())
def test_every_code_has_one_of_the_other_edition(pair: tuple[str, str]) -> None:
    """By the table or by itself."""
    old, new = map(class_codes, pair)
    table = recoding(*pair)
    assert set(table.index) <= old
    assert set(table["to_code"]) | (old - set(table.index)) <= new


def test_what_was_not_said_of_a_recoding_is_filled_in() -> None:
    """From the tables there are; a pair without one is refused whichever half was said."""
    assert recoding_pair() == recodings()[0]
    assert recoding_pair("2020") == recoding_pair("", "2023") == ("2020", "2023")
    for said in (("GB50137", ""), ("", "GB50137"), ("2023", "2020")):
        with pytest.raises(SchemaError) as caught:
            recoding_pair(*said)
        assert caught.value.key == "parcels_no_recoding"
    with pytest.raises(SchemaError) as caught:
        recoding("", "2023")
    assert caught.value.key == "parcels_unknown_edition"


def test_the_present_edition_and_the_names_in_the_schema() -> None:
    """The first row is the present edition; the schema's list is the same rows."""
    with (TABLES / "editions.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["edition"] == PRESENT_EDITION
    names = code_lists()["land_use_edition"]
    assert names == {row["edition"]: (row["title_zh"], row["title_en"]) for row in rows}
    assert names["2020"] == ("2020 年试行版", "2020 trial edition")
    assert all(map(all, (row.values() for row in rows)))


def test_codes_of_an_edition_are_read_once() -> None:
    """They are held, and nobody can change what is held."""
    assert class_codes("2020") is class_codes("2020")
    assert isinstance(class_codes("2020"), frozenset)
    table = land_use_classes("2020")
    table.loc["01", "name_zh"] = ""
    assert land_use_classes("2020").loc["01", "name_zh"] == "耕地"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh", "用地分类版本“1999”不存在"), ("en", "no land-use edition '1999'")],
)
@pytest.mark.parametrize(
    "words",
    [
        ("import", "x.gpkg", "--as", "parcels", "--workspace", "PLACE", "--edition", "1999"),
        ("parcels", "recode", "PLACE", "--to", "1999"),
        ("parcels", "recode", "PLACE", "--from", "1999"),
    ],
)
def test_an_unknown_edition_is_answered_with_those_there_are(
    tmp_path: Path, words: tuple[str, ...], language: str, expected: str
) -> None:
    """In the language asked for, with exit status 2, before the file or layer is looked for."""
    place = str(create_workspace(tmp_path / "town").folder)
    told = [place if word == "PLACE" else word for word in words]
    done = CliRunner().invoke(erdao, ["--lang", language, *told])
    assert done.exit_code == 2
    assert expected in done.output
    assert all(name in done.output for name in EDITIONS)
