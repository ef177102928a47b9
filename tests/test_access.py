"""Who may do what: one table, whoever asks."""

from dataclasses import dataclass, field

import pytest

from bot.access.rules import Action, Kind, Viewer, WhoMay, may, require
from bot.errors import NotAllowed, NotFound

HERE = "C1"
READ, ANSWER, LOG = Action.READ, Action.ACKNOWLEDGE, Action.LOG
CHANGE, WITHDRAW, ADMINISTER = Action.CHANGE, Action.WITHDRAW, Action.ADMINISTER
ALL = frozenset(Action)


@dataclass(frozen=True)
class Thing:
    who_may: str
    workspace_id: int = 1
    channel_id: str = HERE
    owner_ids: frozenset[str] = field(default_factory=lambda: frozenset({"U1OWNER"}))


def person(kind: Kind, user_id: str = "U1", *, joined: bool = True, admin: bool = False) -> Viewer:
    here = frozenset({HERE})
    return Viewer(1, user_id, kind, admin, here, here if joined else frozenset())


WHO = {
    "maker": (person(Kind.MEMBER, "U1OWNER"), ALL, ALL),
    "maker who left": (person(Kind.MEMBER, "U1OWNER", joined=False), ALL, ALL),
    "admin": (person(Kind.MEMBER, admin=True), ALL, ALL),
    "member": (person(Kind.MEMBER), ALL - {WITHDRAW}, {READ, ANSWER, LOG}),
    "not in the channel": (person(Kind.MEMBER, joined=False), {READ, ANSWER, LOG}, {READ, ANSWER, LOG}),
    "guest": (person(Kind.GUEST), {READ, ANSWER, LOG, CHANGE}, {READ, ANSWER, LOG}),
    "guest who made it": (person(Kind.GUEST, "U1OWNER"), ALL - {ADMINISTER}, ALL - {ADMINISTER}),
    "stranger": (person(Kind.STRANGER), {READ, ANSWER}, {READ, ANSWER}),
    "bot": (person(Kind.BOT), frozenset(), frozenset()),
    "deactivated": (person(Kind.DEACTIVATED), frozenset(), frozenset()),
    "unknown": (person(Kind.UNKNOWN), frozenset(), frozenset()),
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("who", WHO)
def test_the_table_holds(who: str, action: Action) -> None:
    viewer, open_to_the_channel, for_owners = WHO[who]
    for who_may, allowed in ((WhoMay.CHANNEL, open_to_the_channel), (WhoMay.OWNERS, for_owners)):
        record = Thing(who_may)
        assert may(viewer, action, record) is (action in allowed)
        if action in allowed:
            require(viewer, action, record)
        else:
            with pytest.raises(NotAllowed) as refused:
                require(viewer, action, record)
            assert refused.value.message.count(".") >= 2, "it says why not, and what to do"


@pytest.mark.parametrize("elsewhere", [{"workspace_id": 2}, {"channel_id": "C2"}])
@pytest.mark.parametrize("who", WHO)
def test_what_one_cannot_see_is_not_there(who: str, elsewhere: dict[str, object]) -> None:
    record = Thing(WhoMay.CHANNEL, **elsewhere)  # type: ignore[arg-type]
    for action in Action:
        assert not may(WHO[who][0], action, record)
        with pytest.raises(NotFound):
            require(WHO[who][0], action, record)
