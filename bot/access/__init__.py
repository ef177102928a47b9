"""The one place that answers "may they?"."""
