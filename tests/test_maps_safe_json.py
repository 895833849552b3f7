"""Data that enters a page as JSON comes out unchanged and holds nothing active."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.maps.page.safe_json import json_line, json_script

TEXT = st.text(st.characters(codec=None, categories=None))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_json_parses_to_the_same_value(value: object) -> None:
    """Escaping loses and adds nothing."""
    assert json.loads(json_line(value)) == value


@given(TEXT)
def test_strings_hold_no_active_character(text: str) -> None:
    """No character that HTML, Jinja or JavaScript could act on stands in a string as such."""
    inside = json_line(text)[1:-1]
    assert not set(inside) & set("<>&{}%`$'\n\r\u2028\u2029\u202e\x00\ufeff")


def test_line_is_plain_text_of_one_line() -> None:
    """Chinese stays readable, so that a diff can be read."""
    assert json_line({"名称": "二道区\n"}) == '{"名称":"二道区\\n"}'


def test_number_that_is_not_finite_is_refused() -> None:
    """JSON has no NaN: a browser could not read the page."""
    with pytest.raises(ValueError, match="JSON"):
        json_line(float("nan"))


def test_empty_block_is_an_empty_list() -> None:
    """A page without features is still a page."""
    assert json.loads(json_script("x", []).split(">", 1)[1].rsplit("<", 1)[0]) == []
