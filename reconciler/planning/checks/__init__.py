"""Checks: what a project forbids a plan to do."""
