"""Rendering: finished values → text for people or machines. Rows are prepared once; every format reads the rows."""
