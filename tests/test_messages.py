"""The words of errors and faults: every row whole, in both languages."""

import csv
import re
import string
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable

import pytest

from erdao_gis.errors import ErdaoError, Fault, InputError, message_text, preferred_language

WORDS = resources.files("erdao_gis.shipped") / "strings"


def rows_in(folder: Traversable) -> list[dict[str, str]]:
    """Read every table of a folder; each row names its table."""
    return [
        row | {"table": table.name}
        for table in folder.iterdir()
        if table.name.endswith(".csv")
        for row in csv.DictReader(table.read_text("utf-8").splitlines())
    ]


ROWS = rows_in(WORDS / "messages")


def doubled(found: Iterable[object]) -> list[object]:
    """Give what stands there more than once."""
    return [each for each, times in Counter(found).items() if times > 1]


def test_keys_stand_once() -> None:
    """No two tables claim the same message."""
    assert doubled(row["key"] for row in ROWS) == []


def test_words_stand_once_in_their_table() -> None:
    """A second row of one key would silently win over the first."""
    assert doubled((row["table"], row["key"]) for row in rows_in(WORDS)) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_every_message_is_whole_and_speaks_both_languages(row: dict[str, str]) -> None:
    """Both languages say what was found and what to do, with the same facts.

    A row that only gives a reason in a list of rejects has no remedy, in neither language.
    """

    def fields(language: str) -> set[str]:
        text = "".join(row[f"{part}_{language}"] for part in ("found", "expected", "remedy"))
        return {name.partition("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}

    assert None not in row
    for language in ("zh", "en"):
        assert row[f"found_{language}"]
    assert bool(row["remedy_zh"]) == bool(row["remedy_en"])
    assert re.search("[\u4e00-\u9fff]", row["found_zh"])
    plain = {name.removesuffix("_en").removesuffix("_zh") for name in fields("zh")}
    assert plain == {name.removesuffix("_en").removesuffix("_zh") for name in fields("en")}


def test_facts_are_never_read_as_templates() -> None:
    """Braces in a file's name stand in the message as they are."""
    facts = {"layer": "{0.__class__}", "names": "{{x}}"}
    assert "{0.__class__}" in message_text("unknown_layer", facts, "en")
    assert "{{x}}" in message_text("unknown_layer", facts, "zh")


def test_errors_are_the_builtins_one_expects() -> None:
    """Callers may catch ours or the builtin kind."""
    error = InputError("unknown_layer", {"layer": "x", "names": "y"})
    assert isinstance(error, (ErdaoError, ValueError))
    assert str(error) == error.message()


def test_the_language_follows_wish_and_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """ERDAO_LANG goes before the locale."""
    monkeypatch.setenv("ERDAO_LANG", "")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert preferred_language() == "zh"
    monkeypatch.setenv("ERDAO_LANG", "en")
    assert preferred_language() == "en"


def test_a_fault_says_where_and_what() -> None:
    """A fault gives file, feature, rule and message as plain values."""
    fault = Fault(file="nodes", feature="ND01", rule="id_twice")
    assert fault.as_dict("en")["rule"] == "id_twice"
    assert "ND01" in fault.message("zh")
