"""The rituals, one line each. Order is the order in which Home and the menu show them."""

from bot.ritual import Ritual
from bot.rituals import decisions, partner, wins

RITUALS: tuple[Ritual, ...] = (
    decisions.ritual,
    wins.ritual,
    partner.ritual,
)
