"""Parcels through time: split, merged, renumbered, and two states compared."""
