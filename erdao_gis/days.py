"""Days as they are written: one rule for what is a date, and never a day to come."""

import datetime as dt
import re

from erdao_gis.errors import SchemaError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, written like ``2025-06-30``.

    Examples
    --------
    >>> is_day("2025-06-30"), is_day("2025-02-30"), is_day("20250630"), is_day("")
    (True, False, False, False)
    """
    if not _DAY.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def last_day(as_of: str | dt.date) -> dt.date:
    """Return the day of an evaluation; a year stands for its last day.

    Raises
    ------
    SchemaError
        Neither a year nor a day.

    Examples
    --------
    >>> last_day("2025"), last_day("2023-06-30")
    (datetime.date(2025, 12, 31), datetime.date(2023, 6, 30))
    """
    text = f"{as_of:%Y-%m-%d}" if isinstance(as_of, dt.date) else as_of
    text = f"{text}-12-31" if _YEAR.fullmatch(text) else text
    if not is_day(text):
        raise SchemaError("indicators_bad_date", {"date": as_of})
    return dt.date.fromisoformat(text)


def today() -> str:
    """Give today's date where this runs, like ``2025-06-30``.

    Examples
    --------
    >>> is_day(today())
    True
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
    if is_day(date) and date > today():
        raise SchemaError("lineage_future_date", {"date": date, "today": today()})
