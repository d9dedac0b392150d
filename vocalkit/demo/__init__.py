"""The chain in a browser: one tab that calls the same pipeline as the command line."""
