"""Decisions on each surface: the form, messages in channels, the record's page, App Home."""
