"""The command line: parse, call, print, exit code; one file per command."""
