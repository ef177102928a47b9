"""One function per interaction with the 1:1, by where it happens."""
