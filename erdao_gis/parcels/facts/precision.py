"""How many digits of a figure its band bears, and a parcel's facts written so."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

_SHARE, _AREA, _CROSSED = "_share", "_m2", "crossings_m"
_DECIMALS = 2
_ROUNDED = 1e-6  # of a last digit: 30.000000000000004 does not need a digit more


def borne(value: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Write figures no finer than a tenth of their band is wide.

    A band narrower than one unit (a point, a metre, a square metre) leaves two decimals; from
    one unit on the last digit is the largest power of ten that is at most a tenth of the band:
    one decimal from 1 on, units from 10 on, tens from 100 on. The figure is rounded, its band
    is rounded outwards.

    Parameters
    ----------
    value, low, high
        Figures in the unit in which they are read, such as percent; NaN where there are none.

    Returns
    -------
    tuple of numpy.ndarray
        The same three, written so.

    Examples
    --------
    >>> one = lambda *figures: [float(part[0]) for part in borne(*(np.array([f]) for f in figures))]
    >>> one(54.1472, 10.02, 100.0)
    [54.0, 10.0, 100.0]
    >>> one(54.1472, 54.1, 54.2)
    [54.15, 54.1, 54.2]
    >>> one(412.3, 312.3, 512.3)
    [410.0, 310.0, 520.0]
    """
    width = np.where(high - low >= 1, high - low, 1.0)
    digits = np.where(high - low >= 1, 1 - np.floor(np.log10(width)), _DECIMALS)
    factor = 10.0**digits
    return (
        np.round(value * factor) / factor,
        np.floor(low * factor + _ROUNDED) / factor,
        np.ceil(high * factor - _ROUNDED) / factor,
    )


def cannot_tell(low: Floats | float, high: Floats | float) -> npt.NDArray[np.bool_]:
    """Tell where percentages reach from 0 to 100: nothing is known of such a share.

    >>> cannot_tell(np.array([0.0, 10.0]), np.array([100.0, 100.0])).tolist()
    [True, False]
    """
    return np.less_equal(low, 0) & np.greater_equal(high, 100)


def facts_borne(facts: pd.DataFrame) -> pd.DataFrame:
    """Write the facts that have a band with the digits that it bears, shares in percent.

    Parameters
    ----------
    facts
        From `facts_of_parcels`.

    Returns
    -------
    pandas.DataFrame
        The same columns. Every ``_share`` is in percent, also its ``_low`` and ``_high``;
        metres of crossings are whole; what else has no band stays as it is.
    """
    told = facts.copy()
    if _CROSSED in facts:
        told[_CROSSED] = facts[_CROSSED].round()
    for name in facts.columns:
        column = str(name)
        if column.endswith(_AREA) and f"{column}_low" in facts:
            # The share of a clash has the band of its square metres.
            share = f"{column.removesuffix(_AREA)}{_SHARE}"
            size = facts["area_m2"].to_numpy(float)
            band = [facts[f"{column}_{end}"].to_numpy(float) / size for end in ("low", "high")]
            told[share] = borne(*(part * 100 for part in (facts[share].to_numpy(float), *band)))[0]
        if f"{column}_low" in facts:
            band = [column, f"{column}_low", f"{column}_high"]
            scale = 100.0 if column.endswith(_SHARE) else 1.0
            figures = borne(*(facts[part].to_numpy(float) * scale for part in band))
            for part, amounts in zip(band, figures, strict=True):
                told[part] = amounts
    return told
