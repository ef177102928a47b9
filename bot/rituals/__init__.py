"""The rituals, one line each. Order is the order in which Home and the menu show them."""

from bot.ritual import Ritual
from bot.rituals import decisions, one_on_ones, partner, problem_sessions, wins

RITUALS: tuple[Ritual, ...] = (
    one_on_ones.ritual,
    problem_sessions.ritual,
    decisions.ritual,
    wins.ritual,
    partner.ritual,
)
