"""Every error that erdao_gis raises on purpose.

The tree::

    ErdaoError (Exception)
    ├── InputError (ValueError)          something given to us cannot be used as it is
    │   ├── FormatError                  a file is not what it claims, or not readable
    │   ├── UnsafeInputError             a file or name would reach beyond itself
    │   ├── CRSError                     no CRS, a wrong one, or degrees where metres are needed
    │   │   └── DatumError               coordinates fit another datum than the declared one
    │   ├── GeometryError                a construction or measure is impossible on these shapes
    │   └── SchemaError                  columns, types, codes or ids do not fit the layer
    ├── NotInPlanError (LookupError)     no such element, clause, layer or feature
    ├── WorkspaceError (RuntimeError)    a workspace is missing, damaged or has nothing to undo
    └── MissingDependencyError (ImportError)  an optional package is needed

A message says what was found, what was expected and what to do. Its words are rows of
``layers/strings/messages/*.csv`` in Chinese and English; code gives the key and the facts.

>>> from erdao_gis.errors import NotInPlanError
>>> NotInPlanError("unknown_layer", {"layer": "nodse", "names": "nodes"}).message("en")
"There is no layer 'nodse'. Expected one of: nodes. Check the spelling, or run `erdao layers`."
"""

import csv
import functools
import locale
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Literal

Language = Literal["zh", "en"]

# Controls, which a terminal obeys, and marks that turn the direction of text around; a tab and
# the line breaks of a list ("\n- ") are wanted.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\n(?!- )"
)


@functools.cache
def _messages() -> dict[str, dict[str, str]]:
    """Read all message tables once: key -> {found_zh, found_en, ...}."""
    table: dict[str, dict[str, str]] = {}
    folder = resources.files("erdao_gis.shipped") / "strings" / "messages"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".csv"):
            with entry.open("r", encoding="utf-8") as stream:
                for row in csv.DictReader(stream):
                    table[row["key"]] = row
    return table


def preferred_language() -> Language:
    """Language for messages: ``ERDAO_LANG`` if it is zh or en, else the locale's, else English."""
    wished = os.environ.get("ERDAO_LANG", "")
    if wished in ("zh", "en"):
        return "zh" if wished == "zh" else "en"
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def visible(value: object) -> str:
    r"""Show a text from data so that no character of it acts on a screen: as \xNN or \uNNNN.

    Examples
    --------
    >>> print(visible("road\x1b[31m"))
    road\x1b[31m
    """
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1].replace(r"\n", r"\x0a"), str(value))


def message_text(key: str, facts: Mapping[str, object], language: Language) -> str:
    """Fill the message ``key``: what was found, what was expected, what to do."""
    row = _messages()[key]
    space = "" if language == "zh" else " "
    parts = (row[f"{part}_{language}"] for part in ("found", "expected", "remedy"))
    # Facts are put in once and never read as a template themselves.
    shown = {
        name: fact if isinstance(fact, int | float) else visible(fact)
        for name, fact in facts.items()
    }
    return space.join(part for part in parts if part).format_map(shown)


@dataclass(frozen=True)
class Finding:
    """Something to say about one row of a file, or about the file.

    Parameters
    ----------
    row
        Position in the file, from 0; -1 for the file as a whole.
    key
        Row of the message tables.
    facts
        Values for the placeholders.
    feature
        Code of the feature in the row; empty where it has none or it is the file.
    """

    row: int
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)
    feature: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that a check found wrong; checks gather all of them."""

    file: str
    "File or layer it stands in."
    feature: str
    "Feature, row or column it concerns; empty for the whole file."
    rule: str
    "Row of the message tables that tells what was found, expected and to do."
    facts: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: Language | None = None) -> str:
        """Return what was found, what was expected and what to do."""
        facts = {"file": self.file, "feature": self.feature} | dict(self.facts)
        return message_text(self.rule, facts, language or preferred_language())

    def as_dict(self, language: Language | None = None) -> dict[str, str]:
        """Return the fault as plain values for JSON."""
        said = self.message(language)
        return {"file": self.file, "feature": self.feature, "rule": self.rule, "message": said}


class ErdaoError(Exception):
    """Base of all errors of this package.

    Parameters
    ----------
    key
        Row of the message tables.
    facts
        Values for the row's placeholders: the file, the feature, what was found.
    """

    def __init__(self, key: str, facts: Mapping[str, object] | None = None) -> None:
        self.key = key
        self.facts: dict[str, object] = dict(facts or {})
        super().__init__(key, self.facts)

    def message(self, language: Language | None = None) -> str:
        """Return the message in ``language``, or in the preferred one."""
        return message_text(self.key, self.facts, language or preferred_language())

    def __str__(self) -> str:
        return self.message()


class InputError(ErdaoError, ValueError):
    """Something given to us cannot be used as it is."""


class FormatError(InputError):
    """A file is not what it claims to be, or cannot be read."""


class UnsafeInputError(InputError):
    """A file or a name would reach beyond itself."""


class CRSError(InputError):
    """No CRS, a wrong one, or degrees where metres are needed."""


class DatumError(CRSError):
    """Coordinates fit another datum than the one declared."""


class GeometryError(InputError):
    """A construction or a measure is impossible on these shapes."""


class SchemaError(InputError):
    """Columns, types, codes or ids do not fit the layer."""


class NotInPlanError(ErdaoError, LookupError):
    """No such element, clause, layer or feature."""


class WorkspaceError(ErdaoError, RuntimeError):
    """A workspace is missing, damaged, or has nothing to undo."""


class MissingDependencyError(ErdaoError, ImportError):
    """An optional package is needed for this."""
