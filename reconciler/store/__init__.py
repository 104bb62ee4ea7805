"""The store: objects in a folder, the journal of runs, and the lock of an environment."""
