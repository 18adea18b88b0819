"""The companies of the demo: the three of the price examples, one that converts in mid-month, one
billed by active users, and one whose people come and go."""

from dataclasses import dataclass, field
from uuid import uuid4

from app.demo.client import Client

FIRST_DAY = "2025-12-01T09:00:00Z"
NAMES = (
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Alan", "Turing"),
    ("Edsger", "Dijkstra"),
    ("Barbara", "Liskov"),
    ("Donald", "Knuth"),
    ("Frances", "Allen"),
    ("Tony", "Hoare"),
    ("Radia", "Perlman"),
    ("Ken", "Thompson"),
)


@dataclass
class Company:
    """`usage`: (input of one event, how many events). `id` is known once it is founded."""

    name: str
    plan: str
    users: int
    local_numbers: int = 0
    usage: tuple[tuple[dict[str, object], int], ...] = ()
    auto_top_up: bool = False
    may_go_negative: bool = False
    converts: str = FIRST_DAY
    id: str = ""
    people: list[str] = field(default_factory=list)


def _used(kind: str, direction: str, initiator: str, quantity: int) -> dict[str, object]:
    return {
        "kind": kind,
        "direction": direction,
        "lineType": "LOCAL",
        "initiator": initiator,
        "quantity": quantity,
    }


def companies() -> list[Company]:
    minutes = [
        (_used("CALL_MINUTE", "INBOUND", "CONSUMER", 500), 10),
        (_used("CALL_MINUTE", "OUTBOUND", "AGENT", 500), 10),
    ]
    texts = [(_used("SMS_SEGMENT", "OUTBOUND", "AUTOMATION", 500), 20)]
    dialed = [(_used("CALL_MINUTE", "OUTBOUND", "POWER_DIALER", 500), 50)]
    return [
        Company("Harbour Dental", "ipro", 5, 10, tuple(minutes)),
        Company("Brightline Retail", "upro", 3, 10, tuple(texts), auto_top_up=True),
        Company("Summit Sales", "xpro", 10, 50, tuple(dialed), auto_top_up=True),
        Company("Mid-month Legal", "upro", 3, converts="2025-12-23T10:00:00Z"),
        Company("Civic Compliance", "provider", 5),
        Company(
            "Tidewater Staffing",
            "upro",
            3,
            usage=((_used("SMS_SEGMENT", "OUTBOUND", "AUTOMATION", 1241), 2),),
            may_go_negative=True,
        ),
    ]


async def found(client: Client, company: Company) -> None:
    """Create the account as a trial with its people and a payment method."""
    first, last = NAMES[0]
    made = await client.do(
        "createAccount",
        "CreateAccountInput",
        "account { id users(first: 1) { nodes { id } } }",
        name=company.name,
        planId=company.plan,
        mayGoNegative=company.may_go_negative,
        testClock=FIRST_DAY,
        administrator={"firstName": first, "lastName": last, "email": "ada@example.com"},
    )
    company.id = made["account"]["id"]
    company.people = [each["id"] for each in made["account"]["users"]["nodes"]]
    for number in range(1, company.users):
        await add_user(client, company, *NAMES[number])
    token = "card_ok"  # noqa: S105 - the sandbox's card that pays
    await client.do(
        "addPaymentMethod", "AddPaymentMethodInput", "", accountId=company.id, token=token
    )


async def add_user(client: Client, company: Company, first: str, last: str) -> None:
    made = await client.do(
        "createUser",
        "CreateUserInput",
        "user { id }",
        accountId=company.id,
        firstName=first,
        lastName=last,
        email=f"{first.lower()}@example.com",
    )
    company.people.append(made["user"]["id"])


async def convert(client: Client, company: Company) -> None:
    """Numbers first, then the conversion: the initial invoice is charged at once."""
    if company.local_numbers:
        await client.do(
            "addAddOn",
            "AddOnInput",
            "",
            accountId=company.id,
            kind="LOCAL_NUMBER",
            quantity=company.local_numbers,
            idempotencyKey=str(uuid4()),
        )
    await client.do(
        "convertTrial",
        "ConvertTrialInput",
        "",
        accountId=company.id,
        idempotencyKey=str(uuid4()),
    )
    if company.auto_top_up:
        await client.do(
            "configureAutoTopUp",
            "ConfigureAutoTopUpInput",
            "",
            accountId=company.id,
            enabled=True,
        )


async def go_to(client: Client, company: Company, instant: str) -> None:
    await client.do(
        "advanceTestClock", "AdvanceTestClockInput", "", accountId=company.id, to=instant
    )
