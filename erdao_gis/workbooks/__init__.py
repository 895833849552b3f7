"""Workbooks: safe cells, plain tables, and forms ready to hand in."""
