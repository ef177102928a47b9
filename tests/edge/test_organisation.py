"""The app in one workspace of an Enterprise organisation: Slack names the people's workspaces in another place."""

from collections.abc import AsyncIterator
from copy import deepcopy

import pytest

from bot.playground.seed import DEFAULT
from tests.bot import local_slack
from tests.person import Slack
from tests.rituals.stories import choose, labels, logged

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

HERE, ELSEWHERE, ORGANISATION = "T0ACMEHERE1", "T0ACMEELSE1", "E0ACMEORG01"
PEOPLE = {  # the team that Slack gives, and the workspaces that they are in
    "pm": (ORGANISATION, [HERE]),
    "techlead": (ELSEWHERE, [ELSEWHERE, HERE]),
    "engineer": (ELSEWHERE, [ELSEWHERE]),
}


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    workspace = deepcopy(DEFAULT["workspaces"][0]) | {"team_id": HERE}
    for person in workspace["users"]:
        if person["name"] in PEOPLE:
            team, teams = PEOPLE[person["name"]]
            person |= {
                "team_id": team,
                "enterprise_user": {"enterprise_id": ORGANISATION, "teams": teams},
            }
    async with local_slack({"workspaces": [workspace]}) as slack:
        yield slack


async def test_who_is_in_the_workspace_is_one_of_its_people_and_others_of_the_organisation_are_not(
    slack: Slack,
) -> None:
    card = await logged(slack, "Use webhooks")
    assert "Edit" in labels(await choose(slack.person("techlead"), card, "open"))
    assert "Edit" not in labels(await choose(slack.person("engineer"), card, "open"))
