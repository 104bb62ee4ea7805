"""Tests of applying."""
