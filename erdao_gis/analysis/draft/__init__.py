"""Parcels drafted where no cadastre is given."""
