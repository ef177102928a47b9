"""What many stories begin with: a decision that is logged, a form that is open, a team that is set up; time passes."""

from collections.abc import Awaitable
from datetime import UTC, datetime

from bot.app import App
from bot.clock import MovableClock
from bot.schedule import service as schedule
from tests.person import Json, Person, Result, Slack, until, words_of

COMMAND = "/decision"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def logged(
    slack: Slack, title: str, *, by: str = "pm", channel: str = "payments", **fields: object
) -> Json:
    """A decision of that title, and its card."""
    await saved(slack, title, by=by, channel=channel, **fields)
    return await card(slack, title, channel=channel)


async def saved(
    slack: Slack, title: str, *, by: str = "pm", channel: str = "payments", **fields: object
) -> Result:
    """A decision of that title, kept; `fields` by block id, with "__" for the dots in it."""
    person = slack.person(by)
    view = await form(person, title, channel=channel)
    values = {name.replace("__", "."): value for name, value in fields.items()}
    if values.keys() - inputs(view):
        view = await more_fields(person, view)
    result = await person.submit(view, values)
    assert result.errors == {}, result.errors
    assert result.body == "", words_of(result.body)
    return result


async def form(person: Person, title: str = "", *, channel: str = "payments") -> Json:
    """The form, as the command opens it."""
    return await opens(person, person.command(channel, COMMAND, title))


async def more_fields(person: Person, view: Json) -> Json:
    await person.press_in(view, "decisions.more_fields")
    return await person.view(view)


async def replaced(slack: Slack, old: Json, title: str, *, by: str = "pm", how: str = "supersede") -> Json:
    """A decision that takes the place of the one on this card, and its own card."""
    view = await choose(slack.person(by), old, how)
    result = await slack.person(by).submit(view, {"title": title})
    assert result.errors == {}
    return await card(slack, title, channel=old["channel"])


async def card(slack: Slack, title: str, holding: str = "", *, channel: str = "payments") -> Json:
    """The card of a decision, by its title or by `D-2`, as soon as it is there and has these words."""

    async def look() -> Json | None:
        for message in await slack.messages(channel):
            name, _space, rest = message["text"].partition("\n")[0].partition(" ")
            if title in (name, rest) and holding in words_of(message):
                return message
        return None

    return await until(look)


async def opens(person: Person, act: Awaitable[Result]) -> Json:
    """The modal that an act brings; it may come a moment after the answer."""
    before = await person.views()
    await act

    async def look() -> Json | None:
        return next((view for name, view in (await person.views()).items() if name not in before), None)

    return await until(look)


async def choose(person: Person, shown: Json, what: str) -> Json:
    """What opens for an entry of a card's menu."""
    return await opens(person, person.press(shown, "decisions.change", f"{what}:{record_id(shown)}"))


def record_id(shown: Json) -> str:
    """The id that a card's buttons carry."""
    return next(
        str(element["value"])
        for block in shown["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") in ("decisions.acknowledge", "decisions.open")
    )


async def set_up_team(
    slack: Slack, *, by: str = "pm", channel: str = "payments", name: str = "Payments", **fields: object
) -> Result:
    person = slack.person(by)
    view = await opens(person, person.command(channel, "/partner", "team"))
    usual: Json = {"name": name, "pm": "pm", "lead": "techlead", "members": ["engineer"]}
    result = await person.submit(view, {**usual, **fields})
    assert result.errors == {}, result.errors
    return result


def inputs(view: Json) -> set[str]:
    """The fields of a form."""
    return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def filled(view: Json) -> Json:
    """What stands in the fields of an open form, by block id."""
    found = {}
    for block_id, elements in view["state"]["values"].items():
        for element in elements.values():
            value = next((element[key] for key in element if key != "type"), None)
            found[block_id] = value["value"] if isinstance(value, dict) else value
    return {block_id: value for block_id, value in found.items() if value not in (None, "", [])}


def labels(message: Json) -> list[str]:
    """The words on the buttons of a message or a view."""
    elements = [
        element
        for block in message["blocks"]
        for element in [*block.get("elements", []), block.get("accessory", {})]
    ]
    return [element["text"]["text"] for element in elements if element.get("type") == "button"]


def choice(shown: Json, what: str) -> str:
    """What the entry of a menu carries that begins with this word."""
    values = [
        str(option["value"])
        for block in shown["blocks"]
        for element in block.get("elements", [])
        for option in element.get("options", [])
    ]
    return next(value for value in values if value.startswith(f"{what}:"))


async def home(slack: Slack, person: str) -> str:
    """The words of somebody's Home, opened anew."""
    return words_of(await home_view(slack, person))


async def home_view(slack: Slack, person: str) -> Json:
    return await slack.person(person).open_home()


async def told(slack: Slack, person: str, holding: str) -> Json:
    """The passing message or direct message with these words that only this person sees, as soon as it is there."""

    async def look() -> Json | None:
        seen = await slack.person(person).sees()
        private = {channel_id for channel_id in seen["messages"] if channel_id.startswith("D")}
        direct = [
            {**message, "channel": channel_id}
            for channel_id in private
            for message in seen["messages"][channel_id]
        ]
        return next((found for found in [*seen["ephemerals"], *direct] if holding in words_of(found)), None)

    return await until(look)


async def shows(person: Person, view: Json, holding: str) -> Json:
    """The open view as soon as these words stand in it."""

    async def look() -> Json | None:
        now = await person.view(view)
        return now if holding in words_of(now["blocks"]) or holding in filled(now).values() else None

    return await until(look)


async def gone(person: Person, view: Json) -> bool:
    return view["id"] not in await person.views()


async def pass_to(app: App, clock: MovableClock, moment: datetime) -> None:
    """It becomes that time, and all that is due by then happens, each thing at its own time."""
    await quiet(app)  # what was just done is known as done, as it would be long before then
    while True:
        following = await next_step(app)
        if following is None or following > moment:
            break
        clock.set(max(following, clock.now()))
        await settle(app)
    clock.set(moment)
    await settle(app)


async def settle(app: App) -> None:
    """All that is due now happens."""
    await app.schedule.run_due()
    await quiet(app)


async def quiet(app: App) -> None:
    """Until the bot has answered, has done what events ask of it, and has posted all that it has to."""
    await app.dispatch.idle()
    await app.inbox.handle_new()
    await app.sender.send_due()


async def next_step(app: App) -> datetime | None:
    async with app.database.read() as session:
        return await schedule.next_due(session, after=LONG_AGO)


async def dm_of(slack: Slack, name: str) -> list[Json]:
    """What the app wrote to a person alone, oldest first."""
    state = await slack.state(user=slack.users[name])
    mine = [channel["id"] for channel in state["channels"].values() if channel.get("is_im")]
    return [
        {**message, "channel": channel_id}
        for channel_id in mine
        for message in state["messages"].get(channel_id, [])
    ]
