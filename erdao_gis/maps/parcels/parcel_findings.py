"""What the limits say of parcels: one class for each, and the breaches as lines to read."""

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from erdao_gis.maps.page.page_content import PageFinding
from erdao_gis.parcels import LimitCheck
from erdao_gis.wording import Pair, pair

FINDINGS = ("met", "exceeded", "below", "reversed", "no_value", "no_bound")
"""Classes of parcels, in the order of the legend."""

_BY_ITSELF = ("density_and_green", "density_and_green_limits")
"""Limits that hold by definition: they say nothing of a parcel for which none was set."""

_OF_LIMITS = "density_and_green_limits"
_PARTIAL = ("lower_bound", "upper_bound")
_LISTED = 40
_CROSSED = "parcels_crossed"


def parcel_words(key: str, facts: Mapping[str, object] | None = None) -> Pair:
    """Return a row of the parcels' words in both languages.

    >>> parcel_words("page_unmeasured").zh
    '无法量算'
    """
    return pair("parcels", key, facts)


def finding_of(limits: pd.DataFrame) -> "pd.Series[str]":
    """Tell for each parcel what the limits say of it as a whole.

    Parameters
    ----------
    limits
        From `check_limits`.

    Returns
    -------
    pandas.Series
        Index: the parcels. ``exceeded`` where a maximum is, else ``below`` where a value is
        below its minimum, else ``reversed`` where limits contradict each other, else ``met``
        where every limit that is set could be judged, else ``no_value`` (a limit is set, but
        what stands there is not known), else ``no_bound`` (no limit is set).

    Examples
    --------
    >>> rows = {"parcel": ["A", "A", "B"], "limit": ["height_max"] * 3,
    ...         "state": ["met", "below", "no_value"]}
    >>> finding_of(pd.DataFrame(rows)).to_dict()
    {'A': 'below', 'B': 'no_value'}
    """
    own = ~limits["limit"].isin(_BY_ITSELF)
    state = limits["state"]
    marks = pd.DataFrame(
        {
            "parcel": limits["parcel"],
            "met": own & (state == "met"),
            "no_value": own & (state == "no_value"),
            "reversed": state == "reversed",
            "below": state == "below",
            "exceeded": state == "exceeded",
        }
    )
    told = marks.groupby("parcel", sort=False).any()
    found = pd.Series("no_bound", index=told.index, name="finding")
    # The gravest comes last; a value that lacks outweighs one that is met.
    for key in told.columns:
        found[told[key]] = key
    return found


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _plain(value: object, unit: object) -> Pair:
    figure = float(value) if isinstance(value, int | float) else math.nan
    shown = f"{f'{figure:,.2f}'.rstrip('0').rstrip('.')} {unit}".strip()
    return Pair(zh=shown, en=shown)


def bound_lines(limits: pd.DataFrame, worth: str = "value") -> Iterator[tuple[str, str, Pair]]:
    """Yield parcel, limit and what is to be said of it.

    Parameters
    ----------
    limits
        From `check_limits`; all rows of it or some.
    worth
        What the values can claim to be: ``value``, ``lower_bound`` or ``upper_bound``.

    Yields
    ------
    tuple
        Code, key of the limit, and the line. Limits that hold by definition are left out
        where there is no figure.

    Examples
    --------
    >>> rows = {"parcel": ["A"], "limit": ["height_max"], "value": [20.0], "bound": [6.0],
    ...         "side": ["max"], "state": ["exceeded"], "unit": ["m"]}
    >>> [(limit, said.zh) for _, limit, said in bound_lines(pd.DataFrame(rows))]
    [('height_max', '现状 20 m，限值不大于 6 m：超过上限')]
    """
    columns = ("parcel", "limit", "value", "bound", "side", "state", "unit")
    for parcel, limit, value, bound, side, state, unit in zip(
        *(limits[name] for name in columns), strict=True
    ):
        by_itself, none = limit in _BY_ITSELF, _missing(value)
        if by_itself and none:
            continue
        said = parcel_words("worth_no_data") if none else _plain(value, unit)
        if worth in _PARTIAL and not none and limit != _OF_LIMITS:
            bounded = {"said": said, "worth": parcel_words(f"worth_{worth}")}
            said = parcel_words("page_bound", bounded)
        facts: dict[str, object] = {"value": said, "state": parcel_words(f"state_{state}")}
        key = "page_limit_unset"
        if not _missing(bound):
            facts |= {"side": parcel_words(f"side_{side}"), "bound": _plain(bound, unit)}
            key = "page_limit_sum" if by_itself else "page_limit"
        yield str(parcel), str(limit), parcel_words(key, facts)


def finding_lines(checked: LimitCheck, most: int = _LISTED) -> list[PageFinding]:
    """List what calls for a look: breaches by their kind, then faults in the data and crossings.

    Parameters
    ----------
    checked
        From `check_parcels`.
    most
        Lines at most; what is beyond is counted in a last line.

    Returns
    -------
    list of PageFinding
        Kind and number, line (code, limit, value, bound) and the parcel that it leads to;
        nothing where all is well.
    """
    worth = str(checked.values.attrs.get("state", "value"))  # noqa: PD011 - a frame of that name
    lines: list[PageFinding] = []
    for state, count in checked.counts.items():
        rows = checked.limits[checked.limits["state"] == state]
        head = _counted(parcel_words(f"state_{state}"), count)
        for parcel, limit, line in bound_lines(rows.head(most), worth):
            facts = {"code": parcel, "limit": parcel_words(f"limit_{limit}"), "said": line}
            said = parcel_words("page_found", facts)
            lines.append(PageFinding(head=head, text=said, feature=parcel))
    faults = checked.audit.faults
    crossed = [fault for fault in faults if fault.rule == _CROSSED]
    others = [fault for fault in faults if fault.rule != _CROSSED]
    for key, told in (("page_faults", others), ("page_head_crossings", crossed)):
        head = _counted(parcel_words(key), len(told))
        for fault in told[:most]:
            said = Pair(zh=fault.message("zh"), en=fault.message("en"))
            lines.append(PageFinding(head=head, text=said, feature=fault.feature))
    beyond = len(checked.broken) + len(faults) - most
    if beyond > 0:
        more = parcel_words("page_found_more", {"number": beyond})
        lines = [*lines[:most], PageFinding(head=parcel_words("page_found_more_head"), text=more)]
    return lines


def _counted(title: Pair, count: int) -> Pair:
    return parcel_words("page_head_found", {"title": title, "count": count})
