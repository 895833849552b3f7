"""The page of the land balance."""
