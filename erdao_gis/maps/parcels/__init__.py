"""Pages of parcels, given and drafted."""
