"""What forms about people and their time are made of."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator

from bot.i18n import _


def _zone(name: str) -> str:
    """The zone as the time zone database writes it, however it was typed."""
    wanted = name.replace(" ", "_").lower()
    found = {zone.lower(): zone for zone in available_timezones()}.get(wanted)
    if found is None:
        raise ValueError(
            _("I know no time zone of that name. Write it as Europe/Berlin or America/New_York.")
        )
    return found


Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA time zone."""
