"""Codes of parcels short enough to stand on them."""

from collections.abc import Iterable

_SHORT = 8  # a code of so many characters stands as it is
_TAILS = (5, 6)
_WIDEST = 5  # characters of the block before the number


def _block(heads: set[str]) -> slice | None:
    """Return which characters of the codes' heads differ; None where they are not alike."""
    if len({len(head) for head in heads}) != 1:
        return None
    columns = list(zip(*heads, strict=True))
    different = [place for place, letters in enumerate(columns) if len(set(letters)) > 1]
    found = slice(different[0], different[-1] + 1)
    return found if found.stop - found.start <= _WIDEST else None


def short_codes(codes: Iterable[str]) -> list[str]:
    """Return the last characters of each code, with as much before them as tells parcels apart.

    Parameters
    ----------
    codes
        All codes of the layer.

    Returns
    -------
    list of str
        In their order: the last five or six characters where they differ; else the characters
        of the block that differ, a dash and the last five; the codes as they are where none is
        longer than eight, or where they are not alike.

    Examples
    --------
    >>> short_codes(["220105001001GB00012", "220105001001GB00013"])
    ['00012', '00013']
    >>> short_codes(["220105001001GB00012", "220105001002GB00012"])
    ['1-00012', '2-00012']
    """
    every = list(codes)
    different = set(every)
    if max(map(len, every), default=0) <= _SHORT:
        return every
    for length in _TAILS:
        if len({code[-length:] for code in different}) == len(different):
            return [code[-length:] for code in every]
    tail = _TAILS[0]
    block = _block({code[:-tail] for code in different})
    if block is None:
        return every
    return [f"{code[:-tail][block]}-{code[-tail:]}" for code in every]


def last_parts(codes: Iterable[str]) -> list[str]:
    """Return block and number of drafted parcels, without the area that they lie in.

    Parameters
    ----------
    codes
        Codes such as ``RA03-01-02``.

    Examples
    --------
    >>> last_parts(["RA03-01-02", "7"])
    ['01-02', '7']
    """
    return ["-".join(code.split("-")[-2:]) for code in codes]
