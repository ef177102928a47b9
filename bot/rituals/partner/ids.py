"""Every id of the hub, once (`partner.set_up` is in `people.offers`, as other rituals' cards show its button)."""

TEAM = "partner.team"
MUTE = "partner.mute"
UNMUTE = "partner.unmute"
SEND_AGAIN = "partner.send_again"
LET_GO = "partner.let_go"
