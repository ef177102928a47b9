"""Installing the app by OAuth, as slack_sdk does it."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import LocalSlack
from tests.playground.conftest import Control, client_of, refusal

# slack_sdk 3.47 sends the credentials with a class that aiohttp 3.14 calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
REDIRECT = "https://bot.example/slack/oauth_redirect"
SEED: dict[str, Any] = {
    "workspaces": [{"name": "Acme", "installed": False, "users": [{"name": "admin", "role": "admin"}]}]
}


def manifest(*, rotation: bool) -> dict[str, Any]:
    return {
        "display_information": {"name": "Common Ground"},
        "oauth_config": {"scopes": {"bot": ["chat:write", "commands"], "bot_optional": ["groups:history"]}},
        "settings": {"token_rotation_enabled": rotation},
    }


@pytest.fixture(params=[False, True], ids=["lasting tokens", "rotating tokens"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(SEED, manifest=manifest(rotation=request.param)) as slack:
        yield slack


async def granted(slack: LocalSlack, session: aiohttp.ClientSession, **more: str) -> dict[str, str]:
    """What comes back to the app's redirect address."""
    asked = {
        "client_id": slack.described()["client_id"],
        "scope": "chat:write,commands",
        "state": "s1",
        "redirect_uri": REDIRECT,
        **more,
    }
    async with session.get(
        f"{slack.url}/oauth/v2/authorize", params=asked, allow_redirects=False
    ) as response:
        assert response.status == 302
        back = urlsplit(response.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT
    return {key: values[0] for key, values in parse_qs(back.query).items()}


async def trade(slack: LocalSlack, **more: str) -> Any:
    known = slack.described()
    credentials = {"client_id": known["client_id"], "client_secret": known["client_secret"]}
    return await AsyncWebClient(base_url=slack.api_url).oauth_v2_access(**(credentials | more))


async def test_what_was_granted_is_traded_for_a_token_once(
    slack: LocalSlack, session: aiohttp.ClientSession, control: Control
) -> None:
    assert (await refusal(client_of(slack).auth_test()))["error"] == "account_inactive"
    back = await granted(slack, session)

    answer = await trade(slack, code=back["code"], redirect_uri=REDIRECT)

    assert back["state"] == "s1"
    assert answer["scope"] == "chat:write,commands"
    assert answer["team"]["id"] == slack.team_id
    assert answer["authed_user"]["id"].startswith("U")
    assert (await client_of(slack, answer["access_token"]).auth_test())["team_id"] == slack.team_id
    assert (await refusal(trade(slack, code=back["code"])))["error"] == "code_already_used"
    written = str(await control.get("ledger"))
    assert answer["access_token"] not in written
    assert back["code"] not in written
    assert slack.described()["client_secret"] not in written


async def test_a_person_may_press_cancel(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    assert await granted(slack, session, deny="1") == {"state": "s1", "error": "access_denied"}


async def test_a_code_is_good_for_ten_minutes_and_for_the_app_it_was_given_to(
    slack: LocalSlack, session: aiohttp.ClientSession, control: Control
) -> None:
    code = (await granted(slack, session))["code"]

    assert (await refusal(trade(slack, code="invented")))["error"] == "invalid_code"
    assert (await refusal(trade(slack, code=code, client_secret="guess")))["error"] == "bad_client_secret"
    elsewhere = await refusal(trade(slack, code=code, redirect_uri="https://evil.example"))
    assert elsewhere["error"] == "bad_redirect_uri"
    await control.post("clock", advance=601)
    assert (await refusal(trade(slack, code=code)))["error"] == "invalid_code"


async def test_a_rotating_token_expires_and_is_renewed_once(
    session: aiohttp.ClientSession,
) -> None:
    async with LocalSlack(SEED, manifest=manifest(rotation=True)) as slack:
        control = Control(session, slack.url)
        first = await trade(slack, code=(await granted(slack, session))["code"])
        await control.post("clock", advance=43_201)
        expired = await refusal(client_of(slack, first["access_token"]).auth_test())
        renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = await trade(slack, **renewal)

        assert expired["error"] == "token_expired"
        assert (await client_of(slack, second["access_token"]).auth_test())["ok"]
        assert (await refusal(trade(slack, **renewal)))["error"] == "invalid_refresh_token"
