"""Interface words: every word used exists in both languages, and every word is used."""

import re
from importlib import resources
from pathlib import Path

import pytest

from erdao_gis.maps.page.vendored import PAGE_SCRIPTS, PANELS, static_text
from erdao_gis.wording import words

MARKUP = [
    static_text(f"{folder}/{name}.html")
    for folder, names in (
        ("sheet", ("before_title", "before_map", "after_map")),
        ("atlas", ("index", "after_cards")),
    )
    for name in names
]
OWN = [name for names in PANELS.values() for name in names]
SCRIPTS = [static_text(name) for name in (*PAGE_SCRIPTS, *OWN, "atlas/index.js")]
PYTHON = [
    path.read_text(encoding="utf-8")
    for path in Path(str(resources.files("erdao_gis.maps"))).rglob("*.py")
]
# Looked up by the name of a theme, a layer or a state.
BY_NAME = ("theme_", "plain_", "state_")


def used() -> set[str]:
    """Return the keys that pages surely use."""
    code = "".join(MARKUP + PYTHON)
    found = set(re.findall(r'data-word(?:-label)?="(\w+)"', code))
    for script in SCRIPTS:
        found |= set(re.findall(r'(?:say|line)\((?:list, )?"(\w+)"', script))
    return found | set(re.findall(r'spoken\(\s*"(\w+)"', code))


def test_every_word_used_exists() -> None:
    """A page never shows a key in place of a word."""
    assert used() <= set(words("maps"))


def test_every_word_is_used() -> None:
    """The table holds no dead rows."""
    quoted = set(re.findall(r'"(\w+)"', "".join(MARKUP + SCRIPTS + PYTHON)))
    assert {key for key in words("maps") if not key.startswith(BY_NAME)} <= quoted


@pytest.mark.parametrize("key", sorted(words("maps")))
def test_word_has_both_languages(key: str) -> None:
    """A row is filled in Chinese and in English, with the same placeholders."""
    zh, en = words("maps")[key]["zh"], words("maps")[key]["en"]
    assert zh.strip()
    assert en.strip()
    assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en))


def test_data_reaches_the_screen_as_text_only() -> None:
    """No script of ours writes markup."""
    written = "".join(SCRIPTS)
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert way not in written
