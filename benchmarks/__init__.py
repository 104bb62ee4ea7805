"""Speed and memory of the commands, as ratios within one run: `make bench`. Nothing here is a test."""
