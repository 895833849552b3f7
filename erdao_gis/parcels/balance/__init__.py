"""The land balance of a place: measured once, set as lines, tables and forms."""

from erdao_gis.analysis.balance.dated_parcels import NO_CLASSES
from erdao_gis.analysis.balance.ground import LEVELS

__all__ = ["LEVELS", "NO_CLASSES"]
