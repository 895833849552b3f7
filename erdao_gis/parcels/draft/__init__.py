"""Parcels drafted in a place's release and renewal areas."""
