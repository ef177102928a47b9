"""One function per interaction with the hub: its menu, the team, being away, Home, and what comes unasked."""
