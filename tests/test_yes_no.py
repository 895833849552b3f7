"""Words for yes and no: one rule for every column that says one of them."""

import csv
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from erdao_gis.catalogue import code_lists
from erdao_gis.errors import SchemaError
from erdao_gis.yes_no import WORD_LISTS, as_codes, is_yes, read_codes

TABLE = resources.files("erdao_gis.shipped") / "catalogue" / "yes_no_words.csv"
ROWS = [
    (name, row["word"], row["code"])
    for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())
    for name in row["lists"].split(";")
]
WORDS = {word for name, word, _ in ROWS if name == "yes_no"}


def column(*values: object, name: str = "assumed") -> "pd.Series[object]":
    """Make a column of features a, b, c ..."""
    return pd.Series(list(values), index=list("abcdefghijklmnop")[: len(values)], name=name,
                     dtype=object)  # fmt: skip


def test_every_word_of_the_table_stands_once_and_means_a_code() -> None:
    """No list has a word twice, and the codes are those of the catalogue."""
    pairs = [(name, word) for name, word, _ in ROWS]
    assert len(pairs) == len(set(pairs))
    assert {name for name, _ in pairs} == set(WORD_LISTS)
    for name, _, code in ROWS:
        assert code in code_lists()["bridge" if name == "tunnel" else name]


@pytest.mark.parametrize(
    ("value", "said"),
    [("T", "yes"), ("F", "no"), (" Yes ", "yes"), ("NO", "no"), ("是", "yes"), ("否", "no"),
     ("有", "yes"), ("无", "no"), ("Ｙ", "yes"), ("１", "yes"), ("true", "yes"), (True, "yes"),
     (False, "no"), (np.True_, "yes"), (np.False_, "no"), (1, "yes"), (0, "no"), (1.0, "yes"),
     (-0.0, "no"), (np.int64(1), "yes"), (np.float32(0), "no"), ("1.0", "yes"), ("", "no"),
     ("  ", "no"), (None, "no"), (np.nan, "no"), (pd.NA, "no"), (pd.NaT, "no"), ("nan", "no"),
     ("<Null>", "no")],
)  # fmt: skip
def test_what_is_written_for_yes_and_no(value: object, said: str) -> None:
    """Text, truth values and numbers; a missing value is no."""
    assert read_codes(column(value)).tolist() == [said]
    assert is_yes(value) == (said == "yes")


@pytest.mark.parametrize("dtype", ["bool", "boolean", "Int64", "float64", "category", "str"])
def test_columns_of_any_type_are_read(dtype: str) -> None:
    """What a format makes of the same two values does not matter."""
    values = pd.Series(["1", "0"] if dtype in ("category", "str") else [1, 0]).astype(dtype)
    assert read_codes(values).tolist() == ["yes", "no"]


@pytest.mark.parametrize("value", ["maybe", "yesno", 2, -1, 0.5, 0.9999999, ["yes"], np.inf])
def test_what_is_neither_is_named(value: object) -> None:
    """The error has column, feature, value and what is expected; nothing is guessed."""
    with pytest.raises(SchemaError) as caught:
        read_codes(column("yes", value), file="parcels")
    assert caught.value.key == "yes_no_unknown"
    said = caught.value.message("en")
    assert f"b '{value}'" in said
    assert "assumed" in said
    assert "yes (yes, 是" in said
    with pytest.raises(SchemaError):
        is_yes(value)


def test_many_wrong_values_are_counted() -> None:
    """The first five are named, the rest counted."""
    with pytest.raises(SchemaError, match=r"e '\?' … \(\+3\)"):
        read_codes(column(*"????????"))


@pytest.mark.parametrize(("name", "said"), [("bridge", "bridge"), ("tunnel", "tunnel")])
def test_a_bare_yes_means_what_the_column_is_called(name: str, said: str) -> None:
    """A street whose bridge is T is a bridge, one whose tunnel is T a tunnel."""
    values = column("T", "viaduct", "culvert", "隧道", "高架桥", "F", None)
    found = ["bridge", "tunnel", "tunnel", "bridge", "no", "no"]
    assert read_codes(values, name).tolist() == [said, *found]


def test_codes_are_written_and_the_rest_left() -> None:
    """An import keeps blanks blank and unknown words for its check to name."""
    values = column("是", 0, "maybe", None)
    assert as_codes(values).tolist() == ["yes", "no", "maybe", None]
    assert values.tolist() == ["是", 0, "maybe", None]


@given(st.text(st.characters(codec="ascii")))
def test_no_other_text_is_taken_for_either(text: str) -> None:
    """Whatever is not a word of the table, but for case and blanks, is refused."""
    assume(text.strip() and text.strip().casefold() not in WORDS)
    with pytest.raises(SchemaError):
        is_yes(text)


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(["", " ", "\t", "\u3000"]), st.booleans())
def test_case_and_blanks_do_not_matter(word: str, blank: str, upper: bool) -> None:
    """A word means the same in capitals and with blanks round it."""
    written = blank + (word.upper() if upper else word) + blank
    assert read_codes(column(written)).tolist() == read_codes(column(word)).tolist()
