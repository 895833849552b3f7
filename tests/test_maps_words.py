"""Interface words: every word used exists in both languages, and every word is used."""

import re
from importlib import resources

import pytest

from erdao_gis.maps.vendored import PAGE_SCRIPTS, static_text
from erdao_gis.wording import words

MARKUP = [static_text(f"sheet/{name}_map.html") for name in ("before", "after")]
SCRIPTS = [static_text(name) for name in PAGE_SCRIPTS]
PYTHON = (resources.files("erdao_gis.maps") / "plan_page.py").read_text(encoding="utf-8")


def used() -> set[str]:
    """Return the keys that pages use."""
    found = set(re.findall(r'data-word(?:-label)?="(\w+)"', "".join(MARKUP)))
    for script in SCRIPTS:
        found |= set(re.findall(r'(?:say|line)\((?:list, )?"(\w+)"', script))
    found |= set(re.findall(r'_word\("(\w+)"\)', PYTHON))
    return found


def test_every_word_used_exists() -> None:
    """A page never shows a key in place of a word."""
    assert used() <= set(words("maps"))


def test_every_word_is_used() -> None:
    """The table holds no dead rows; themes are looked up by name."""
    assert {key for key in words("maps") if not key.startswith("theme_")} <= used()


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
