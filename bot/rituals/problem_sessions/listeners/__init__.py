"""One function per interaction with problems and their sessions, and what they bring up unasked."""
