"""Events from Slack: stored before they are answered, handled once."""
