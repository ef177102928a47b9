"""The rituals, one line each. Order is the order in which Home and the menu show them."""

from bot.ritual import Ritual
from bot.rituals import decisions, one_on_ones, partner, wins

RITUALS: tuple[Ritual, ...] = (
    one_on_ones.ritual,
    decisions.ritual,
    wins.ritual,
    partner.ritual,
)
