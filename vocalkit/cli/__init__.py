"""The command line: parse, call one pipeline, show. One small file a command; no logic lives here."""
