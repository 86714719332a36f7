"""The command line: everything the inbox does, for scripts, cron and screen readers."""
