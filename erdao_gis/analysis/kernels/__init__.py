"""What the measures are made of: cuts, overlaps, edges, networks and cells; nothing for users."""
