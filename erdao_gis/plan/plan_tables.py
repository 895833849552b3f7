"""The plan as pandas tables, for scripts. Apart, so that the command line need not load pandas."""

from __future__ import annotations

from dataclasses import asdict, fields

import pandas as pd

from erdao_gis.plan.model import Element, Figure, Plan


def elements_frame(plan: Plan) -> pd.DataFrame:
    """Return one row per element: the register's columns and both citations, index ``id``.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        Text columns, ``line`` whole; empty text where nothing is said. No geometry.

    Examples
    --------
    >>> from erdao_gis.plan import elements_frame, read_plan
    >>> table = elements_frame(read_plan())
    >>> int((table["kind"] == "node").sum())
    8
    """
    names = [column.name for column in fields(Element)]
    table = pd.DataFrame([asdict(element) for element in plan.elements], columns=names)
    cited = [plan.clause(element.clause) for element in plan.elements]
    table["citation_zh"] = [clause.citation_zh for clause in cited]
    table["citation_en"] = [clause.citation_en for clause in cited]
    return table.set_index("id")


def figures_frame(plan: Plan) -> pd.DataFrame:
    """Return one row per figure, with the element's names.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    pandas.DataFrame
        ``value`` as float in the unit of ``unit`` (NaN where the outline gives words only),
        years as nullable integers.

    Examples
    --------
    >>> from erdao_gis.plan import figures_frame, read_plan
    >>> table = figures_frame(read_plan())
    >>> float(table.loc[table["register_id"] == "IN01", "value"].iloc[0])
    36.2
    """
    names = [column.name for column in fields(Figure)]
    table = pd.DataFrame([asdict(figure) for figure in plan.figures], columns=names)
    elements = [plan.element(figure.register_id) for figure in plan.figures]
    table.insert(1, "name_zh", [element.name_zh for element in elements])
    table.insert(2, "name_en", [element.name_en for element in elements])
    return table.astype({"value": "float64", "base_year": "Int64", "target_year": "Int64"})
