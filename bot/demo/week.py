"""The week before the story's end: the 1:1 of PM and tech lead, and a problem session, from setting up to outcome."""

from bot.demo.acts import ANA, ERIN, KENJI, LEAD, PM, Around, Command, InDays, Press, WeekdayOf

LATE = "Merchants learn hours late that a payment failed"
BY_HAND = "Support types the same refund into two systems"
DOUBLE = "An invoice is paid twice when the page hangs"

ANSWER, ADD_IDEA, VOTE = "one_on_ones.answer", "problem_sessions.add_idea", "problem_sessions.vote"
OUTCOME = "problem_sessions.outcome"

WEEK = (
    Around(
        -7,
        "16:20",
        [
            Command(PM, "/one-on-one", "@techlead", {"weekday": WeekdayOf(1), "time": "08:45"}),
            Command(PM, "/problem", "session", {"weekday": WeekdayOf(1), "time": "11:00"}),
            Command(
                PM,
                "/problem",
                LATE,
                {
                    "who": "merchants, and support after them",
                    "evidence": "9 of 31 calls last week. “I sent the goods, and in the evening I saw that nobody had paid.”",
                },
            ),
        ],
    ),
    Around(
        -6,
        "10:05",
        [
            Command(
                ANA,
                "/problem",
                BY_HAND,
                {
                    "who": "support",
                    "evidence": "I sat beside them for a morning: 14 refunds, four minutes each, one with a wrong digit.",
                },
            ),
            Press(
                ERIN,
                LATE,
                "problem_sessions.seen_again",
                answers={"evidence": "A shop wrote to me on the forum: they find out from their customers."},
            ),
            Command(
                KENJI,
                "/problem",
                DOUBLE,
                {
                    "who": "customers on slow phones",
                    "evidence": "17 last month. All of them pressed “Pay” a second time within 20 seconds.",
                },
            ),
        ],
    ),
    Around(
        -5,
        "08:55",
        [
            Press(
                LEAD,
                "Your 1:1 with",
                ANSWER,
                answers={
                    "answer_0": "Only Erin knows the ledger. When she is away, we do not touch it.",
                    "answer_3": "Good since Friday deployments are back. On call is still too much for three.",
                },
            ),
            Press(
                PM,
                "Your 1:1 with",
                ANSWER,
                answers={
                    "answer_0": "I promised the partner a date before I asked any of you.",
                    "answer_4": "Tell me earlier when something sounds simple and is not.",
                },
            ),
            Command(LEAD, "/one-on-one", "add", {"text": "Who knows the ledger when Erin is away"}),
            Command(PM, "/one-on-one", "add", {"text": "The partner wants a date for partial refunds"}),
        ],
    ),
    Around(-5, "11:10", [Press(PM, "Which three problems matter most", "problem_sessions.pick", answers={})]),
    Around(
        -4,
        "08:50",
        [
            Press(LEAD, "1:1 ·", "one_on_ones.tick", beside="Who knows the ledger"),
            Press(
                PM,
                "1:1 ·",
                "one_on_ones.take_note",
                answers={
                    "text": "Kenji and Ana pair with Erin on the ledger, a day a week, until both can deploy it."
                },
            ),
            Press(
                PM,
                "1:1 ·",
                "one_on_ones.make_action",
                answers={"text": "Tell the partner that there is no date yet, and why", "due": InDays(2)},
            ),
            Press(PM, "1:1 ·", "one_on_ones.we_are_done"),
        ],
    ),
    Around(
        -4,
        "11:15",
        [
            Press(
                ERIN,
                LATE,
                ADD_IDEA,
                answers={"text": "Push a message to the till the second a payment fails"},
            ),
            Press(
                KENJI, LATE, ADD_IDEA, answers={"text": "Show “not paid yet” until it is, instead of “sent”"}
            ),
            Press(
                ANA, LATE, ADD_IDEA, answers={"text": "Call the three largest shops and watch their evening"}
            ),
        ],
    ),
    Around(
        -3,
        "14:10",
        [
            Press(PM, LATE, "problem_sessions.reveal"),
            Press(LEAD, "“not paid yet”", VOTE),
            Press(ERIN, "“not paid yet”", VOTE),
            Press(PM, LATE, OUTCOME, choose="explore"),
            Press(PM, BY_HAND, OUTCOME, choose="parked"),
            Press(PM, "Problem session ·", "problem_sessions.close"),
        ],
    ),
)
