"""A decision whose day to look again has come is kept; what changes it has its own doors."""

from datetime import date

from bot.access.rules import Action, require
from bot.errors import FieldRefusal
from bot.outbox import service as outbox
from bot.records import service as records
from bot.rituals.decisions import service
from bot.rituals.decisions.listeners.posting import update_card
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.views import again
from bot.slack import blocks as b
from bot.slack.request import Request


async def open_keeping(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        decision = await records.by_id(session, viewer=viewer, kind=Decision, record_id=value)
    require(viewer, Action.CHANGE, decision)
    service.require_standing(decision)
    request.open_view(again.keeping(decision, today=decision.team.today(request.now)))


async def submit_keeping(request: Request) -> None:
    typed = request.values.get("revisit_on")
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        decision = await records.by_id(
            session,
            viewer=viewer,
            kind=Decision,
            record_id=request.ids.get("record"),
            action=Action.CHANGE,
        )
        seen = request.ids.get("seen")  # not in a form that was open when the app was updated
        if decision.stands and seen not in (None, again.date_seen(decision)):
            raise FieldRefusal({"revisit_on": again.looked_at_meanwhile(decision)})
        await service.keep(
            session,
            viewer=viewer,
            decision=decision,
            until=date.fromisoformat(typed) if typed else None,
            now=request.now,
        )
        await update_card(session, decision, request.now)
        if decision.card_id:
            await outbox.post(
                session,
                workspace_id=decision.workspace_id,
                source=f"decisions:{decision.id}:kept:{request.view['id']}",
                recipient=decision.channel_id,
                payload=b.message(again.kept_words(decision, user_id=viewer.user_id)),
                thread_of=decision.card_id,
                now=request.now,
                tell=viewer.user_id,
            )
    await request.ack(response_action="clear")
    request.refresh_home()
