"""The one error listener: turns what a listener raised into words, in the place where the person looks.

Order: a refusal is said as it is, under its field where there is one. Anything else is a fault: logged with its
traceback and a reference, told plainly with the same reference, and nothing that was typed goes.
"""

import secrets
from collections.abc import Mapping

import structlog
from slack_sdk.errors import SlackApiError

from bot.errors import AlreadySaved, FieldRefusal, Refusal
from bot.i18n import _
from bot.slack import blocks as b
from bot.slack.clients import code_of
from bot.slack.forms import block_ids
from bot.slack.request import Request

log = structlog.get_logger()

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I, which people read out wrong

LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"})
"""Slack's codes for a form that came more than three seconds after the click, or after a replayed one."""


async def answer(request: Request, error: Exception) -> None:
    """Answer an interaction whose listener raised before anything was saved."""
    if request.kind == "view_submission":
        await _answer_in_form(request, error)
    elif request.kind == "command":
        await request.ack(text=words_for(error, unknown=request.committing))
    else:
        await request.ack()
        await tell(request, error)


async def answer_saved(request: Request, error: Exception) -> None:
    """It is saved, and that is what the person must hear, whatever failed afterwards."""
    log.error("failed_after_commit", exc_info=error)
    if request.ack.response is None:
        await request.ack()


async def tell(request: Request, error: Exception) -> None:
    """Tell of a failure after the answer, such as a form that would not open."""
    request.tell(b.message(words_for(error, unknown=request.committing and not request.committed)))


def words_for(error: Exception, *, unknown: bool = False) -> str:
    """`unknown`: it broke while it was being saved, so that nobody can say whether it was."""
    if isinstance(error, Refusal):
        return error.message
    if isinstance(error, SlackApiError) and code_of(error) in LATE:
        log.warning("trigger_expired")
        return _("Slack took too long to open the form, and nothing is lost. Please try once more.")
    reference = "".join(secrets.choice(REFERENCE_ALPHABET) for _n in range(4))
    log.error("fault", reference=reference, exc_info=error)
    if unknown:
        return _(
            "Something broke on our side while this was being saved. Please try again in a minute: "
            "it is not saved twice. (ref {reference})",
            reference=reference,
        )
    return _(
        "Something broke on our side and nothing was saved. Please try again in a minute. (ref {reference})",
        reference=reference,
    )


def words_in_form(error: Exception, *, unknown: bool) -> str:
    words = words_for(error, unknown=unknown)
    return words if isinstance(error, Refusal) else f"{words} {_('Your text is still here.')}"


async def _answer_in_form(request: Request, error: Exception) -> None:
    if isinstance(error, AlreadySaved):
        notice = b.modal("kernel.notice", _("Saved"), [b.section(error.message)])
        await request.ack(response_action="update", view=notice)
        return
    fields = error.fields if isinstance(error, FieldRefusal) else {}
    words = words_in_form(error, unknown=request.committing)
    if errors := _on_screen(fields or {"": words}, block_ids(request.view)):
        await request.ack(response_action="errors", errors=errors)
    else:
        notice = b.modal("kernel.notice", _("Not saved"), [b.section(words)])
        await request.ack(response_action="push", view=notice)


def _on_screen(fields: Mapping[str, str], inputs: Mapping[str, None]) -> dict[str, str]:
    """Words under the inputs that are there: Slack ignores an error for one that is not, and shows nothing at all.

    They are plain text there, so that a command is written without its backticks.
    """
    placed: dict[str, str] = {}
    for name, said in fields.items():
        words = said.replace("`", "")
        where = name if name in inputs else next(iter(inputs), None)
        if where is not None:
            placed[where] = f"{placed[where]} {words}" if where in placed else words
    return placed
