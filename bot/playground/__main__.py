"""`python -m bot.playground`: a local Slack of its own, announced in one line of JSON."""

import argparse
import asyncio
import gc
import json
import signal
import sys
from pathlib import Path

import uvloop

from bot.playground.http_delivery import Addresses
from bot.playground.server import LocalSlack


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description="A local Slack.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=Path, help="JSON or YAML: workspaces, users, channels")
    parser.add_argument("--manifest", type=Path, help="the app's manifest.yml: scopes, events, commands")
    parser.add_argument("--json", action="store_true", help="announce it as one line of JSON")
    parser.add_argument("--events-url", help="where the app listens, unless it uses Socket Mode")
    parser.add_argument("--commands-url")
    parser.add_argument("--interactivity-url")
    parser.add_argument("--options-url")
    parser.add_argument("--ledger-limit", type=int, help="keep only the newest entries")
    return parser.parse_args()


async def _serve(given: argparse.Namespace) -> None:
    slack = LocalSlack(
        given.seed,
        manifest=given.manifest,
        host=given.host,
        port=given.port,
        addresses=Addresses(given.events_url, given.commands_url, given.interactivity_url, given.options_url),
        ledger_limit=given.ledger_limit,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with slack:
        sys.stdout.write(_announcement(slack, as_json=given.json) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def _announcement(slack: LocalSlack, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(slack.described())
    return f"""A local Slack is at {slack.url}
SLACK_API_URL={slack.api_url}
SLACK_BOT_TOKEN={slack.bot_token}
SLACK_APP_TOKEN={slack.app_token}
SLACK_SIGNING_SECRET={slack.signing_secret}"""


# All that is said is kept; at its usual pace the collector walks through it again and again.
COLLECT_EVERY = 100_000


def main() -> None:
    gc.set_threshold(COLLECT_EVERY)
    given = _arguments()
    try:
        uvloop.run(_serve(given))
    except OSError as error:
        sys.exit(f"cannot start: {error}")


if __name__ == "__main__":
    main()
