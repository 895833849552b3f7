"""Facts are rows: every cell becomes its field's type, and what does not fit is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from erdao_gis.errors import SchemaError
from erdao_gis.rows import rows_of
from erdao_gis.wording import Pair


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A row with a field of every kind."""

    key: str
    title: Pair
    number: float | None
    many: tuple[str, ...]
    box: tuple[float, float] | None
    shown: bool
    kind: Literal["a", "b"]
    parameters: Mapping[str, str]
    more: str = "default"


HEAD = "key,title_zh,title_en,number,many,box,shown,kind,parameters"


def test_every_cell_becomes_its_type() -> None:
    """Pairs, numbers, lists, yes and no, words of a list, mappings; a default for no column."""
    text = f"\ufeff{HEAD}\n07,核,core,1.5,x;y,1;2,yes,a,r=5 m;s=2\n,,,,,,,b,\n"
    first, second = rows_of(text, Thing, file="t.csv")
    assert first == Thing(
        key="07", title=Pair(zh="核", en="core"), number=1.5, many=("x", "y"), box=(1.0, 2.0),
        shown=True, kind="a", parameters={"r": "5 m", "s": "2"},
    )  # fmt: skip
    assert second == Thing(
        key="", title=Pair(zh="", en=""), number=None, many=(), box=None, shown=False, kind="b",
        parameters={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("k,z,e,one,,,,a,", "number"),
        ("k,z,e,1,,1,,a,", "box"),
        ("k,z,e,1,,,maybe,a,", "shown"),
        ("k,z,e,1,,,,c,", "kind"),
        ("k,z,e,1,,,,a,r", "parameters"),
    ],
)
def test_a_cell_of_another_type_is_named(row: str, column: str) -> None:
    """File, row and column stand in the message."""
    with pytest.raises(SchemaError) as refused:
        rows_of(f"{HEAD}\n{row}\n", Thing, file="t.csv")
    assert refused.value.facts["column"] == column
    assert "t.csv" in refused.value.message("en")
    assert "2" in refused.value.message("zh")


@pytest.mark.parametrize("head", [HEAD + ",spare", HEAD.replace("number,", "")])
def test_columns_that_do_not_fit_are_named(head: str) -> None:
    """A column too many and a missing one are both told."""
    with pytest.raises(SchemaError) as refused:
        rows_of(f"{head}\n", Thing, file="t.csv")
    assert {refused.value.facts["foreign"], refused.value.facts["missing"]} & {"spare", "number"}
