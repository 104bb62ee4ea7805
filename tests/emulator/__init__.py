"""Tests of the emulator: one for each behaviour that the documentation, or a reading of its silence, gives it."""
