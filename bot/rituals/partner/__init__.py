"""The hub: `/partner` shows what there is, sets a team up, and keeps what each person wants of us."""

from bot.i18n import _
from bot.people.offers import SET_UP
from bot.ritual import Ritual
from bot.rituals.partner import ids
from bot.rituals.partner.listeners import away, home, menu, team, unasked

ritual = Ritual(
    name="partner",
    summary=lambda: _("all there is, your team's settings, and your own"),
    commands={
        "/partner": menu.show_menu,
        "/partner team": team.open_team,
        "/partner away": away.open_away,
        "/partner back": away.come_back,
        "/partner mute": menu.mute,
        "/partner unmute": menu.unmute,
    },
    actions={
        SET_UP: team.open_team_by_button,
        ids.AWAY: away.open_away,
        ids.BACK: away.come_back_by_button,
        ids.NOT_AWAY: away.take_off,
        ids.MUTE: menu.mute_by_button,
        ids.UNMUTE: menu.unmute_by_button,
        ids.SEND_AGAIN: home.send_again,
        ids.LET_GO: home.let_go,
    },
    views={ids.TEAM: team.submit_team, ids.AWAY_FORM: away.submit_away},
    options={ids.HOLIDAYS_OF: team.find_places},
    events={
        "app_home_opened": unasked.welcome,
        "member_joined_channel": unasked.go_on_in_channel,
        "channel_unarchive": unasked.go_on_in_channel,
        "group_unarchive": unasked.go_on_in_channel,
        "app_uninstalled": unasked.leave_workspace,
        "tokens_revoked": unasked.suspend_workspace,
    },
    home=home.section,
)
