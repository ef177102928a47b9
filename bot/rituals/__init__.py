"""The rituals, one line each. Order is the order in which Home and the menu show them."""

from bot.ritual import Ritual
from bot.rituals import decisions, partner

RITUALS: tuple[Ritual, ...] = (
    decisions.ritual,
    partner.ritual,
)
