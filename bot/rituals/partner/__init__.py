"""The hub: `/partner` shows what there is, sets a team up, and keeps what each person wants of us."""

from bot.i18n import _
from bot.people.offers import SET_UP
from bot.ritual import Ritual
from bot.rituals.partner import ids, listeners

ritual = Ritual(
    name="partner",
    summary=lambda: _("all there is, your team's settings, and your own"),
    commands={
        "/partner": listeners.show_menu,
        "/partner team": listeners.open_team,
        "/partner away": listeners.open_away,
        "/partner back": listeners.come_back,
        "/partner mute": listeners.mute,
        "/partner unmute": listeners.unmute,
    },
    actions={
        SET_UP: listeners.open_team_by_button,
        ids.AWAY: listeners.open_away,
        ids.BACK: listeners.come_back_by_button,
        ids.NOT_AWAY: listeners.take_off,
        ids.MUTE: listeners.mute_by_button,
        ids.UNMUTE: listeners.unmute_by_button,
        ids.SEND_AGAIN: listeners.send_again,
        ids.LET_GO: listeners.let_go,
    },
    views={ids.TEAM: listeners.submit_team, ids.AWAY_FORM: listeners.submit_away},
    options={ids.HOLIDAYS_OF: listeners.find_places},
    events={
        "app_home_opened": listeners.welcome,
        "member_joined_channel": listeners.go_on_in_channel,
        "channel_unarchive": listeners.go_on_in_channel,
        "group_unarchive": listeners.go_on_in_channel,
        "app_uninstalled": listeners.leave_workspace,
        "tokens_revoked": listeners.suspend_workspace,
    },
    home=listeners.home,
)
