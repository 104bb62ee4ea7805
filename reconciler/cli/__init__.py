"""The command line: one thin file a command. The only place that prints, reads the environment and exits."""
