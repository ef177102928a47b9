"""What a session says in the channel, and to whom it turns before and after."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import InteractiveElement, StaticSelectElement

from bot.i18n import _
from bot.people.models import Team
from bot.records.links import LinkedRecord
from bot.records.offers import LOG_DECISION_ABOUT, log_decision_value, log_decision_words
from bot.rituals.problem_sessions import ids
from bot.rituals.problem_sessions.models import OUTCOMES, Idea, Pick, Problem, ProblemState
from bot.rituals.problem_sessions.views import words
from bot.rituals.problem_sessions.views.messages import LINES_SHOWN, beginning
from bot.rituals.problem_sessions.views.page import decision_row, hidden_ideas
from bot.schedule import snooze
from bot.schedule import words as schedule_words
from bot.schedule.models import Cadence, Occurrence
from bot.slack import blocks as b
from bot.slack import text

Decided = Mapping[int, Sequence[LinkedRecord]]
"""The decisions about each problem, by its id."""
IDEAS_OFFERED = 3  # to a decision that begins with them
IDEA_SHOWN = 400  # characters, where an idea is one line among others

# Before


def please_pick(occurrence: Occurrence, team: Team, suggested: Sequence[Problem]) -> b.Payload:
    """To who picks: the best of the backlog, and what happens when nobody does."""
    asked = _(
        "The problem session of {channel} is on {when}. Which three problems matter most?",
        channel=text.channel(team.channel_id),
        when=schedule_words.clock(occurrence.starts_at, occurrence.cadence.zone),
    )
    kindly = _("If nothing is picked by then, this session is left out, and that is fine.")
    lines = [_suggestion(problem) for problem in suggested]
    if not suggested:
        lines = [_("I have none to suggest here. “Pick” shows what is logged, and `/problem` logs one.")]
    dates = _about_dates(occurrence)
    return b.message(
        "\n".join([asked, *lines, kindly]),
        [
            b.section(asked),
            *([b.context(*dates)] if dates else []),
            *b.sections("\n".join(lines)),
            b.context(kindly),
            b.actions(
                b.button(_("Pick"), ids.PICK, value=occurrence.id, style="primary"),
                b.button(_("Log a problem"), ids.LOG),
                snooze.menu(ids.PUT_OFF, occurrence),
            ),
        ],
    )


def _suggestion(problem: Problem) -> str:
    return " — ".join(filter(None, [f"• {words.line(problem)}", words.recurring(problem)]))


def _about_dates(occurrence: Occurrence) -> list[str]:
    """That it is not on its usual day, and why."""
    was_moved = occurrence.moved or occurrence.moved_by
    return [_sentence(schedule_words.moved(occurrence))] if was_moved else []


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


def set_up(
    team: Team, cadence: Cadence, following: Occurrence | None, *, by: str, now: datetime
) -> b.Payload:
    said = _(
        "{who} set up problem sessions for {team}: {when}. {next} Until then, `/problem` logs what hurts: no solutions.",
        who=text.mention(by),
        team=text.escape(team.name),
        when=schedule_words.cadence(cadence),
        next=schedule_words.upcoming(cadence, following, now=now),
    )
    return b.message(said, [b.section(said), b.actions(b.button(_("Log a problem"), ids.LOG))])


def changed(said: str, cadence: Cadence, following: Occurrence | None, *, now: datetime) -> b.Payload:
    """Something happened to the sessions: `said`, and when the next one is."""
    whole = f"{said} {schedule_words.upcoming(cadence, following, now=now)}"
    return b.message(whole, [b.section(whole)])


def skipped_words(user_id: str) -> str:
    """Why a session is left out."""
    return _("{who} left it out", who=text.mention(user_id))


def left_out_words(occurrence: Occurrence, *, by: str) -> str:
    day = schedule_words.short_day(occurrence.starts_on)
    return _("{who} left the problem session of {day} out.", who=text.mention(by), day=day)


def moved_words(day: date, *, by: str) -> str:
    """`day`: on which it would have been."""
    shown = schedule_words.short_day(day)
    return _("{who} moved the problem session of {day}, just this once.", who=text.mention(by), day=shown)


def paused_words(*, by: str, until: date | None) -> str:
    who = text.mention(by)
    if until is None:
        return _("{who} paused the problem sessions.", who=who)
    return _("{who} paused the problem sessions until {day}.", who=who, day=schedule_words.short_day(until))


def resumed_words(*, by: str) -> str:
    return _("{who} resumed the problem sessions.", who=text.mention(by))


def ended_words(*, by: str) -> str:
    return _("{who} ended the problem sessions. What was logged stays.", who=text.mention(by))


def picked(occurrence: Occurrence, picks: Sequence[Pick]) -> b.Payload:
    """To who picked: what the session will be about."""
    said = _(
        "Picked for {when}:",
        when=schedule_words.clock(occurrence.starts_at, occurrence.cadence.zone),
    )
    return b.message(
        "\n".join([said, *(f"{pick.position + 1}. {words.line(pick.problem)}" for pick in picks)])
    )


def left_out(occurrence: Occurrence, why: str, following: Occurrence | None, *, now: datetime) -> b.Payload:
    """The one quiet line of a session that does not take place."""
    said = _(
        "No problem session on {day}: {why}. {next}",
        day=schedule_words.short_day(occurrence.starts_on),
        why=why,
        next=schedule_words.upcoming(occurrence.cadence, following, now=now),
    )
    return b.message(said, [b.context(said)])


def rests_without(user_id: str) -> b.Payload:
    """Who picked the problems has no account any more."""
    said = _(
        "{who}, who picked the problems, has no account here any more, so the problem session is paused. "
        "`/partner team` names another PM; `/problem session` lets it go on.",
        who=text.mention(user_id),
    )
    return b.message(said, [b.context(said)])


# While it is open


def headline(occurrence: Occurrence, picks: Sequence[Pick], *, closes_at: datetime | None) -> b.Payload:
    """`closes_at`: until when it is open; none once it is over."""
    when = schedule_words.clock(occurrence.starts_at, occurrence.cadence.zone)
    title, dates = _("Problem session · {when}", when=when), _about_dates(occurrence)
    lines = [f"{pick.position + 1}. {words.line(pick.problem)}" for pick in picks] or [_all_withdrawn()]
    state = _("It is over. Late ideas have their place too.")
    blocks: list[Block] = [b.header(title), *map(b.context, dates), b.section("\n".join(lines))]
    if closes_at is not None:
        state = _(
            "What hurts, and no solution brought along. Each problem has a thread for your ideas, until {when}.",
            when=text.moment(closes_at),
        )
        blocks.append(b.context(state))
        blocks.append(b.actions(b.button(_("Close the session"), ids.CLOSE, value=occurrence.id)))
    else:
        blocks.append(b.context(state))
    return b.message("\n".join([title, *dates, *lines, state]), blocks)


def problem(pick: Pick, decided: Sequence[LinkedRecord]) -> b.Payload:
    """One of the problems, as it stands now: what is known, how many ideas there are, what comes of it."""
    about = pick.problem
    if about.withdrawn_at is not None:
        return _withdrawn(about)
    facts = [f"*{about.name}*", *_hurts(about), *words.counts(about)]
    details = [beginning(about.happens), beginning(about.evidence)]
    so_far = [words.recurring(about), _ideas(pick), _most_wanted(pick), _outcome(pick)]
    state = [*filter(None, so_far), *words.decided(decided)][:LINES_SHOWN]
    spoken = [f"{pick.position + 1}. {text.escape(about.title)}", " · ".join(facts), *state]
    return b.message(
        "\n".join(spoken),
        [
            b.header(f"{pick.position + 1}. {about.title}"),
            b.context(" · ".join(facts)),
            *(b.section(text.quoted(detail)) for detail in details if detail),
            *([b.context(*state)] if state else []),
            b.actions(*_buttons(pick)),
        ],
    )


def _withdrawn(about: Problem) -> b.Payload:
    said = _("{name} was withdrawn.", name=about.name)
    return b.message(said, [b.section(said)])


def _hurts(about: Problem) -> list[str]:
    return [_("hurts {who}", who=text.escape(about.who))] if about.who else []


def _ideas(pick: Pick) -> str:
    if not pick.ideas:
        return _("No idea yet.")
    if pick.revealed_at is None:
        return f"{hidden_ideas(pick)}."
    count = words.ideas(len(pick.ideas))
    return _("{ideas}, in the thread. Vote there: by the button, or by 👍.", ideas=count)


def _most_wanted(pick: Pick) -> str:
    best = pick.most_wanted
    if best is None:
        return ""
    wanted = text.linked(text.shortened(best.text, IDEA_SHOWN))
    return _("Most wanted: {idea} ({n})", idea=wanted, n=len(best.voters))


def _outcome(pick: Pick) -> str:
    if pick.outcome is None or pick.outcome_by is None:
        return ""
    return _(
        "Outcome: {outcome}, says {who}.",
        outcome=words.state(pick.outcome),
        who=text.mention(pick.outcome_by),
    )


def _buttons(pick: Pick) -> list[InteractiveElement]:
    buttons: list[InteractiveElement] = [
        b.button(_("Add an idea"), ids.ADD_IDEA, value=pick.id, style="primary")
    ]
    if pick.revealed_at is None and pick.ideas:
        buttons.append(b.button(_("Reveal the ideas"), ids.REVEAL, value=pick.id))
    return [*buttons, _outcome_select(pick)]


def _outcome_select(pick: Pick) -> StaticSelectElement:
    choices = [(words.state(outcome), f"{outcome}:{pick.id}") for outcome in OUTCOMES]
    select = b.select_input(choices, chosen=f"{pick.outcome}:{pick.id}")
    select.action_id, select.placeholder = ids.OUTCOME, b.text(_("What comes of it?"))
    return select


def idea(shown: Idea) -> b.Payload:
    """One idea, in the thread of its problem, with its votes."""
    line = f"{text.linked(shown.text)} — {text.mention(shown.user_id)}"
    vote = b.button(_("Vote ({n})", n=len(shown.voters)), ids.VOTE, value=shown.id)
    return b.message(line, [b.section(line, accessory=vote)])


def too_early() -> b.Payload:
    """To who voted for an idea before all are shown."""
    return b.message(
        _(
            "That 👍 is no vote yet: nobody votes before all ideas are shown. Take it away and add it again then, or press “Vote”."
        )
    )


# After


def summary(picks: Sequence[Pick], decided: Decided, following: str) -> b.Payload:
    """What a session came to, in the thread of its headline."""
    came_to = [_came_to(pick, decided) for pick in picks] or [_all_withdrawn()]
    paragraphs = ["\n".join(came_to), following]
    if any(pick.outcome is None for pick in picks):
        paragraphs.insert(
            1, _("What has no outcome yet stays open; its message in the channel still takes one.")
        )
    said = "\n\n".join(paragraphs)
    return b.message(said, [block for paragraph in paragraphs for block in b.sections(paragraph)])


def _all_withdrawn() -> str:
    return _("What it was about was withdrawn.")


def _came_to(pick: Pick, decided: Decided) -> str:
    outcome = words.state(pick.outcome) if pick.outcome else _("stays open")
    best = pick.most_wanted
    line = " · ".join(
        [
            f"*{pick.problem.name}* {text.escape(pick.problem.title)}",
            outcome,
            words.said_about(pick),
            *words.decided(decided.get(pick.problem_id, ())),
        ]
    )
    if best is None:
        return line
    wanted = text.linked(text.shortened(best.text, IDEA_SHOWN))
    return _("{line}. Most wanted: {idea}", line=line, idea=wanted)


def decide(pick: Pick, decided: Sequence[LinkedRecord]) -> b.Payload:
    """In the thread of a problem that is decided: what was decided belongs into the log, or is there."""
    about = pick.problem
    if about.withdrawn_at is not None:
        return _withdrawn(about)
    standing = [link for link in decided if not link.is_withdrawn]
    if not standing and pick.outcome != ProblemState.DECIDED:
        said = _("{name} is not decided after all. {outcome}", name=about.name, outcome=_outcome(pick))
        return b.message(said, [b.section(said)])
    if not standing:
        said = _("{name} is decided. Log what and why, so that it is found again.", name=about.name)
        value = log_decision_value(about, decision_begins_with(pick))
        log = b.button(log_decision_words(), LOG_DECISION_ABOUT, value=value)
        return b.message(said, [b.section(said, accessory=log)])
    lines = words.decided(standing)
    return b.message("\n".join(lines), [*map(decision_row, standing)])


def decision_begins_with(pick: Pick) -> str:
    """The idea that was wanted most as its title, and below that the problem and what else was said.

    While ideas are hidden, the problem alone: whoever presses the button reads what it carries.
    """
    about = pick.problem
    shown = pick.ranked_ideas[:IDEAS_OFFERED] if pick.revealed_at is not None else []
    said = [" ".join(idea.text.split()) for idea in shown]
    title, others = (said[0], said[1:]) if said else (about.title, [])
    lines = [title, "", f"{about.name} {about.title}", about.happens or about.evidence]
    return "\n".join([*lines, *(f"- {idea}" for idea in others)]).rstrip()


def did_it_help(picks: Sequence[Pick], decided: Decided) -> b.Payload:
    """Weeks later, to one person; of what was decided as much as they can see."""
    asked = _("A few weeks ago your team talked about this. Did it help?")
    lines = [
        "\n".join(
            [words.line(pick.problem), _outcome(pick), *words.decided(decided.get(pick.problem_id, ()))]
        )
        for pick in picks
    ]
    rows: list[Block] = [
        b.section(line, accessory=b.button(_("Say"), ids.HELPED, value=pick.id))
        for line, pick in zip(lines, picks, strict=True)
    ]
    return b.message("\n".join([asked, *lines]), [b.section(asked), *rows])
