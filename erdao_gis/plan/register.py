"""Reading the plan's tables into a :class:`Plan`, with all faults at once."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from erdao_gis.errors import Fault, SchemaError
from erdao_gis.plan.faults import plan_faults
from erdao_gis.plan.model import (
    Ambiguity,
    Clause,
    Code,
    Element,
    Figure,
    Outline,
    Plan,
    Relation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from importlib.resources.abc import Traversable
    from pathlib import Path

_COLUMNS = {
    "codes.csv": "list,code,name_zh,name_en",
    "clauses.csv": "id,parent,part,chapter,section,heading_zh,citation_zh,citation_en,line",
    "register.csv": "id,kind,name_zh,name_en,clause,line,quote,placing,geometry,layer,status,"
    "note_zh,note_en",
    "relations.csv": "from_id,relation,to_id,part,note_zh,note_en",
    "figures.csv": "register_id,part,operator,value,unit,basis_zh,basis_en,base_year,target_year,"
    "role",
    "ambiguities.csv": "id,element_ids,text_zh,text_en",
}
_NUMBERS = {"line": True, "value": False, "base_year": True, "target_year": True}
_OUTLINE = {
    "title_zh": str,
    "title_en": str,
    "publisher_zh": str,
    "publisher_en": str,
    "period_start": int,
    "period_end": int,
    "horizon": int,
    "sha256": str,
    "lines": int,
}
_NO_TABLE = {"plan_no_table", "plan_not_utf8", "plan_not_csv", "plan_no_column"}
_SHOWN = 20


class _Row(NamedTuple):
    text: dict[str, str]
    numbers: dict[str, float | None]

    def whole(self, column: str) -> int | None:
        number = self.numbers[column]
        return None if number is None else int(number)

    def line(self) -> int:
        return self.whole("line") or 0


def read_plan(folder: Traversable | Path | None = None) -> Plan:
    """Read and check the plan.

    Parameters
    ----------
    folder
        Folder with ``register.csv``, ``clauses.csv``, ``relations.csv``, ``figures.csv``,
        ``ambiguities.csv``, ``codes.csv`` and ``outline.toml``; None for the shipped plan.

    Returns
    -------
    Plan
        The plan, free of faults.

    Raises
    ------
    SchemaError
        If there is any fault; the message lists them (the first 20).

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> len(read_plan().elements)
    337
    """
    plan, faults = scan_plan(folder)
    if faults:
        shown = faults[:_SHOWN]
        zh = "".join(f"\n- {fault.message('zh')}" for fault in shown)
        en = "".join(f"\n- {fault.message('en')}" for fault in shown)
        raise SchemaError("plan_faulty", {"count": len(faults), "list_zh": zh, "list_en": en})
    return plan


def scan_plan(
    folder: Traversable | Path | None = None, *, layers: Collection[str] | None = None
) -> tuple[Plan, tuple[Fault, ...]]:
    """Read the plan as far as it can be read, and list every fault.

    Parameters
    ----------
    folder
        As for :func:`read_plan`.
    layers
        Names of the layers there are; each element's layer is then checked against them.

    Returns
    -------
    tuple
        The plan (unreadable numbers stand as 0 or None) and its faults, in file order.

    Examples
    --------
    >>> from erdao_gis.plan import scan_plan
    >>> plan, faults = scan_plan()
    >>> len(faults)
    0
    """
    place = resources.files("erdao_gis.shipped") / "plan" if folder is None else folder
    faults: list[Fault] = []
    rows = {name: _table(place, name, columns, faults) for name, columns in _COLUMNS.items()}
    plan = Plan(
        outline=_outline(place, faults),
        clauses=tuple(_clause(row) for row in rows["clauses.csv"]),
        elements=tuple(_element(row) for row in rows["register.csv"]),
        relations=tuple(Relation(**row.text) for row in rows["relations.csv"]),
        figures=tuple(_figure(row) for row in rows["figures.csv"]),
        ambiguities=tuple(_ambiguity(row) for row in rows["ambiguities.csv"]),
        codes=tuple(Code(**row.text) for row in rows["codes.csv"]),
    )
    if not any(fault.rule in _NO_TABLE for fault in faults):
        # A missing table would only repeat itself as a fault of every row that refers to it.
        faults.extend(plan_faults(plan, layers=layers))
    return plan, tuple(faults)


def _clause(row: _Row) -> Clause:
    return Clause(**row.text, line=row.line())


def _element(row: _Row) -> Element:
    return Element(**row.text, line=row.line())


def _figure(row: _Row) -> Figure:
    return Figure(
        **row.text,
        value=row.numbers["value"],
        base_year=row.whole("base_year"),
        target_year=row.whole("target_year"),
    )


def _ambiguity(row: _Row) -> Ambiguity:
    ids = tuple(item for item in row.text["element_ids"].split(";") if item)
    return Ambiguity(
        id=row.text["id"],
        element_ids=ids,
        text_zh=row.text["text_zh"],
        text_en=row.text["text_en"],
    )


def _content(place: Traversable | Path, name: str, faults: list[Fault]) -> str | None:
    """Return a file's text, or None and a fault."""
    try:
        return (place / name).read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        faults.append(Fault(file=name, feature="", rule="plan_no_table"))
    except UnicodeDecodeError as error:
        facts = {"found": f"byte {error.start}"}
        faults.append(Fault(file=name, feature="", rule="plan_not_utf8", facts=facts))
    return None


def _table(place: Traversable | Path, name: str, columns: str, faults: list[Fault]) -> list[_Row]:
    """Read one table; rows of the wrong width and bad numbers are faults, not exceptions."""
    content = _content(place, name, faults)
    if content is None:
        return []
    wanted = columns.split(",")
    try:
        header, *lines = list(csv.reader(io.StringIO(content, newline=""), strict=True)) or [[]]
    except csv.Error as error:
        facts = {"found": str(error)}
        faults.append(Fault(file=name, feature="", rule="plan_not_csv", facts=facts))
        return []
    missing = [column for column in wanted if column not in header]
    if missing:
        facts = {"found": ", ".join(missing)}
        faults.append(Fault(file=name, feature="", rule="plan_no_column", facts=facts))
        return []
    table = []
    for cells in filter(None, lines):
        if len(cells) != len(header):
            facts = {"found": str(len(cells)), "expected": str(len(header))}
            faults.append(Fault(file=name, feature=cells[0], rule="plan_width", facts=facts))
            continue
        table.append(_row(dict(zip(header, cells, strict=True)), wanted, name, faults))
    return table


def _row(cells: dict[str, str], wanted: list[str], name: str, faults: list[Fault]) -> _Row:
    text = {column: cells[column] for column in wanted if column not in _NUMBERS}
    numbers: dict[str, float | None] = {}
    for column in (column for column in wanted if column in _NUMBERS):
        numbers[column], right = _number(cells[column], whole=_NUMBERS[column])
        if not right or (column == "line" and numbers[column] is None):
            facts = {"column": column, "found": cells[column]}
            feature = cells[wanted[0]]
            faults.append(Fault(file=name, feature=feature, rule="plan_number", facts=facts))
    return _Row(text, numbers)


def _number(text: str, *, whole: bool) -> tuple[float | None, bool]:
    """Return the number and whether the text is one (or empty)."""
    if text == "":
        return None, True
    try:
        number = float(text)
    except ValueError:
        return None, False
    if not math.isfinite(number) or (whole and not number.is_integer()):
        return None, False
    return number, True


def _outline(place: Traversable | Path, faults: list[Fault]) -> Outline:
    """Read ``outline.toml``; what is missing or of the wrong type is a fault and left blank."""
    content = _content(place, "outline.toml", faults)
    data: dict[str, object] = {}
    if content is not None:
        try:
            data = tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            facts = {"found": str(error)}
            fault = Fault(file="outline.toml", feature="", rule="plan_toml", facts=facts)
            faults.append(fault)
            content = None

    def value(key: str, blank: Callable[[], object]) -> object:
        found = data.get(key)
        if type(found) is type(blank()):
            return found
        if content is not None:
            rule = "plan_outline_key"
            faults.append(Fault(file="outline.toml", feature=key, rule=rule))
        return blank()

    values = {key: value(key, blank) for key, blank in _OUTLINE.items()}
    return Outline(**values)  # type: ignore[arg-type]  # each is of its key's type, or blank
