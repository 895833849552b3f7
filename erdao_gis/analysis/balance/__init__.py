"""The balance of land: its ground measured once, its levels and units as sums of it."""
