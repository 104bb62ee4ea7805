"""A plan, applied to a copy of the account: what applying it would do, and whether planning again is then empty."""
