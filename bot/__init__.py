"""Common Ground: the rituals of product managers and engineers, in Slack."""

import zoneinfo

# Time zones as the tzdata package has them that is pinned with us: hosts have older ones, and replicas must agree.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
