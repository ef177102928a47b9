"""Teams, their members and roles, and what a person wants of us."""
