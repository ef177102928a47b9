"""Posts to Slack: rows of the transaction that wanted them, sent once each, also through crashes."""
