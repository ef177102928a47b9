"""One function per interaction with decisions, by where it happens: doors, the form, the card, finding, files, by itself."""
