"""When a scene was taken: by its name, or by its tags."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

from erdao_gis.files.scenes.products import DateTag, sensors_named
from erdao_gis.rows import shipped_rows

_YEAR = r"(?P<y>19[7-9]\d|20\d\d)"  # Landsat 1 flew in 1972
_WHOLE = rf"{_YEAR}(?P<s>[-_.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})"
_DAY_FIRST = rf"(?P<d>\d{{1,2}})(?P<s>[-_.])(?P<m>\d{{1,2}})(?P=s){_YEAR}"
_TIME = r"(?:T\d{4,6}|[_-]\d{6})?"
# Tried in this order; what one has taken, none of the next reads again. A month or a year stands
# alone: 10m is a resolution and 2048x2048 a size.
_IN_NAMES = tuple(
    re.compile(rf"(?<!\d){pattern}")
    for pattern in (
        rf"{_WHOLE}{_TIME}(?!\d)",
        rf"{_YEAR}(?P<m>\d\d)(?P<d>\d\d){_TIME}(?!\d)",
        rf"{_YEAR}年(?P<m>\d{{1,2}})月(?:(?P<d>\d{{1,2}})日)?",
        rf"{_DAY_FIRST}(?!\d)",
        rf"{_YEAR}(?P<j>\d{{3}})T\d{{6}}(?!\d)",
        rf"{_YEAR}(?:-(?P<m>\d{{1,2}})|[_.]?(?P<m2>\d\d))(?![A-Za-z\d])",
        rf"(?P<m>\d{{1,2}})-{_YEAR}(?![A-Za-z\d])",
        rf"(?<![A-Za-z]){_YEAR}(?![A-Za-z\d])",
    )
)
_MONTHS = 12
_IN_TAGS = re.compile(r"\s*(?P<y>\d{4})[:/-]?(?P<m>\d\d)[:/-]?(?P<d>\d\d)(?!\d)")
_ISO = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d\d)(?:-(?P<d>\d\d))?)?")


def iso_date(value: object) -> str | None:
    """Return a year, a month or a day as ISO text; None if it is none.

    >>> iso_date("2025-07"), iso_date(dt.date(2025, 7, 12)), iso_date("2025-13")
    ('2025-07', '2025-07-12', None)
    """
    if isinstance(value, bool):
        return None
    found = _ISO.fullmatch(str(value))
    return found and _ordered(found)


def date_in_name(stem: str) -> str | None:
    """Find the date in a scene's name, wherever it stands.

    Parameters
    ----------
    stem
        Name of the file without its ending.

    Returns
    -------
    str or None
        Year, month or day as ISO text. None where there is none, where the order of day and
        month cannot be known, or where dates contradict each other; of a product that bears the
        dates of taking and of processing (Sentinel-2, Landsat, Gaofen) the first.

    Examples
    --------
    >>> [date_in_name(name) for name in ("2025-07-12", "town_20250712", "9-2021", "erdao 2024")]
    ['2025-07-12', '2025-07-12', '2021-09', '2024']
    >>> date_in_name("S2A_MSIL2A_20210704T023551_N0500_R089_T51TXJ_20230211T104352")
    '2021-07-04'
    """
    dates = list(dict.fromkeys(date for _, date in sorted(_dates(stem))))
    if not dates or None in dates:
        return None
    known = [date for date in dates if date is not None]
    finest = max(known, key=len)
    if all(finest.startswith(date) for date in known):
        return finest
    return known[0] if sensors_named(stem) else None


def _dates(stem: str) -> Iterator[tuple[int, str | None]]:
    """Find places and dates; None for one that can be read in two ways, or in none."""
    left = stem
    for pattern in _IN_NAMES:
        for found in list(pattern.finditer(left)):
            date = _ordered(found)
            if date or "s" in found.re.groupindex:
                yield found.start(), date
                left = left[: found.start()] + "~" * len(found[0]) + left[found.end() :]


def _ordered(found: re.Match[str]) -> str | None:
    """Make ISO text of what was matched; None where the calendar has no such date."""
    parts = {name: int(text) for name, text in found.groupdict().items() if text and name != "s"}
    year, month, day = parts["y"], parts.get("m", parts.get("m2")), parts.get("d")
    if day is not None and found.start("d") < found.start("y") and month != day <= _MONTHS:
        return None  # either may be the month
    try:
        if "j" in parts:
            day_of_year = dt.datetime.strptime(found["y"] + found["j"], "%Y%j")  # noqa: DTZ007
            return day_of_year.date().isoformat()
        taken = dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return taken.isoformat()[: 4 if month is None else 7 if day is None else 10]


def date_in_tags(tags: Callable[[str], dict[str, str]]) -> str | None:
    """Find the date in the tags of a raster, the acquisition before the writing of the file.

    Parameters
    ----------
    tags
        Gives the tags of a domain.
    """
    for row in shipped_rows("imagery/date_tags", DateTag):
        known = {name.upper(): text for name, text in tags(row.domain).items()}
        found = _IN_TAGS.match(known.get(row.tag, ""))
        date = found and _ordered(found)
        if date:
            return date
    return None


def period(date: str) -> tuple[str, str]:
    """Give the first and the last day that a year, a month or a day may mean, to be compared.

    >>> period("2024-02"), period("2024-02-03")
    (('2024-02-01', '2024-02-31'), ('2024-02-03', '2024-02-03'))
    """
    known = len(date) - len("2024")
    return date + "-01-01"[known:], date + "-12-31"[known:]
