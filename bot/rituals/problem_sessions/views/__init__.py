"""Problems and their sessions on each surface."""
