"""The menu, and muting, which its buttons offer."""

from bot.people import service as people
from bot.rituals.partner.views import menu
from bot.slack import blocks as b
from bot.slack.request import Request


async def show_menu(request: Request) -> None:
    async with request.read() as session:
        muted = await people.is_muted(session, actor=request.actor)
    await request.ack(**menu.menu(request.menu, muted=muted))


async def mute(request: Request) -> None:
    await _set_muted(request, muted=True)
    await request.ack(text=menu.muted_words(muted=True))


async def unmute(request: Request) -> None:
    await _set_muted(request, muted=False)
    await request.ack(text=menu.muted_words(muted=False))


async def mute_by_button(request: Request) -> None:
    await _set_muted(request, muted=True)
    request.tell(b.message(menu.muted_words(muted=True)))
    request.refresh_home()


async def unmute_by_button(request: Request) -> None:
    await _set_muted(request, muted=False)
    request.tell(b.message(menu.muted_words(muted=False)))
    request.refresh_home()


async def _set_muted(request: Request, *, muted: bool) -> None:
    person = await request.directory.person(request.slack, request.actor, home=request.workspace.slack_id)
    async with request.begin() as session:
        await people.set_muted(session, actor=request.actor, muted=muted, name=person.name)
