"""Decision logs as files: reading what others wrote, in any of the usual forms, and writing ours."""
