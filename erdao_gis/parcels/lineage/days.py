"""The day of an operation: today's, and never one to come."""

import datetime as dt
import re

from erdao_gis.errors import SchemaError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def today() -> str:
    """Give today's date where this runs, like ``2025-06-30``.

    Examples
    --------
    >>> len(today())
    10
    """
    return dt.datetime.now().astimezone().date().isoformat()


def require_no_future(date: str) -> None:
    """Make sure that a date is not after today; what is no date is left to others to refuse.

    Parameters
    ----------
    date
        A day, like ``2025-06-30``; empty for none.

    Raises
    ------
    SchemaError
        A day to come. Once recorded it would stand in the way of every earlier one.

    Examples
    --------
    >>> require_no_future("2025-06-30")
    """
    if _DAY.fullmatch(date) and date > today():
        raise SchemaError("lineage_future_date", {"date": date, "today": today()})
