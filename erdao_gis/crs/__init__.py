"""The door for coordinate reference systems and datums.

Stored coordinates are longitude/latitude in CGCS2000 (:data:`GEOGRAPHIC`); lengths, areas and
all measures are taken in :data:`WORKING`, in metres. Everything that crosses between the two,
or comes from a file, passes through here.
"""

from erdao_gis.crs.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    convert_datum,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from erdao_gis.crs.diagnosis import diagnose_coordinates
from erdao_gis.crs.frames import require_metres, to_geographic, to_working
from erdao_gis.crs.guard import DatumFit, datum_hypotheses, guard_datum
from erdao_gis.crs.reference import (
    ERDAO_REGION,
    GEOGRAPHIC,
    WORKING,
    Region,
    require_known_datum,
    same_crs,
)

__all__ = [
    "ERDAO_REGION",
    "GEOGRAPHIC",
    "WORKING",
    "DatumFit",
    "Region",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "convert_datum",
    "datum_hypotheses",
    "diagnose_coordinates",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "guard_datum",
    "require_known_datum",
    "require_metres",
    "same_crs",
    "to_geographic",
    "to_working",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
