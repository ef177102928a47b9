"""What happens by itself. So far only the tick; cadences and their occurrences come with the first timed ritual."""
