"""What stands in integrations/ and beside it, run as its system runs it."""
