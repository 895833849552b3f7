"""From a figure to its clause, norm, layers and features; and from a clause to its figures."""

from __future__ import annotations

from typing import Any

from erdao_gis.catalogue import layer_names, layer_schema
from erdao_gis.errors import Language
from erdao_gis.indicators.indicator import Indicator
from erdao_gis.indicators.missing import missing_text
from erdao_gis.indicators.naming import method_text
from erdao_gis.indicators.outline import outline
from erdao_gis.indicators.registry import norms, registry, split_id
from erdao_gis.indicators.run import Run, RunLike
from erdao_gis.indicators.table import figure_text, line_text, plain_row
from erdao_gis.indicators.targets import target_of
from erdao_gis.wording import word

# Features named in text; the record for JSON has all of them.
_SHOWN = 8


def explain(figure_id: str, place: RunLike = None, *, unit: str | None = None) -> dict[str, Any]:
    """Account for a figure: what it is, what it rests on, what was measured.

    Parameters
    ----------
    figure_id
        An indicator (``park_coverage``) or one of its variants (``park_coverage.walk_people``).
    place, unit
        As for `compute_indicators`; a run with indicators of your own explains them too.

    Returns
    -------
    dict
        Ready for JSON: ``id``, names, formula, unit, norm with its certainty, clauses and
        register elements with names, inputs with completeness, parameters, target, ``methods``
        (figure -> how its walks were measured, in both languages), ``figures`` (rows of the
        table), ``features`` (figure -> layer -> ids), ``scenes`` (of a figure that imagery goes
        into: file, date and where the date stands, oldest first) and ``run_id``.

    Raises
    ------
    NotInPlanError
        No such indicator.

    Examples
    --------
    >>> account = explain("axis_length")
    >>> account["clauses"][0]["citation_zh"], account["features"]["axis_length"]["axis"]
    ('第二篇第一章', ['AX01'])
    """
    run = Run.over(place)
    row = run.indicator(figure_id)
    found = run.indicators(unit, ids=[figure_id])
    rows = found.frame
    methods = {key: method_text(row, split_id(key)[1]) for key in dict.fromkeys(rows["id"])}
    return {
        **_account(row),
        "id": figure_id,
        "run_id": found.run_id,
        "methods": {key: {"zh": text.zh, "en": text.en} for key, text in methods.items() if text},
        "figures": [plain_row(record) for record in rows.to_dict("records")],
        "features": {
            key: {layer: list(ids) for layer, ids in found.features.get(key, {}).items()}
            for key in dict.fromkeys(rows["id"])
        },
        "scenes": [
            {"file": scene.path.name, "date": scene.date, "date_from": scene.date_from}
            for scene in (run.dataset.scenes if "scene" in map(str, row.inputs) else ())
        ],
    }


def _account(row: Indicator) -> dict[str, Any]:
    """Tell what an indicator is, without computing it."""
    plan = outline()
    norm = norms().get(row.norm)
    target = target_of(row)
    return {
        "indicator": row.id,
        "group": row.group,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "formula_zh": row.formula_zh,
        "formula_en": row.formula_en,
        "unit": row.unit,
        "direction": row.direction,
        "norm": None
        if norm is None
        else {
            "key": norm.key,
            "title_zh": norm.title("zh"),
            "title_en": norm.title("en"),
            "says_zh": norm.says_zh,
            "says_en": norm.says_en,
            "certainty": norm.certainty,
        },
        "clauses": [
            {
                "id": key,
                "citation_zh": plan.clause(key).citation_zh,
                "citation_en": plan.clause(key).citation_en,
                "heading_zh": plan.clause(key).heading_zh,
            }
            for key in row.clauses
        ],
        "register": [
            {"id": key, "name_zh": plan.element(key).name_zh, "name_en": plan.element(key).name_en}
            for key in row.register_ids
        ],
        "inputs": [str(item) for item in row.inputs],
        "parameters": dict(row.parameters or {}),
        "units": list(row.units),
        "variants": list(row.variants),
        "target": None if target is None else {"operator": target[0], "value": target[1]},
        "target_source": row.target,
    }


def figures_of_clause(clause_id: str) -> list[dict[str, Any]]:
    """List the indicators that serve a clause, or a clause below it.

    Parameters
    ----------
    clause_id
        Like ``10.1.2``; a part or chapter (``10``) gives those of all its sections.

    Returns
    -------
    list of dict
        ``id``, names, unit, the clauses by which it belongs here, target; registry order.

    Raises
    ------
    NotInPlanError
        No such clause.

    Examples
    --------
    >>> [row["id"] for row in figures_of_clause("5.2.1")]
    ['village_green_cover', 'villages_below_cover', 'reported_in11']
    """
    outline().clause(clause_id)
    found = []
    for row in registry().values():
        here = [key for key in row.clauses if key == clause_id or key.startswith(f"{clause_id}.")]
        if here:
            account = _account(row)
            found.append(
                {
                    "id": row.id,
                    **{
                        key: account[key]
                        for key in ("name_zh", "name_en", "unit", "target", "target_source")
                    },
                    "clauses": here,
                }
            )
    return found


def explanation_lines(account: dict[str, Any], language: Language) -> list[str]:
    """Write what `explain` returns as lines of text."""

    def label(key: str) -> str:
        return word("indicators", key, language)

    def named(items: list[dict[str, Any]], key: str) -> str:
        mark = "；" if language == "zh" else "; "
        return mark.join(f"{item['id']} {item[f'{key}_{language}']}" for item in items)

    def said(key: str, text: str) -> list[str]:
        return [line_text(label(key), text, language)] if text else []

    lines = [f"{account['id']}  {account[f'name_{language}']}"]
    lines += said("formula", account[f"formula_{language}"])
    norm = account["norm"]
    if norm is not None:
        sure = label(f"certainty_{norm['certainty']}")
        title = label("within").format(name=norm[f"title_{language}"], part=sure)
        lines += [*said("norm", title), f"  {norm[f'says_{language}']}"]
    lines += said("clause", named(account["clauses"], "citation"))
    lines += said("register", named(account["register"], "name"))
    lines += said("inputs", missing_text(account["inputs"], language))
    lines += _scene_lines(account["scenes"], language)
    pairs = [f"{name} = {value}" for name, value in account["parameters"].items()]
    lines += said("parameters", ("；" if language == "zh" else "; ").join(pairs))
    for text in dict.fromkeys(each[language] for each in account["methods"].values()):
        lines += said("method", text)
    for row in account["figures"]:
        lines += said("figure", _row_text(row, language))
    for figure, layers in account["features"].items():
        for layer, ids in layers.items():
            title = layer_schema(layer).title(language) if layer in layer_names() else layer
            lines += said("features", f"{figure}  {title} {_ids_text(ids, language)}")
    return lines


def _row_text(row: dict[str, Any], language: Language) -> str:
    unit = "" if row["unit_id"] == "all" else f" [{row['unit_id']}]"
    text = line_text(row[f"name_{language}"], figure_text(row, language), language)
    return f"{row['id']}{unit}  {text}"


def _scene_lines(scenes: list[dict[str, Any]], language: Language) -> list[str]:
    """Name each scene with its date and where that stands."""
    lines = []
    for scene in scenes:
        dated = word("imagery", f"date_{scene['date_from'] or 'none'}", language)
        part = f"{scene['date'] or ''}{dated}"
        text = word("indicators", "within", language).format(name=scene["file"], part=part)
        lines.append(line_text(word("indicators", "scene", language), text, language))
    return lines


def _ids_text(ids: list[str], language: Language) -> str:
    shown = ", ".join(ids[:_SHOWN])
    if len(ids) <= _SHOWN:
        return shown
    more = word("indicators", "more", language).format(count=len(ids), rest=len(ids) - _SHOWN)
    return f"{shown} {more}"


def clause_lines(clause_id: str, language: Language) -> list[str]:
    """Write the indicators of a clause as lines of text."""
    clause = outline().clause(clause_id)
    lines = [f"{clause.citation(language)}  {clause.heading_zh}"]
    for row in figures_of_clause(clause_id):
        target = row["target"]
        text = "" if target is None else f"  {target['operator']} {target['value']:g} {row['unit']}"
        lines.append(f"{row['id']}  {row[f'name_{language}']}{text}")
    return lines
