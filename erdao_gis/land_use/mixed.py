"""Mixed land use as plans write it: several codes in one cell, 0901/0902 or R2B1."""

import re

from erdao_gis.land_use.code_tables import class_codes
from erdao_gis.land_use.editions import EDITIONS

_BETWEEN = re.compile(r"\s*[/／+＋、,，;；&\\|]\s*")
_LETTERED = re.compile(r"[A-Z]\d{0,3}")


def mixed_codes(text: str) -> tuple[str, ...]:
    """Give the codes of which a mixed land use is written; nothing for a single code.

    Parameters
    ----------
    text
        Of one cell.

    Returns
    -------
    tuple of str
        Two codes or more, all of one edition, in their order; empty for anything else. Which of
        them is the main one is not told by it.

    Examples
    --------
    >>> mixed_codes("0901/0902"), mixed_codes("R2B1"), mixed_codes("0901"), mixed_codes("甲/乙")
    (('0901', '0902'), ('R2', 'B1'), (), ())
    """
    parts = tuple(_BETWEEN.split(text.strip()))
    if len(parts) == 1:
        parts = tuple(_LETTERED.findall(text.strip()))
        if "".join(parts) != text.strip():
            return ()
    if len(parts) > 1 and any(class_codes(edition).issuperset(parts) for edition in EDITIONS):
        return parts
    return ()
