"""Land-use codes as files write them: without their zero, mixed, or of no edition."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from erdao_gis.errors import Finding
from erdao_gis.land_use import EDITIONS, class_codes, mixed_codes

_NAMED = 5
_CODE, _EDITION = "land_use_code", "edition"


def padded_codes(rows: pd.DataFrame, *, edition: str = "") -> tuple[pd.DataFrame, dict[str, int]]:
    """Give land-use codes back the zero that a spreadsheet dropped.

    Parameters
    ----------
    rows
        With a column ``land_use_code``, perhaps ``edition``; without the former nothing is done.
    edition
        Of codes whose row names none; without it a code must be none of any edition.

    Returns
    -------
    tuple
        The rows, and what was changed (``701 → 0701``) with its number. Only what is no code
        becomes one.

    Examples
    --------
    >>> table, changed = padded_codes(pd.DataFrame({"land_use_code": ["701", "16", "799"]}))
    >>> table["land_use_code"].tolist(), changed
    (['0701', '16', '799'], {'701 → 0701': 1})
    """
    if _CODE not in rows:
        return rows, {}
    changed: dict[str, int] = {}
    codes = rows[_CODE].astype(object).copy()
    for place, (code, known) in enumerate(_known(rows, edition)):
        if code in known or f"0{code}" not in known:
            continue
        codes.iloc[place] = f"0{code}"
        pair = f"{code} → 0{code}"
        changed[pair] = changed.get(pair, 0) + 1
    return rows.assign(**{_CODE: codes}), changed


def code_doubts(frame: pd.DataFrame) -> Iterator[Finding]:
    """Tell of codes without their zero, of mixed ones, and of what is no code of any edition.

    Parameters
    ----------
    frame
        Index: ids; ``land_use_code`` and perhaps ``edition``.

    Yields
    ------
    Finding
        Each once for all codes it holds for.

    Examples
    --------
    >>> plots = pd.DataFrame({"land_use_code": ["701", "0901/0902"]}, index=["A", "B"])
    >>> [doubt.key for doubt in code_doubts(plots)]
    ['codes_lost_zeros', 'codes_mixed']
    """
    lost: list[str] = []
    mixed: list[str] = []
    none: list[str] = []
    for key, (code, known) in zip(frame.index, _known(frame, ""), strict=True):
        if not code or code in known:
            continue
        if f"0{code}" in known:
            lost.append(code)
        else:
            (mixed if mixed_codes(code) else none).append(f"{key}（{code}）")
    if lost:
        facts = {"number": len(lost), "found": lost[0], "meant": f"0{lost[0]}"}
        yield Finding(-1, "codes_lost_zeros", {"column": _CODE} | facts)
    for rule, found in (("codes_mixed", mixed), ("codes_of_no_edition", none)):
        if found:
            more = " …" if len(found) > _NAMED else ""
            facts = {"number": len(found), "found": "、".join(found[:_NAMED]) + more}
            yield Finding(-1, rule, facts)


def _known(rows: pd.DataFrame, edition: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Give each code as text with the codes it may be one of."""
    every: frozenset[str] = frozenset().union(*(class_codes(name) for name in EDITIONS))
    editions: pd.Series[Any] = (
        rows[_EDITION] if _EDITION in rows else pd.Series(None, index=rows.index, dtype=object)
    )
    for code, said in zip(rows[_CODE], editions, strict=True):
        stated = str(said).strip() if pd.notna(said) else ""
        name = stated or edition
        text = str(code) if pd.notna(code) else ""
        yield text, class_codes(name) if name in EDITIONS else every
