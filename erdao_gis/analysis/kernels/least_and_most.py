"""How far off shapes may be, and what they cover at their least and at their most."""

import numpy as np
import shapely

from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Shapes
from erdao_gis.errors import SchemaError
from erdao_gis.shapes.accuracy import accuracy_of
from erdao_gis.wording import label_list

# As `erdao_gis.shapes.band` has it: the arc stays within 0.5 % of the radius.
_QUARTER = 16


def metres_off(rows: Given) -> Floats:
    """Return the accuracy of each placed row in metres.

    Raises
    ------
    SchemaError
        An accuracy that is negative or endless.
    """
    metres = np.asarray(accuracy_of(rows.frame), dtype=np.float64)[rows.placed]
    bad = ~(np.isfinite(metres) & (metres >= 0))
    if bad.any():
        ids = label_list(rows.frame.index[rows.placed[bad]])
        raise SchemaError("analysis_bad_accuracy", {"ids": ids})
    return metres


def moved_by(shapes: Shapes, metres: Floats) -> Shapes:
    """Move areas out by some metres each, or in where they are negative; 0 leaves one as it is.

    What its accuracy erases becomes an empty area.

    Examples
    --------
    >>> field = np.array([shapely.box(0, 0, 100, 100)])
    >>> moved_by(field, np.array([-10.0]))[0].area
    6400.0
    """
    off = metres != 0
    moved = shapes.copy()
    moved[off] = shapely.buffer(shapes[off], metres[off], quad_segs=_QUARTER)
    return moved
