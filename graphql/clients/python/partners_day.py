"""A partner's first day, to copy from: a key, users, usage, webhooks, a mirror of the invoices.

It uses what everybody has: HTTP, the generated client, and a library of Standard Webhooks.

    pip install httpx pydantic pydantic-core standardwebhooks
    PERSEAT_KEY=perseat_test_... python partners_day.py http://127.0.0.1:8000 account_...

The key is an administrator's of a sandbox account that is a trial, whatever its `testClock`, and
Perseat runs with `PERSEAT_WEBHOOKS_TO_LOOPBACK=true`. It ends with the mirror compared with the
API, as JSON.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from perseat_client import Perseat
from perseat_client.input_types import CreateUserInput
from standardwebhooks import Webhook, WebhookVerificationError

USERS, EVENTS, BATCH = 50, 2_000, 500
PATIENCE = 60
KINDS = ["INVOICE_ISSUED", "INVOICE_PAID", "INVOICE_PAST_DUE", "INVOICE_VOIDED"]
INVOICE = "number kind status total { amount } amountDue { amount }"


class Patient(httpx.AsyncHTTPTransport):
    """Waits as long as a 429 says, and sends again what got no answer. That is safe: whatever makes
    something has an `idempotencyKey`, and usage has ids."""

    waits = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        deadline = monotonic() + PATIENCE
        while True:
            try:
                answer = await super().handle_async_request(request)
            except httpx.TransportError:
                if monotonic() > deadline or not hasattr(request, "_content"):
                    raise
                await asyncio.sleep(1)
                continue
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return answer
            if monotonic() > deadline:
                return answer
            self.waits += 1
            await answer.aclose()
            await asyncio.sleep(int(answer.headers["retry-after"]))


@dataclass
class Partner:
    """`seen` and `mirror` would be tables: the ids of events, and invoices by their ids."""

    account: str
    http: httpx.AsyncClient
    perseat: Perseat
    transport: Patient
    seen: set[str] = field(default_factory=set)
    mirror: dict[str, Any] = field(default_factory=dict)

    async def ask(self, query: str, **variables: Any) -> Any:
        """What the generated client has no document for."""
        answer = await self.perseat.execute(query, variables=variables)
        return self.perseat.get_data(answer)

    async def do(self, name: str, kind: str, answer: str, /, **given: Any) -> Any:
        query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {answer} "
        told = (await self.ask(f"{query} userErrors {{ field message }} }} }}", input=given))[name]
        if told["userErrors"]:
            raise SystemExit(f"{name}: {told['userErrors']}")
        return told

    async def hear(self, event: dict[str, Any]) -> bool:
        """Thin events in any order, any number of times: what counts is asked for by the id."""
        if event["id"] in self.seen:
            return False
        invoice = event["data"].get("invoiceId")
        if event["type"].startswith("invoice.") and invoice:
            query = f"query($id: ID!) {{ invoice(id: $id) {{ {INVOICE} }} }}"
            self.mirror[invoice] = (await self.ask(query, id=invoice))["invoice"]
        self.seen.add(event["id"])
        return True


def as_partner(url: str, key: str, account: str) -> Partner:
    transport = Patient()
    headers = {"authorization": f"Bearer {key}"}
    http = httpx.AsyncClient(base_url=url, headers=headers, transport=transport, timeout=30)
    return Partner(account, http, Perseat(f"{url}/graphql", http_client=http), transport)


@contextmanager
def receiving(told: asyncio.Queue[dict[str, Any]], secret: list[str]) -> Iterator[str]:
    """Where webhooks may go; what is verified is put into the queue, and worked on afterwards."""
    loop = asyncio.get_running_loop()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                event = Webhook(secret[0]).verify(body, dict(self.headers))
                loop.call_soon_threadsafe(told.put_nowait, event)
                self.send_response(204)
            except (IndexError, WebhookVerificationError):
                self.send_response(400)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/webhooks"
        server.shutdown()


async def provision(partner: Partner) -> int:
    """Each is sent twice, as after an answer that was lost: the key makes it one user."""

    async def add(number: int) -> str:
        person = CreateUserInput(
            accountId=partner.account,
            firstName="User",
            lastName=str(number),
            email=f"person{number}@partner.example",
            idempotencyKey=f"user {number}",
        )
        told = [(await partner.perseat.create_user(person)).create_user for _ in range(2)]
        if told[0].user is None or told[0] != told[1]:
            raise SystemExit(f"createUser: {told}")
        return str(told[0].user.id)

    return len(set(await asyncio.gather(*(add(number) for number in range(USERS)))))


async def now(partner: Partner) -> str:
    """By the account's own clock."""
    query = "query($id: ID!) { account(id: $id) { testClock } }"
    clock = (await partner.ask(query, id=partner.account))["account"]["testClock"]
    if clock is None:
        raise SystemExit("This account is no sandbox account: its time cannot be advanced.")
    return str(clock)


async def next_bill(partner: Partner) -> str:
    """The morning of the 1st on which the next invoice is issued, where the account is billed."""
    query = (
        """query($id: ID!) { account(id: $id) { billingTimezone upcomingInvoice { issuedOn } } }"""
    )
    account = (await partner.ask(query, id=partner.account))["account"]
    first = date.fromisoformat(account["upcomingInvoice"]["issuedOn"])
    return datetime.combine(first, time(9), ZoneInfo(account["billingTimezone"])).isoformat()


def batches(happened_at: str) -> Iterator[bytes]:
    """Usage as it is uploaded; each event has an id of our own."""
    how = {"kind": "SMS_SEGMENT", "direction": "OUTBOUND", "lineType": "LOCAL"}
    how |= {"initiator": "AUTOMATION", "happenedAt": happened_at}
    for first in range(0, EVENTS, BATCH):
        numbers = range(first, first + BATCH)
        lines = [{"id": f"sms {number}", "quantity": 1, **how} for number in numbers]
        yield "\n".join(json.dumps(each) for each in lines).encode()


async def upload(partner: Partner) -> dict[str, int]:
    """The second batch is cut in the middle, then sent whole; the last one is sent twice."""
    statuses: dict[str, int] = {}

    async def send(content: Any) -> None:
        answer = await partner.http.post(
            "/usage", content=content, headers={"content-type": "application/x-ndjson"}
        )
        answer.raise_for_status()
        for line in answer.text.splitlines()[:-1]:
            status = json.loads(line)["result"]
            statuses[status] = statuses.get(status, 0) + 1

    async def cut(body: bytes) -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        raise httpx.WriteError("the line is dead")

    first, second, *others = batches(await now(partner))
    for body in (first, second, *others, others[-1]):
        if body is second:
            try:
                await send(cut(body))
            except httpx.WriteError:
                statuses["CUT"] = 1
        await send(body)
    return statuses


async def backstop(partner: Partner) -> int:
    """What no webhook has told: from before there was an endpoint, or lost on our side."""
    query = """query($id: ID!, $kinds: [EventKind!], $after: String) { account(id: $id) {
        events(kinds: $kinds, first: 50, after: $after) {
            nodes { id kind data } pageInfo { hasNextPage endCursor } } } }"""
    found, after, more = 0, None, True
    while more:
        told = await partner.ask(query, id=partner.account, kinds=KINDS, after=after)
        page = told["account"]["events"]
        for each in page["nodes"]:
            kind = each["kind"].lower().replace("_", ".", 1)
            found += await partner.hear({"id": each["id"], "type": kind, "data": each["data"]})
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    return found


async def convert(customer: Partner) -> None:
    """What a company does in its own pages: a card, and the trial is over."""
    await customer.perseat.add_card(customer.account, "card_ok")
    key = {"accountId": customer.account, "idempotencyKey": "convert"}
    await customer.do("convertTrial", "ConvertTrialInput", "invoice { id }", **key)


async def listen(
    partner: Partner, told: asyncio.Queue[dict[str, Any]], secret: list[str], place: str
) -> int:
    """An endpoint, then the next 1st; how many webhooks came until its invoice was paid."""
    hook = {"accountId": partner.account, "url": place, "idempotencyKey": "CRM endpoint"}
    made = await partner.do("createWebhookEndpoint", "CreateWebhookEndpointInput", "secret", **hook)
    secret.append(made["secret"])
    to = {"accountId": partner.account, "to": await next_bill(partner)}
    await partner.do("advanceTestClock", "AdvanceTestClockInput", "account { id }", **to)
    number = 0
    async with asyncio.timeout(PATIENCE):
        while ("RENEWAL", "PAID") not in [
            (i["kind"], i["status"]) for i in partner.mirror.values()
        ]:
            number += await partner.hear(await told.get())
    return number


async def report(partner: Partner) -> None:
    """Asks for so much, again and again, that it has to wait: budgets are points, and come back."""
    query = """query($id: ID!) { account(id: $id) {
        invoices(first: 100) { nodes { number charges { description amount { amount } steps } } }
        users(first: 100) { nodes { email roles access { canLogIn } } } } }"""
    while not partner.transport.waits:
        await partner.ask(query, id=partner.account)


async def invoices(partner: Partner) -> dict[str, Any]:
    query = f"""query($id: ID!) {{ account(id: $id) {{
        invoices(first: 50) {{ nodes {{ id {INVOICE} }} }} }} }}"""
    found = (await partner.ask(query, id=partner.account))["account"]["invoices"]["nodes"]
    return {each.pop("id"): each for each in found}


async def day(url: str, account: str, key: str) -> dict[str, Any]:
    customer = as_partner(url, key, account)
    new = {"accountId": account, "role": "PARTNER", "name": "CRM", "idempotencyKey": "CRM key"}
    text = (await customer.do("createApiKey", "CreateApiKeyInput", "text", **new))["text"]
    partner, secret = as_partner(url, text, account), list[str]()
    users = await provision(partner)
    await convert(customer)
    usage = await upload(partner)
    told = asyncio.Queue[dict[str, Any]]()
    with receiving(told, secret) as place:
        webhooks = await listen(partner, told, secret, place)
    late = await backstop(partner)
    await report(partner)
    equal = partner.mirror == await invoices(partner)
    return {"users": users, "usage": usage, "waits": partner.transport.waits, "equal": equal} | {
        "webhooks": webhooks,
        "late": late,
        "invoices": len(partner.mirror),
    }


if __name__ == "__main__":
    summary = asyncio.run(day(sys.argv[1], sys.argv[2], os.environ["PERSEAT_KEY"]))
    print(json.dumps(summary))
    sys.exit(not summary["equal"])
