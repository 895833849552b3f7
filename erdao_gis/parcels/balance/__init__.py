"""The land balance of a place: measured once, set as lines, tables and forms."""
