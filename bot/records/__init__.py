"""What the records of all rituals share: numbers, links, revisions, drafts, the message they came from, search."""
