"""What the tests of import and export share."""

import pytest
from sqlalchemy import URL

from tests.rituals.decisions.exchange.command_line import CommonGround


@pytest.fixture
def common_ground(
    database_url: URL, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommonGround:
    monkeypatch.setenv("DATABASE_URL", database_url.render_as_string(hide_password=False))
    return CommonGround(capsys)
