"""SQLite or PostgreSQL, by one schema: the engine, the base class of tables, column types, the text index."""
