"""Parcels of a workspace through time: recorded changes, kinship, and states compared."""
