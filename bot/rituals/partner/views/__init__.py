"""The hub on each surface: the menu, the forms for a team and for being away, the part of Home."""
