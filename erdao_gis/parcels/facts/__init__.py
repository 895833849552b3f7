"""The facts of a place's parcels, and what stands on them held against the limits."""
