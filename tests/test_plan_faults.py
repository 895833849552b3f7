"""Damaged plan tables: every fault is told, all at once, with file and row."""

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from erdao_gis.errors import SchemaError
from erdao_gis.plan import read_plan, scan_plan

Damage = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the shipped plan, to be damaged."""
    copy = tmp_path / "plan"
    with resources.as_file(resources.files("erdao_gis.shipped") / "plan") as shipped:
        shutil.copytree(shipped, copy)
    return copy


@pytest.fixture
def damage(folder: Path) -> Damage:
    """Replace the first occurrence of some text in one file."""

    def replace(name: str, old: str, new: str) -> None:
        path = folder / name
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new, 1), encoding="utf-8")

    return replace


CASES = {
    "plan_double_id": ("register.csv", "\nND04,", "\nND03,"),
    "plan_no_id": ("ambiguities.csv", "\nAM03,", "\n,"),
    "plan_unknown_clause": (
        "register.csv",
        "东盛大街综合服务节点,Dongsheng Street comprehensive-service node,2.1.4",
        "东盛大街综合服务节点,Dongsheng Street comprehensive-service node,2.9.9",
    ),
    "plan_line": ("register.csv", "node,2.1.4,220,临河街", "node,2.1.4,320,临河街"),
    "plan_quote": ("register.csv", "220,临河街城市更新节点", "220," + "临河街" * 14),
    "plan_empty": ("register.csv", "ND01,node,临河街城市更新节点", "ND01,node,"),
    "plan_code": ("register.csv", "ND01,node,", "ND01,nod,"),
    "plan_one_language": ("register.csv", ",水质条款含支流。,", ",,"),
    "plan_unknown_element": ("relations.csv", "ND03,lies_on,FS05", "ND03,lies_on,FS99"),
    "plan_to_itself": ("relations.csv", "ND03,lies_on,FS05", "ND03,lies_on,ND03"),
    "plan_loop": ("relations.csv", "ND03,lies_on,FS05", "ST01,part_of,ND03"),
    "plan_count": ("relations.csv", "ND03,part_of,ST01,nodes", "ND03,part_of,ST01,cores"),
    "plan_number": ("figures.csv", "IN01,,=,36.2", "IN01,,=,nan"),
    "plan_bare_value": ("figures.csv", "IN01,,=,36.2,%", "IN01,,=,36.2,"),
    "plan_year": (
        "figures.csv",
        "denominator: built-up area; date implied,2020",
        "denominator: built-up area; date implied,202",
    ),
    "plan_no_target_year": ("figures.csv", "green coverage,,2025", "green coverage,,"),
    "plan_no_figure": ("figures.csv", "\nIN03,,", "\nIN02,a,"),
    "plan_clause_order": (
        "clauses.csv",
        "第一篇第一章第一节,Part 1 ch. 1 sec. 1,17",
        "第一篇第一章第一节,Part 1 ch. 1 sec. 1,7",
    ),
    "plan_width": ("clauses.csv", "Part 1 ch. 1 sec. 1,17", "Part 1 ch. 1 sec. 1,17,x"),
    "plan_not_csv": ("relations.csv", "ST01,zones,,", 'ST01,zones,"a"b,'),
    "plan_no_column": ("relations.csv", "from_id,relation,to_id", "from_id,relation,to"),
    "plan_sha256": ("outline.toml", 'sha256 = "', 'sha256 = "x'),
    "plan_outline_key": ("outline.toml", "lines = ", "rows = "),
    "plan_toml": ("outline.toml", "lines = ", "lines = = "),
}


@pytest.mark.parametrize("rule", CASES)
def test_broken_rule_is_found_and_told_in_both_languages(
    rule: str, folder: Path, damage: Damage
) -> None:
    """Each damage breaks its rule; the message names the file and leaves no placeholder."""
    damage(*CASES[rule])
    faults = [fault for fault in scan_plan(folder)[1] if fault.rule == rule]
    assert faults
    for fault in faults:
        for language in ("zh", "en"):
            said = fault.message(language)
            assert fault.file in said
            assert "{" not in said


def test_all_faults_are_told_at_once(folder: Path, damage: Damage) -> None:
    """Two damages in two files stand in one error."""
    damage("register.csv", "ND01,node,", "ND01,nod,")
    damage("figures.csv", "IN01,,=,36.2", "IN01,,=,many")
    with pytest.raises(SchemaError) as caught:
        read_plan(folder)
    said = caught.value.message("en")
    assert "2 faults" in said
    assert "ND01" in said
    assert "IN01" in said


def test_missing_table_is_told_once(folder: Path) -> None:
    """Without the clauses only their absence is told, not 337 broken citations."""
    (folder / "clauses.csv").unlink()
    faults = scan_plan(folder)[1]
    assert [(fault.file, fault.rule) for fault in faults] == [("clauses.csv", "plan_no_table")]


def test_empty_folder_lacks_every_table(tmp_path: Path) -> None:
    """Seven files make a plan."""
    assert {fault.rule for fault in scan_plan(tmp_path)[1]} == {"plan_no_table"}
    assert len(scan_plan(tmp_path)[1]) == 7


def test_table_in_another_encoding_is_named(folder: Path) -> None:
    """A table saved as GBK is told to be saved as UTF-8."""
    path = folder / "ambiguities.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk", errors="replace"))
    (fault,) = [fault for fault in scan_plan(folder)[1] if fault.rule == "plan_not_utf8"]
    assert fault.file == "ambiguities.csv"
    assert "UTF-8" in fault.message("zh")


def test_layer_names_are_checked_where_they_are_known() -> None:
    """Given the layers there are, an element in none of them is a fault."""
    layers = {element.layer for element in read_plan().elements} - {"nodes"}
    faults = scan_plan(layers=layers)[1]
    assert {fault.rule for fault in faults} == {"plan_unknown_layer"}
    assert len(faults) == 8
    assert "ND01" in faults[0].message("en")


def test_braces_in_a_table_are_shown_as_they_are(folder: Path, damage: Damage) -> None:
    """Text of a table is never read as a template."""
    damage("register.csv", "ND01,node,", "ND01,{0.__class__},")
    faults = scan_plan(folder)[1]
    assert any("{0.__class__}" in fault.message("en") for fault in faults)
    with pytest.raises(SchemaError) as caught:
        read_plan(folder)
    assert "{0.__class__}" in caught.value.message("zh")
