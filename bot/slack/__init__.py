"""All of Slack that is no ritual: dispatch, blocks, forms, escaping, limits, errors, Home, clients."""
