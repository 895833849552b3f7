"""Markup of pages and drawings: text that stays text."""
