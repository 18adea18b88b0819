"""Rules U5 and U7 over the API: who would ring now, who takes part, and who is let go."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.users import UserStatus
from app.models import User
from tests.api.conftest import Client
from tests.make import Company, make_company, phone, query, statements

ROUTING = "routing { outcome reason rings { id } skipped { user { id } reason } }"
ROUTED = f"query($id: ID!) {{ node(id: $id) {{ ... on Line {{ {ROUTING} }} }} }}"
HISTORY = """query($id: ID!) { account(id: $id) {
  contacts { nodes { assignedTo { id } contactList { name owner { id } } } }
  contactLists { nodes { name } }
  communications { nodes { kind direction user { id } line { number owner { id } voicemail }
    contact { name } } } } }"""


def user_id(user: User) -> str:
    return encode("user", user.account_id, user.id)


def account_id(company: Company) -> str:
    return encode("account", company.id)


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await make_company(app, users=4)


async def create_line(ops: Client, company: Company, number: int, **given: Any) -> Any:
    answer = await ops.mutate(
        "createLine",
        f"line {{ id number voicemail owner {{ id }} ringGroup {{ id }} {ROUTING} }}",
        accountId=account_id(company),
        number=phone(number),
        **given,
    )
    assert answer["userErrors"] == []
    return answer["line"]


async def create_group(ops: Client, company: Company, *users: User) -> Any:
    answer = await ops.mutate(
        "createRingGroup",
        f"ringGroup {{ id name members {{ id }} {ROUTING} }}",
        accountId=account_id(company),
        name=f"Group {uuid4()}",
        userIds=[user_id(each) for each in users],
    )
    assert answer["userErrors"] == []
    return answer["ringGroup"]


def nobody(outcome: str, reason: str, *skipped: tuple[User, str]) -> dict[str, Any]:
    people = [{"user": {"id": user_id(user)}, "reason": why} for user, why in skipped]
    return {"outcome": outcome, "reason": reason, "rings": [], "skipped": people}


async def test_a_line_says_who_would_ring_now(ops: Client, company: Company) -> None:
    """U7: it follows the owner's state, and nothing else has to be changed."""
    ada = (await company.people())[0]
    line = await create_line(ops, company, 1, ownerId=user_id(ada), voicemail=True)
    plain = await create_line(ops, company, 2, ownerId=user_id(ada))
    free = await create_line(ops, company, 3)

    async def now(which: Any) -> Any:
        return (await ops.data(ROUTED, id=which["id"]))["node"]["routing"]

    assert (line["owner"]["id"], line["voicemail"], line["ringGroup"]) == (user_id(ada), True, None)
    assert line["routing"] == {
        "outcome": "RINGS",
        "reason": None,
        "rings": [{"id": user_id(ada)}],
        "skipped": [],
    }
    assert free["routing"] == nobody("UNANSWERED", "NOBODY_ASSIGNED")
    await company.change(ada, UserStatus.PAUSED)
    assert await now(line) == nobody("VOICEMAIL", "OWNER_SKIPPED", (ada, "PAUSED"))
    assert await now(plain) == nobody("UNANSWERED", "OWNER_SKIPPED", (ada, "PAUSED"))
    await company.change(ada, UserStatus.SUSPENDED)
    assert await now(line) == nobody("UNANSWERED", "OWNER_SKIPPED", (ada, "SUSPENDED"))
    await company.delete(ada)
    assert await now(line) == nobody("UNANSWERED", "NOBODY_ASSIGNED")


async def test_a_ring_group_calls_in_its_order_and_skips(ops: Client, company: Company) -> None:
    """U1, U7: the paused and the suspended are skipped, the deleted are gone."""
    ada, bob, cleo = await company.people()
    group = await create_group(ops, company, cleo, ada, bob)
    line = await create_line(ops, company, 1, ringGroupId=group["id"])
    await company.change(cleo, UserStatus.PAUSED)
    await company.change(bob, UserStatus.SUSPENDED)

    some = (await ops.data(ROUTED, id=line["id"]))["node"]["routing"]
    await company.delete(cleo)
    await company.change(ada, UserStatus.SUSPENDED)
    none = (await ops.data(ROUTED, id=line["id"]))["node"]["routing"]

    assert [each["id"] for each in group["members"]] == [user_id(u) for u in (cleo, ada, bob)]
    assert (line["owner"], line["ringGroup"]["id"]) == (None, group["id"])
    assert (some["outcome"], some["rings"]) == ("RINGS", [{"id": user_id(ada)}])
    assert some["skipped"] == nobody("", "", (cleo, "PAUSED"), (bob, "SUSPENDED"))["skipped"]
    skipped = ((ada, "SUSPENDED"), (bob, "SUSPENDED"))
    assert none == nobody("UNANSWERED", "ALL_MEMBERS_SKIPPED", *skipped)


async def test_members_are_replaced_in_the_given_order(ops: Client, company: Company) -> None:
    ada, bob, cleo = await company.people()
    group = await create_group(ops, company, ada, bob)

    async def replace(*users: User) -> Any:
        answer = await ops.mutate(
            "setRingGroupMembers",
            f"ringGroup {{ members {{ id }} {ROUTING} }}",
            id=group["id"],
            userIds=[user_id(each) for each in users],
        )
        return answer["ringGroup"]

    replaced = await replace(cleo, bob)
    emptied = await replace()

    assert [each["id"] for each in replaced["members"]] == [user_id(cleo), user_id(bob)]
    assert emptied["routing"] == nobody("UNANSWERED", "NO_MEMBERS")


async def test_a_line_changes_hands(ops: Client, company: Company) -> None:
    """U7: null takes away, what is not given stays, and voicemail goes with its owner."""
    ada, bob, _ = await company.people()
    group = await create_group(ops, company, ada)
    line = await create_line(ops, company, 1, ownerId=user_id(ada), voicemail=True)

    async def update(**given: Any) -> Any:
        answer = await ops.mutate(
            "updateLine",
            "line { owner { id } ringGroup { id } voicemail }",
            id=line["id"],
            **given,
        )
        return answer["line"] or answer["userErrors"][0]["field"]

    unchanged = await update()
    of_bob = await update(ownerId=user_id(bob))
    both = await update(ringGroupId=group["id"])
    grouped = await update(ringGroupId=group["id"], ownerId=None)
    silent = await update(voicemail=True)

    assert unchanged == {"owner": {"id": user_id(ada)}, "ringGroup": None, "voicemail": True}
    assert of_bob == {"owner": {"id": user_id(bob)}, "ringGroup": None, "voicemail": False}
    assert both == "ringGroupId"
    assert grouped == {"owner": None, "ringGroup": {"id": group["id"]}, "voicemail": False}
    assert silent == "voicemail"


async def test_a_deletion_leaves_history_and_contacts_without_the_user(
    ops: Client, company: Company
) -> None:
    """U5, R-15: first it is refused, because of a list; then an heir is named."""
    ada, bob, _ = await company.people()
    made = await company.attach(ada)

    refused = await ops.mutate("deleteUser", "user { id }", id=user_id(ada))
    before = (await ops.data(HISTORY, id=account_id(company)))["account"]
    done = await ops.mutate(
        "deleteUser", "user { status }", id=user_id(ada), newListOwnerId=user_id(bob)
    )
    after = (await ops.data(HISTORY, id=account_id(company)))["account"]

    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("REFUSED", "newListOwnerId")
    assert "a contact list" in error["message"]
    assert {each["user"]["id"] for each in before["communications"]["nodes"]} == {user_id(ada)}
    assert done == {"user": {"status": "DELETED"}, "userErrors": []}
    line = {"number": made.line.number, "owner": None, "voicemail": False}
    assert after["communications"]["nodes"] == [
        {
            "kind": kind,
            "direction": "INBOUND",
            "user": None,
            "line": line,
            "contact": {"name": "Contact"},
        }
        for kind in ("MESSAGE", "CALL")
    ]
    heir = {"name": made.contact_list.name, "owner": {"id": user_id(bob)}}
    assert after["contacts"]["nodes"] == [{"assignedTo": None, "contactList": heir}]


async def test_lists_are_deleted_with_their_owner_if_that_is_said(
    ops: Client, company: Company
) -> None:
    """R-15: the contacts stay, on no list."""
    ada = (await company.people())[0]
    await company.attach(ada)

    done = await ops.mutate("deleteUser", "", id=user_id(ada), deleteLists=True)

    after = (await ops.data(HISTORY, id=account_id(company)))["account"]
    assert done["userErrors"] == []
    assert after["contactLists"]["nodes"] == []
    assert after["contacts"]["nodes"] == [{"assignedTo": None, "contactList": None}]


async def test_contacts_are_assigned_together(ops: Client, company: Company) -> None:
    ada, bob, _ = await company.people()
    made = [await company.attach(ada) for _ in range(3)]
    ids = [encode("contact", company.id, each.contact.id) for each in reversed(made)]

    async def assign(contact_ids: Sequence[str], user: User | None) -> Any:
        return await ops.mutate(
            "assignContacts",
            "contacts { id assignedTo { id } }",
            accountId=account_id(company),
            contactIds=[*contact_ids],
            userId=None if user is None else user_id(user),
        )

    given = await assign(ids, bob)
    taken = await assign([ids[0], ids[0]], None)
    bad = await assign([ids[1], encode("contact", company.id, uuid4())], None)

    owner = {"id": user_id(bob)}
    assert given["contacts"] == [{"id": each, "assignedTo": owner} for each in ids]
    assert taken["contacts"] == [{"id": ids[0], "assignedTo": None}]
    assert bad["userErrors"][0]["field"] == "contactIds.1"
    rows = "SELECT count(*) FROM contacts WHERE assigned_to = :id"
    assert (await query(company.app, rows, id=bob.id))[0][0] == 2


async def test_an_answer_shows_what_its_own_mutation_has_left(
    ops: Client, company: Company
) -> None:
    """Two mutations of one request: the second reads anew what the first has read."""
    ada, bob, _ = await company.people()
    group = await create_group(ops, company, ada)
    document = """mutation($one: SetRingGroupMembersInput!, $two: SetRingGroupMembersInput!) {
      one: setRingGroupMembers(input: $one) { ringGroup { members { id } } }
      two: setRingGroupMembers(input: $two) { ringGroup { members { id } } } }"""

    data = await ops.data(
        document,
        one={"id": group["id"], "userIds": [user_id(bob)]},
        two={"id": group["id"], "userIds": [user_id(ada), user_id(bob)]},
    )

    seen = [data[name]["ringGroup"]["members"] for name in ("one", "two")]
    assert [[each["id"] for each in members] for members in seen] == [
        [user_id(bob)],
        [user_id(ada), user_id(bob)],
    ]


LINES = f"""query($id: ID!, $first: Int!) {{ account(id: $id) {{
  lines(first: $first) {{ nodes {{ number owner {{ id roles }} ringGroup {{ members {{ id }} }}
    {ROUTING} }} }}
  ringGroups(first: $first) {{ nodes {{ name members {{ id }} {ROUTING} }} }} }} }}"""


async def test_fifty_lines_cost_as_many_statements_as_one(ops: Client, company: Company) -> None:
    """Owners, groups, members and their roles are each read together."""
    people = await company.people()
    for number in range(1, 50, 2):
        group = await create_group(ops, company, *people)
        await create_line(ops, company, number, ringGroupId=group["id"])
        await create_line(ops, company, number + 1, ownerId=user_id(people[number % 3]))

    counts = []
    for first in (2, 50):
        with statements(company.app) as sent:
            data = await ops.data(LINES, id=account_id(company), first=first)
        counts.append(len(sent))

    assert len(data["account"]["lines"]["nodes"]) == 50
    assert len(data["account"]["ringGroups"]["nodes"]) == 25
    assert counts[0] == counts[1] <= 9


async def test_a_global_id_opens_what_is_one_s_own(ops: Client, company: Company) -> None:
    made = await company.attach((await company.people())[0])
    rows: dict[str, UUID] = {
        "line": made.line.id,
        "ringgroup": made.ring_group.id,
        "contact": made.contact.id,
        "contactlist": made.contact_list.id,
    }
    document = "query($id: ID!) { node(id: $id) { __typename } }"

    found = [await ops.data(document, id=encode(kind, company.id, rows[kind])) for kind in rows]
    missing = [await ops.data(document, id=encode(kind, company.id, uuid4())) for kind in rows]

    names = [each["node"]["__typename"] for each in found]
    assert names == ["Line", "RingGroup", "Contact", "ContactList"]
    assert [each["node"] for each in missing] == [None] * 4


LONG = "x" * 201
CALL = {"kind": "CALL", "direction": "INBOUND", "lineId": "LINE"}
CONTACT = {"name": "Contact", "phone": "+14155550123"}
MISTAKES: list[tuple[str, dict[str, Any], str, str]] = [
    ("createLine", {"number": ""}, "number", "INVALID"),
    ("createLine", {"number": "4155550123"}, "number", "INVALID"),
    ("createLine", {"number": "TAKEN"}, "number", "CONFLICT"),
    ("createLine", {"number": "+14155550123", "ownerId": "user_x"}, "ownerId", "INVALID"),
    ("createLine", {"number": "+14155550123", "ownerId": "UNKNOWN"}, "ownerId", "NOT_FOUND"),
    ("createLine", {"number": "+14155550123", "ownerId": "STRANGER"}, "ownerId", "NOT_FOUND"),
    ("createLine", {"number": "+14155550123", "ownerId": "DELETED"}, "ownerId", "REFUSED"),
    ("createLine", {"number": "+14155550123", "voicemail": True}, "voicemail", "INVALID"),
    ("createLine", {"number": "+14155550123", "ringGroupId": "USER"}, "ringGroupId", "INVALID"),
    (
        "createLine",
        {"number": "+14155550123", "ringGroupId": "NO GROUP"},
        "ringGroupId",
        "NOT_FOUND",
    ),
    (
        "createLine",
        {"number": "+14155550123", "ringGroupId": "GROUP", "ownerId": "USER"},
        "ringGroupId",
        "INVALID",
    ),
    ("updateLine", {"id": "line_x"}, "id", "INVALID"),
    ("updateLine", {"id": "USER"}, "id", "INVALID"),
    ("updateLine", {"id": "NO LINE"}, "id", "NOT_FOUND"),
    ("updateLine", {"id": "LINE", "ownerId": "DELETED"}, "ownerId", "REFUSED"),
    ("createRingGroup", {"name": " "}, "name", "INVALID"),
    ("createRingGroup", {"name": LONG}, "name", "INVALID"),
    ("createRingGroup", {"name": "TAKEN GROUP"}, "name", "CONFLICT"),
    ("createRingGroup", {"name": "New", "userIds": ["USER", "USER"]}, "userIds.1", "INVALID"),
    ("createRingGroup", {"name": "New", "userIds": ["USER", "DELETED"]}, "userIds.1", "REFUSED"),
    ("setRingGroupMembers", {"id": "NO GROUP", "userIds": []}, "id", "NOT_FOUND"),
    ("setRingGroupMembers", {"id": "GROUP", "userIds": ["UNKNOWN"]}, "userIds.0", "NOT_FOUND"),
    ("setRingGroupMembers", {"id": "GROUP", "userIds": ["STRANGER"]}, "userIds.0", "NOT_FOUND"),
    ("setRingGroupMembers", {"id": "GROUP", "userIds": ["USER"] * 1001}, "userIds", "INVALID"),
    ("createContactList", {"name": ""}, "name", "INVALID"),
    ("createContactList", {"name": "TAKEN LIST"}, "name", "CONFLICT"),
    ("createContactList", {"name": "New", "ownerId": "DELETED"}, "ownerId", "REFUSED"),
    ("createContact", {**CONTACT, "name": ""}, "name", "INVALID"),
    ("createContact", {**CONTACT, "phone": "a friend"}, "phone", "INVALID"),
    ("createContact", {**CONTACT, "assignedToId": "STRANGER"}, "assignedToId", "NOT_FOUND"),
    ("createContact", {**CONTACT, "assignedToId": "DELETED"}, "assignedToId", "REFUSED"),
    ("createContact", {**CONTACT, "contactListId": "NO LIST"}, "contactListId", "NOT_FOUND"),
    ("assignContacts", {"contactIds": []}, "contactIds", "INVALID"),
    ("assignContacts", {"contactIds": ["CONTACT"] * 101}, "contactIds", "INVALID"),
    ("assignContacts", {"contactIds": ["USER"]}, "contactIds.0", "INVALID"),
    ("assignContacts", {"contactIds": ["CONTACT"], "userId": "DELETED"}, "userId", "REFUSED"),
    ("recordCommunication", {**CALL, "lineId": "NO LINE"}, "lineId", "NOT_FOUND"),
    ("recordCommunication", {**CALL, "userId": "STRANGER"}, "userId", "NOT_FOUND"),
    ("recordCommunication", {**CALL, "contactId": "NO CONTACT"}, "contactId", "NOT_FOUND"),
    (
        "recordCommunication",
        {**CALL, "happenedAt": "2999-01-01T00:00:00Z"},
        "happenedAt",
        "INVALID",
    ),
    ("deleteUser", {"id": "USER", "newListOwnerId": "USER"}, "newListOwnerId", "INVALID"),
    ("deleteUser", {"id": "USER", "newListOwnerId": "STRANGER"}, "newListOwnerId", "NOT_FOUND"),
    ("deleteUser", {"id": "USER", "newListOwnerId": "DELETED"}, "newListOwnerId", "REFUSED"),
    (
        "deleteUser",
        {"id": "USER", "newListOwnerId": "OTHER", "deleteLists": True},
        "deleteLists",
        "INVALID",
    ),
]


@pytest.fixture(scope="module")
async def names(app: Perseat) -> dict[str, str]:
    """What the words in capitals stand for: things of one company, and of another."""
    company, elsewhere = await make_company(app, users=4), await make_company(app, users=2)
    user, deleted, other = await company.people()
    made = await company.attach(user)
    await company.delete(deleted)
    nothing = {
        f"NO {kind.upper()}": encode(kind, company.id, uuid4()) for kind in ("line", "contact")
    }
    return nothing | {
        "ACCOUNT": account_id(company),
        "TAKEN": made.line.number,
        "TAKEN LIST": made.contact_list.name,
        "USER": user_id(user),
        "OTHER": user_id(other),
        "DELETED": user_id(deleted),
        "UNKNOWN": encode("user", company.id, uuid4()),
        "STRANGER": user_id((await elsewhere.people())[0]),
        "LINE": encode("line", company.id, made.line.id),
        "CONTACT": encode("contact", company.id, made.contact.id),
        "GROUP": encode("ringgroup", company.id, made.ring_group.id),
        "NO GROUP": encode("ringgroup", company.id, uuid4()),
        "NO LIST": encode("contactlist", company.id, uuid4()),
        "TAKEN GROUP": made.ring_group.name,
    }


def _meant(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_meant(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("mutation", "given", "field", "code"),
    MISTAKES,
    ids=[f"{mutation}-{field}-{number}" for number, (mutation, _, field, _) in enumerate(MISTAKES)],
)
async def test_a_mistake_names_its_field(
    ops: Client,
    names: dict[str, str],
    mutation: str,
    given: dict[str, Any],
    field: str,
    code: str,
) -> None:
    meant = {key: _meant(value, names) for key, value in given.items()}
    if "id" not in meant:
        meant["accountId"] = names["ACCOUNT"]

    answer = await ops.mutate(mutation, "", **meant)

    (error,) = answer["userErrors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["message"]
