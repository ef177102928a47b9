"""All tables: importing this module is not enough, `metadata()` brings in every module that declares one."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

import bot
from bot.db.base import Base


def metadata() -> MetaData:
    """Found by their file name, so that a table cannot be forgotten: a model nobody imports is missing from a migration."""
    root = Path(bot.__file__).parent
    for path in sorted(root.rglob("models.py")):
        import_module(".".join(("bot", *path.relative_to(root).with_suffix("").parts)))
    return Base.metadata
