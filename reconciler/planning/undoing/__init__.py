"""Undoing: from a run to the plan that takes back what it wrote."""
