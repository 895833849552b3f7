"""From the indicator table to lines that can be set: names, numbers, sources in words."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from erdao_gis.errors import Language
from erdao_gis.indicators import Indicator, Table, missing_text, norms, registry
from erdao_gis.indicators.naming import figure_label, method_text
from erdao_gis.indicators.table import bounded_text, number_text, part_text, plain_row, unit_text
from erdao_gis.plan import read_plan
from erdao_gis.reports.report_content import Block, FigureLine, NormLine, Theme
from erdao_gis.wording import word

_SIGNS = {">=": "≥", "<=": "≤"}


def with_unit(text: str, unit: str) -> str:
    """Write a number with its unit.

    >>> with_unit("98.2", "%"), with_unit("4", "")
    ('98.2 %', '4')
    """
    return f"{text} {unit}".rstrip()


@functools.cache
def unit_words(unit: str, language: Language) -> str:
    """Write a unit for people; nothing for a figure without one.

    >>> unit_words("ha", "zh"), unit_words("", "zh")
    ('公顷', '')
    """
    return unit_text(unit, language) if unit else ""


def operator_text(operator: str) -> str:
    """Write the operator of a target as people do.

    >>> operator_text(">="), operator_text("=")
    ('≥', '')
    """
    return "" if operator == "=" else _SIGNS.get(operator, operator)


def signed_text(value: float) -> str:
    """Write a difference with its sign.

    >>> signed_text(18.23), signed_text(-2.4), signed_text(0)
    ('+18.23', '−2.4', '0')
    """
    text = number_text(abs(value))
    if text == "0":
        return "0"
    return f"{'+' if value > 0 else '−'}{text}"


def gap_text(row: Mapping[str, Any]) -> str:
    """Write how far a value is beyond its target; of a lower bound only one side is known."""
    if row["gap"] is None:
        return ""
    text = signed_text(row["gap"])
    if row["state"] != "lower_bound":
        return text
    # More of it makes the gap better, or worse where the target is a ceiling.
    return f"{'≤' if row['target_operator'] in ('<', '<=') else '≥'} {text}"


def band_text(row: Mapping[str, Any], language: Language) -> str:
    """Write the band of doubt; an open end in words."""
    low, high = row["low"], row["high"]
    if low is None:
        return ""
    if high is None:
        return word("reports", "band_open", language).format(low=number_text(low))
    return f"{number_text(low)}～{number_text(high)}"


def _value_text(row: Mapping[str, Any], language: Language) -> str:
    if row["state"] == "no_data" or row["value"] is None:
        return word("indicators", "no_data", language)
    return bounded_text(row["value"], row["state"])


def _line(row: Mapping[str, Any], known: Indicator, language: Language) -> FigureLine:
    variant, target = row["variant"], row["target"]
    label = figure_label(known, variant, part=row["state"] == "part")
    method = method_text(known, variant)
    return FigureLine(
        id=row["id"],
        name=row[f"name_{language}"],
        label="" if label is None else label.text(language),
        unit=unit_words(row["unit"], language),
        state=row["state"],
        value=row["value"],
        low=row["low"],
        high=row["high"],
        target=target,
        operator=row["target_operator"],
        gap=row["gap"],
        evidence=row["evidence"],
        value_text=_value_text(row, language),
        band_text=band_text(row, language),
        target_text=""
        if target is None
        else f"{operator_text(row['target_operator'])} {number_text(target)}".strip(),
        gap_text=gap_text(row),
        missing_text=missing_text(row["missing"], language) if row["state"] == "no_data" else "",
        part_text=part_text(row, language),
        method_text="" if method is None else method.text(language),
    )


@functools.cache
def _citations(language: Language) -> dict[str, str]:
    return {clause.id: clause.citation(language) for clause in read_plan().clauses}


def clauses_text(keys: Sequence[str], language: Language) -> str:
    """Cite clauses of the outline."""
    mark = "；" if language == "zh" else "; "
    return mark.join(_citations(language)[key] for key in keys)


def _block(key: str, rows: list[dict[str, Any]], row: Indicator, language: Language) -> Block:
    first = rows[0]
    norm = norms().get(first["norm"])
    certainty = "" if norm is None else word("indicators", f"certainty_{norm.certainty}", language)
    return Block(
        id=key,
        # The one figure of an indicator is named in full, several have their labels.
        name=first[f"name_{language}"] if len(rows) == 1 else row.name(language),
        formula=row.formula(language),
        norm="" if norm is None else norm.title(language),
        certainty=certainty,
        clauses=clauses_text(first["clauses"], language),
        figures=tuple(_line(each, row, language) for each in rows),
    )


def themes(table: Table, language: Language) -> tuple[Theme, ...]:
    """Return the table's figures by theme and indicator, in the table's order.

    Parameters
    ----------
    table
        Figures of the district as a whole; those of other units are left out.
    language
        Language of names and words.

    Returns
    -------
    tuple of Theme
        Without charts. Indicators of the user's own stand under "own".
    """
    grouped: dict[str, dict[str, list[dict[str, Any]]]] = {}
    known = {**registry(), **table.rows}
    for record in table.frame.to_dict("records"):
        row = plain_row({str(key): value for key, value in record.items()})
        if row["unit_id"] != "all":
            continue
        group = known[row["indicator"]].group
        grouped.setdefault(group, {}).setdefault(row["indicator"], []).append(row)
    return tuple(
        Theme(
            key=group,
            title=word("indicators", f"group_{group}", language),
            blocks=tuple(_block(key, rows, known[key], language) for key, rows in blocks.items()),
        )
        for group, blocks in grouped.items()
    )


def norm_lines(table: Table, language: Language) -> tuple[NormLine, ...]:
    """Return the norms that the table's figures rest on, with how sure we are of each."""
    used = dict.fromkeys(key for key in table.frame["norm"] if key)
    known = norms()
    return tuple(
        NormLine(
            title=known[key].title(language),
            says=known[key].says(language),
            certainty=word("indicators", f"certainty_{known[key].certainty}", language),
        )
        for key in used
        if key in known
    )
