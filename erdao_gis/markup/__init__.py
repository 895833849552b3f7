"""Pages and drawings as text: one escaper, one form of page, one proof that it is offline."""
