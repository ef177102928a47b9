"""views.*: modals and the App Home."""

from bot.playground import views
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Trigger, View


def open_view(call: Call) -> Json:
    trigger = _fresh_trigger(call)
    asked = views.checked(call.args.get("view"), "modal")
    view = views.open_modal(call.world, call.workspace, trigger.user_id, asked, here=trigger.channel_id)
    return _opened(trigger, view)


def push(call: Call) -> Json:
    trigger = _fresh_trigger(call)
    below = call.world.views.get(trigger.watch.view_id or "")
    if below is None or below.body["type"] != "modal":
        raise SlackError("invalid_trigger_id")
    asked = views.checked(call.args.get("view"), "modal")
    view = views.push(call.world, call.workspace, below, asked)
    return _opened(trigger, view)


def _fresh_trigger(call: Call) -> Trigger:
    trigger_id = call.text("trigger_id") or call.need("interactivity_pointer")
    trigger = call.world.triggers.get(trigger_id)
    if trigger is None or trigger.team_id != call.workspace.id:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if call.world.clock.monotonic() > trigger.expires:
        raise SlackError("expired_trigger_id")
    return trigger


def _opened(trigger: Trigger, view: View) -> Json:
    trigger.used = True
    trigger.watch.opened.append(view.body["id"])
    trigger.watch.settled.set()
    return {"view": views.shown(view)}


def update(call: Call) -> Json:
    view = _existing(call)
    _check_hash(call, view)
    asked = views.checked(call.args.get("view"), view.body["type"])
    if asked["type"] != view.body["type"]:
        raise SlackError("invalid_arguments")
    return {"view": views.shown(views.update(call.world, call.workspace, view, asked))}


def _existing(call: Call) -> View:
    external_id = call.text("external_id")
    if external_id:
        same = (v for v in call.world.views.values() if v.body["external_id"] == external_id)
        view = next((v for v in same if v.team_id == call.workspace.id), None)
    else:
        view = call.world.views.get(call.need("view_id"))
    if view is None or view.team_id != call.workspace.id:
        raise SlackError("not_found")
    return view


def publish(call: Call) -> Json:
    person = call.person("user_id")
    if not call.world.manifest.home_tab:
        raise SlackError("not_enabled")
    before = call.world.homes.get((call.workspace.id, person.id))
    _check_hash(call, before)
    asked = views.checked(call.args.get("view"), "home")
    return {"view": views.shown(views.publish(call.world, call.workspace, person.id, asked))}


def _check_hash(call: Call, view: View | None) -> None:
    given = call.text("hash")
    if given and (view is None or view.body["hash"] != given):
        raise SlackError("hash_conflict")


METHODS: Methods = {
    "views.open": Method(open_view, tier=4, writes=True),
    "views.push": Method(push, tier=4, writes=True),
    "views.update": Method(update, tier=4, writes=True),
    "views.publish": Method(publish, tier=4, writes=True),
}
