"""On the card and the record's page: answering, changing, linking, withdrawing."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.outbox import service as outbox
from bot.records import drafts
from bot.records import service as records
from bot.records.models import Relation
from bot.records.views import show_page
from bot.rituals.decisions import ids, service
from bot.rituals.decisions.listeners import finding
from bot.rituals.decisions.listeners.form import up_to_date
from bot.rituals.decisions.listeners.posting import update_card
from bot.rituals.decisions.models import Answer, Decision
from bot.rituals.decisions.views import form, messages, page
from bot.rituals.decisions.views.form import FormState
from bot.slack.blocks import Payload
from bot.slack.request import Request

# Answering


async def press_know(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        decision = await _decision(session, viewer, value, Action.ACKNOWLEDGE)
        news = await service.acknowledge(
            session,
            viewer=viewer,
            decision=decision,
            answer=Answer.KNOW,
            pressed_at=request.action["action_ts"],
            now=request.now,
        )
        if news:
            await update_card(session, decision, request.now, is_listed=False)
    if request.in_modal:
        request.update_view(await finding.page(request, value))
    request.refresh_home()


async def ask_question(request: Request, value: str) -> None:
    await _open_reason(request, value, Answer.QUESTION)


async def disagree(request: Request, value: str) -> None:
    await _open_reason(request, value, Answer.DISAGREE)


async def say_it_blocks(request: Request, value: str) -> None:
    await _open_reason(request, value, Answer.BLOCKS)


async def _open_reason(request: Request, record_id: str, answer: Answer) -> None:
    viewer = await request.see()
    async with request.read() as session:
        decision = await _decision(session, viewer, record_id, Action.ACKNOWLEDGE)
    request.open_view(page.reason(decision, answer, pressed_at=request.action["action_ts"]))


async def submit_reason(request: Request) -> None:
    """The answer is kept, and said in the card's thread."""
    reason, answer = records.typed_reason(request), Answer(request.ids["answer"])
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        decision = await _decision(session, viewer, request.ids["record"], Action.ACKNOWLEDGE)
        await service.acknowledge(
            session,
            viewer=viewer,
            decision=decision,
            answer=answer,
            reason=reason,
            pressed_at=str(request.ids.get("pressed_at") or ""),
            now=request.now,
        )
        await update_card(session, decision, request.now, is_listed=False)
        if decision.card_id:
            await outbox.post(
                session,
                workspace_id=decision.workspace_id,
                source=f"decisions:{decision.id}:answer:{request.view['id']}",
                recipient=decision.channel_id,
                payload=messages.said_in_thread(
                    await service.sheet(session, decision), answer, user_id=viewer.user_id, reason=reason
                ),
                thread_of=decision.card_id,
                now=request.now,
                tell=viewer.user_id,
            )
    await request.ack(response_action="clear")  # a page below still shows what was there before
    request.refresh_home()


# Opening and changing


async def open_page(request: Request, value: str) -> None:
    show_page(request, await finding.page(request, value))


async def change(request: Request, value: str) -> None:
    """The card's menu and the page's buttons: `edit:12`, `supersede:12`, …"""
    what, _colon, record_id = value.partition(":")
    if what == "open":
        request.open_view(await finding.page(request, record_id))
        return
    viewer = await request.see()
    async with request.read() as session:
        decision = await _decision(session, viewer, record_id, Action.READ)
        require(viewer, Action.CHANGE, decision)
        match what:
            case "supersede" | "reverse":
                service.require_standing(decision)
                view = await _replacing_form(session, viewer, decision, reverse=what == "reverse")
            case "link":
                view = page.linking(decision)
            case _:
                records.require_standing(decision)
                view = await _edit_form(session, viewer, decision)
    request.open_view(view)


async def _edit_form(session: AsyncSession, viewer: Viewer, decision: Decision) -> Payload:
    subject = f"record:{decision.id}"
    draft = await drafts.newest(session, actor=viewer, form=ids.FORM, subjects=[subject])
    edits = len(await records.revisions_of(session, record=decision))
    values = form.values_of(decision)
    if draft is not None and await up_to_date(session, decision, draft) == values:
        draft = None  # it holds no change
    state = FormState(
        ids={
            "record": decision.id,
            "edits": edits,
            drafts.SUBJECT: subject,
            **({form.KEPT: kept} if (kept := service.beyond_a_form(decision)) else {}),
        },
        values=values,
        rows=form.rows_of(values),
        more=True,
    )
    return form.form(form.offering(state, draft))


async def _replacing_form(
    session: AsyncSession, viewer: Viewer, decision: Decision, *, reverse: bool
) -> Payload:
    relation = Relation.REVERSES if reverse else Relation.SUPERSEDES
    subject = f"{relation}:{decision.id}"
    draft = await drafts.newest(session, actor=viewer, form=ids.FORM, subjects=[subject])
    state = FormState(
        ids={"channel": decision.channel_id, relation.value: decision.id, drafts.SUBJECT: subject},
        values={"title": messages.reversed_title(decision)} if reverse else {},
        heading=messages.replacing_heading(decision, reverse=reverse),
    )
    return form.form(form.offering(state, draft))


async def submit_link(request: Request) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        decision = await _decision(session, viewer, request.ids["record"], Action.CHANGE)
        changed = await service.link_decision(
            session,
            viewer=viewer,
            decision=decision,
            relation=str(request.values.get("relation")),
            name=str(request.values.get("links") or ""),
            now=request.now,
        )
        for decision in changed:
            await update_card(session, decision, request.now)
    await request.ack(response_action="clear")


# A mistake


async def open_withdrawal(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        decision = await _decision(session, viewer, value, Action.READ)
    require(viewer, Action.WITHDRAW, decision)
    request.open_view(page.withdrawal(decision))


async def submit_withdrawal(request: Request) -> None:
    why = records.typed_reason(request)
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        decision = await _decision(session, viewer, request.ids["record"], Action.WITHDRAW)
        given_back = await service.withdraw(
            session, viewer=viewer, decision=decision, why=why, now=request.now
        )
        for changed in (decision, *given_back):
            await update_card(session, changed, request.now)
    await request.ack(response_action="clear")
    request.refresh_home()


async def _decision(session: AsyncSession, viewer: Viewer, record_id: object, action: Action) -> Decision:
    return await records.by_id(session, viewer=viewer, kind=Decision, record_id=record_id, action=action)
