"""Common Ground: the rituals of product managers and engineers, in Slack."""
