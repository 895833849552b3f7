"""The plan, read once."""

import functools

from erdao_gis.plan import Plan, read_plan


@functools.cache
def outline() -> Plan:
    """Return the shipped plan; it does not change while a program runs.

    >>> outline().clause("2.1.4").citation_en
    'Part 2 ch. 1 sec. 4'
    """
    return read_plan()
