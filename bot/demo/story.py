"""Six weeks of a payments team: what they decided and why, what they took back, whom they thanked, how they met."""

from bot.demo.acts import (
    ANA,
    DANA,
    ENGINEERS,
    ERIN,
    KENJI,
    LAST_WORKDAY,
    LEAD,
    MON,
    PM,
    THU,
    TUE,
    WED,
    Command,
    Decide,
    InDays,
    Know,
    Object,
    React,
    Say,
    Scene,
    SetUpTeam,
    Thank,
    Win,
    Withdraw,
)
from bot.demo.week import WEEK

REFUNDS_BY_HAND = """\
week,refunds,partial,minutes
1,41,2,95
2,38,3,88
3,52,2,120
4,47,4,113
"""

STORY = (
    Scene(
        6,
        MON,
        "09:12",
        [
            Say(
                PM,
                "Morning. The partner API is ours from this week on, so I am pulling us together in #payments.",
                "general",
            ),
            Say(
                DANA,
                "Shout when there is something to look at. The refund screens are on my list anyway.",
                "general",
            ),
            SetUpTeam(
                PM,
                {
                    "name": "Payments",
                    "pm": PM,
                    "lead": LEAD,
                    "members": ENGINEERS,
                    "timezone": "Europe/Berlin",
                    "capture_emoji": "pushpin",
                },
            ),
            Say(
                LEAD,
                "From now on what we decide goes into the log, with what we did *not* choose. Last year we argued about"
                " the same queue three times.",
                key="log it",
            ),
            React("log it", [PM, ANA], "+1"),
        ],
    ),
    Scene(
        6,
        TUE,
        "10:40",
        [
            Decide(
                "webhooks",
                PM,
                "Use webhooks instead of polling for the partner API",
                {
                    "context": "Merchants ask why a payment shows up minutes late. The partner allows 60 calls a minute"
                    " for all of our customers together; with 4,000 accounts we would look at each one every 67 minutes.",
                    "alternatives.0.name": "Poll every 30 seconds",
                    "alternatives.0.why_not": "Simpler, and nothing to expose, but their rate limit ends it at 30 accounts.",
                    "alternatives.1.name": "A nightly file",
                    "alternatives.1.why_not": "They offer one, but support needs to see a payment while the merchant is on"
                    " the phone.",
                    "trade_offs": "Events come twice, late, and out of order: every handler has to bear that.",
                    "must_know": ENGINEERS,
                    "consulted": [DANA],
                    "tags": "partner-api, webhooks",
                    "revisit_when": "the partner begins to charge for each webhook",
                },
            ),
            Know("webhooks", [ERIN, KENJI, ANA]),
            Say(
                ANA,
                "Finally. I still have the cron job from the pilot, I will take it out on Friday.",
                under="webhooks",
            ),
        ],
    ),
    Scene(
        6,
        THU,
        "14:05",
        [
            Decide(
                "keys for a day",
                LEAD,
                "Keep idempotency keys for 24 hours",
                {
                    "context": "Webhooks come twice. We remember the key of each one we have handled and answer the second"
                    " with what the first one got.",
                    "alternatives.0.name": "Compare the payload",
                    "alternatives.0.why_not": "Two real refunds of the same amount look exactly alike.",
                    "trade_offs": "A copy that comes later than a day is handled again.",
                    "deciders": [LEAD, KENJI],
                    "must_know": [ERIN, ANA],
                    "tags": "webhooks, idempotency",
                },
            ),
            Know("keys for a day", [ANA]),
        ],
    ),
    Scene(
        5,
        TUE,
        "11:20",
        [
            Decide(
                "minor units",
                LEAD,
                "Store amounts as integers in minor units",
                {
                    "context": "The ledger adds up millions of rows, and last month's report was off by 3 cents.",
                    "alternatives.0.name": "Decimal columns",
                    "alternatives.0.why_not": "Fine in the database, but each of our three languages rounds them in a way of"
                    " its own.",
                    "alternatives.1.name": "Floating point",
                    "alternatives.1.why_not": "That is where the 3 cents went.",
                    "trade_offs": "Whoever shows an amount has to know the currency's number of digits.",
                    "deciders": [LEAD],
                    "must_know": [KENJI, ANA],
                    "tags": "ledger, money",
                },
            ),
            Object(
                "minor units",
                ANA,
                "question",
                "The yen has no minor unit and the dinar has three digits. Where do we keep that?",
            ),
            Say(
                LEAD,
                "In one table, `currency_digits`, after ISO 4217. Nobody writes `/ 100` anywhere.",
                under="minor units",
            ),
            Say(ANA, "Clear, thank you. I will add a check for `/ 100` to the linter.", under="minor units"),
            Know("minor units", [ANA, KENJI]),
        ],
    ),
    Scene(
        5,
        THU,
        "15:30",
        [
            Say(
                PM,
                "These are the refunds that support did by hand in the last four weeks. Of 178, only 11 were partial.",
                key="refunds",
                file=("refunds-by-hand.csv", REFUNDS_BY_HAND),
            ),
            React("refunds", [LEAD], "eyes"),
            Decide(
                "full refunds",
                PM,
                "Ship full refunds first, partial refunds later",
                {
                    "context": "Support spends two hours a week on refunds by hand, and 94 of 100 are for the whole amount."
                    " Full refunds alone can be out in two weeks, both together in five.",
                    "alternatives.0.name": "Both at once",
                    "alternatives.0.why_not": "Three more weeks of work by hand, for 6 refunds of 100.",
                    "alternatives.1.name": "A button that writes to support",
                    "alternatives.1.why_not": "Hides the work instead of removing it.",
                    "trade_offs": "For some weeks a partial refund is still a ticket.",
                    "must_know": [*ENGINEERS, DANA],
                    "consulted": [DANA],
                    "tags": "refunds, scope",
                    "revisit_on": InDays(9),
                    "revisit_when": "there are more than ten partial refunds a week",
                },
            ),
            Object(
                "full refunds",
                KENJI,
                "disagree",
                "We will be asked for partial ones in the first week. I will build it so that the amount is a field from the"
                " start, then later is cheap.",
            ),
            Know("full refunds", [ERIN]),
            Say(
                PM,
                "That is a good way to disagree. Let us count the requests, and look again in two weeks.",
                under="full refunds",
            ),
        ],
    ),
    Scene(
        4,
        MON,
        "16:10",
        [
            Decide(
                "freeze",
                PM,
                "Freeze deployments on Fridays",
                {
                    "context": "Two of the last three incidents began on a Friday afternoon, and the second one took Tomás' Saturday.",
                    "alternatives.0.name": "Deploy with two people on call",
                    "alternatives.0.why_not": "It is still somebody's weekend.",
                    "trade_offs": "What is done on Thursday evening waits until Monday.",
                    "must_know": ENGINEERS,
                    "tags": "process, deployments",
                    "revisit_when": "the Monday deployments get large",
                },
            ),
            Know("freeze", [KENJI]),
        ],
    ),
    Scene(
        4,
        WED,
        "10:15",
        [
            Decide(
                "ledger",
                LEAD,
                "Keep the ledger in PostgreSQL, not in an event store",
                {
                    "context": "Double entry needs two rows or none. We have 300 writes a second at the peak and three people"
                    " who know PostgreSQL well.",
                    "alternatives.0.name": "An event store",
                    "alternatives.0.why_not": "A history for free, but nobody here has run one, and reports would need a"
                    " second database.",
                    "alternatives.1.name": "Two more tables in the orders database",
                    "alternatives.1.why_not": "The orders team migrates on its own schedule.",
                    "trade_offs": "We write the history ourselves: rows are added and never changed.",
                    "deciders": [LEAD, ERIN],
                    "must_know": [PM, KENJI],
                    "tags": "ledger, postgresql",
                    "revisit_on": InDays(-1),
                    "revisit_when": "there are more than 2,000 writes a second",
                },
            ),
            Know("ledger", [PM, KENJI]),
            Win(
                "reconciliation",
                LEAD,
                "The nightly reconciliation runs in four minutes instead of fifty",
                {
                    "makes_possible": "Support sees yesterday's mismatches before the first call of the day, and we can run it"
                    " again by daylight when something looks odd.",
                    "thanks_to": [KENJI],
                },
            ),
            Thank("reconciliation", [PM, ERIN]),
            Say(
                PM,
                "I showed this to support and they did not believe the clock. Thank you.",
                under="reconciliation",
            ),
        ],
    ),
    Scene(
        3,
        TUE,
        "09:50",
        [
            Say(
                ERIN,
                "The double refund of Sunday: the partner sent the same webhook again after *three days*. Our key was gone by"
                " then.",
                key="double refund",
            ),
            Say(
                KENJI,
                "Their documentation says they retry for up to 72 hours. We read 24.",
                under="double refund",
            ),
            Say(
                LEAD,
                "Nobody's fault, we decided it without that number. Seven days costs us 2 GB.",
                under="double refund",
            ),
            Decide(
                "keys for a week",
                LEAD,
                "Keep idempotency keys for seven days",
                {
                    "context": "The partner repeats a webhook for up to 72 hours. With keys for 24 hours one refund was paid out"
                    " twice.",
                    "alternatives.0.name": "72 hours, as they say",
                    "alternatives.0.why_not": "Leaves nothing for a queue that stood still over a weekend.",
                    "alternatives.1.name": "For ever",
                    "alternatives.1.why_not": "100 GB a year, to guard against what has never happened.",
                    "trade_offs": "The table of keys grows to about 2 GB.",
                    "deciders": [LEAD, KENJI],
                    "must_know": [ERIN, ANA],
                },
                instead_of=("supersede", "keys for a day"),
            ),
            Know("keys for a week", [ERIN, ANA]),
        ],
    ),
    Scene(
        3,
        THU,
        "13:25",
        [
            Decide(
                "tls",
                ANA,
                "Drop TLS 1.1 on the public endpoints",
                {
                    "context": "0.02 % of the calls still use it, all of them from two old tills.",
                    "deciders": [ANA],
                    "tags": "security",
                },
            ),
            Withdraw(
                "tls", ANA, "This is for the platform team to decide, not for us. I brought it to them."
            ),
        ],
    ),
    Scene(
        2,
        WED,
        "11:05",
        [
            Win(
                "replay",
                PM,
                "Any webhook can be played again from the admin page",
                {
                    "makes_possible": "Support repairs a lost payment on its own, where two of us used to read logs for an hour.",
                    "thanks_to": [ANA, ERIN],
                },
            ),
            Thank("replay", [LEAD]),
            React("replay", [PM], "tada"),
            Say(
                DANA,
                "New refund screens are in the prototype. Full amount only, the field is there and greyed out.",
                "general",
            ),
        ],
    ),
    Scene(
        1,
        TUE,
        "10:30",
        [
            Decide(
                "no freeze",
                LEAD,
                "Deploy on Fridays again, until three o'clock",
                {
                    "context": "Since the freeze half of the week's changes go out together on Monday, and both incidents since"
                    " then were in that heap. Small deployments turned out safer than quiet Fridays.",
                    "alternatives.0.name": "Keep the freeze",
                    "alternatives.0.why_not": "It moved the incidents from Friday to Monday and made them larger.",
                    "trade_offs": "Whoever deploys on a Friday stays until four.",
                    "must_know": ENGINEERS,
                },
                instead_of=("reverse", "freeze"),
            ),
            Know("no freeze", [KENJI]),
        ],
    ),
    Scene(
        1,
        THU,
        "15:15",
        [
            Say(
                PM,
                "One card payment in twelve fails, and a third of those would go through a day later. Should we try again by"
                " ourselves?",
                key="retries",
            ),
            Say(
                ERIN,
                "Card networks fine us when we try too often. I would stop after three.",
                under="retries",
            ),
            Say(
                LEAD,
                "Three tries over two days then, and never twice for a card that is reported stolen.",
                under="retries",
            ),
            Decide(
                "retries decided",
                PM,
                "Retry failed card payments three times within two days",
                {
                    "context": "One card payment in twelve fails, and a third of those would go through a day later: about 900"
                    " payments a month.",
                    "alternatives.0.name": "Ask the customer for another card",
                    "alternatives.0.why_not": "Half of them do not come back.",
                    "alternatives.1.name": "Try every hour",
                    "alternatives.1.why_not": "Card networks charge for more than four tries.",
                    "trade_offs": "A payment may be open for two days before we know.",
                    "status": "proposed",
                    "must_know": ENGINEERS,
                    "consulted": [DANA],
                    "tags": "cards, retries",
                },
                about="retries",
            ),
            Object(
                "retries decided",
                ERIN,
                "question",
                "What does the customer see in those two days? Dana's screen only knows paid and failed.",
            ),
        ],
    ),
    Scene(
        0,
        LAST_WORKDAY,
        "15:40",
        [
            Say(
                PM,
                "The partner API goes to all merchants on Monday. Thank you, all of you.",
                "general",
                key="launch",
            ),
            React("launch", [DANA, ERIN], "tada"),
            Win(
                "vpn",
                ERIN,
                "Test payments work without the VPN",
                {
                    "makes_possible": "Everybody in sales can show a payment on their own phone.",
                    "thanks_to": [LEAD],
                },
            ),
            Say(KENJI, "Full refunds are on staging. Try to break them, please.", key="staging"),
            React("staging", [PM], "rocket"),
            Say(ANA, "Refunding a refund is refused, but the words are wrong. I am on it.", under="staging"),
            Command(
                LEAD,
                "/one-on-one",
                "add",
                {"text": "Kenji wants to lead the partial refunds. What would he need from us?"},
            ),
            Command(
                KENJI,
                "/problem",
                "A merchant cannot see why a payout is smaller than expected",
                {
                    "who": "merchants",
                    "evidence": "Two calls this week. Both thought that we had lost a payment; it was a chargeback.",
                },
            ),
        ],
    ),
    *WEEK,
)
"""What a demo shows. Those who act are the people of the local Slack's own seed."""
