"""What every argument of a field means. Most of them mean the same wherever they are."""

from collections.abc import Iterator, Mapping

from graphql import GraphQLArgument, GraphQLObjectType, GraphQLSchema

EVERYWHERE: Mapping[str, str] = {
    "first": "How many things the page has: 1 to 100.",
    "after": "The `endCursor` of the page before, as it was given; the first page without it.",
    "input": "All that is wanted; each of its fields says what it does and what it costs.",
}

_CHANGED = ("creditBalance", "invoice", "topUp")
_MARK = "The `cursor` of the last message that was heard: goes on behind it."
OWN: Mapping[str, str] = {
    "Account.events.kinds": "Only what is of these kinds; everything if none are given.",
    "Account.history.kinds": "Only these: types of events and names of mutations, in any mixture.",
    "Account.licenses.at": "An instant of the past; now if it is not given.",
    "Account.licenseCalendar.month": "Any day of the month; this month if it is not given.",
    "Account.monthlyCost.month": "Any day of the month; this month if it is not given.",
    "Account.rates.kind": "Only the rates of this kind of usage.",
    "Account.upcomingInvoice.on": "The first day on which it may be issued; today if not given.",
    "Account.users.status": "States to look in; all but DELETED if none are given.",
    "Account.users.role": "Only users with this role. Every role occupies a licence.",
    "Account.users.search": "Words, each a part of a name or of the address; 100 characters.",
    "Account.users.orderBy": "What the list is sorted by; the bill does not depend on it.",
    "Account.users.descending": "The other way round: Z before A, the newest first.",
    "Account.timeline.userId": "Only what happened to this user.",
    "Query.auditEvents.accountId": "Of this account; for operators, what is of none if left out.",
    "Query.auditEvents.operation": "Only this mutation, by its name.",
    "Account.usage.from": "The first day; the first of this month if it is not given.",
    "Account.usage.to": "The last day, which counts too; today if it is not given.",
    "Account.usage.by": "Which day an event belongs to: that of its debit, or of its happening.",
    "Account.usageEvents.filter": "Which events; all conditions that are given have to hold.",
    "BillingRun.accounts.status": "Only accounts of which this came.",
    "Credits.topUpDecisions.outcome": "Only decisions that ended like this.",
    "Plan.rates.kind": "Only the rates of this kind of usage.",
    "Query.account.id": "The account's id.",
    "Query.billingRun.id": "The id of the run.",
    "Query.carrierFees.carrier": "Only this carrier's fees, such as att.",
    "Query.charge.id": "The id of a charge, billed or not.",
    "Query.events.kinds": "Only what is of these kinds; everything if none are given.",
    "Query.hold.id": "The id that `authorizeUsage` gave to what it set aside.",
    "Query.invoice.id": "The invoice's id, not its number: numbers count in each account.",
    "Query.node.id": "The id of anything that can be read alone.",
    "Query.payments.status": "Only payments that stand like this; UNKNOWN ones need a person.",
    "Query.topUp.id": "The id of the payment that topped up, or tried to.",
    **{f"Live.{name}Changed.accountId": "The account's id." for name in _CHANGED},
    **{f"Live.{name}Changed.after": _MARK for name in _CHANGED},
    "Live.billingRunProgressed.after": _MARK,
    "Live.billingRunProgressed.runId": "The id of the run.",
    "Usage.byLine.first": "How many lines are named; the rest come together: 1 to 100.",
    "WebhookEndpoint.deliveries.status": "Only those that stand like this.",
    "Usage.byUser.first": "How many users are named; the rest come together: 1 to 100.",
}


def describe(schema: GraphQLSchema) -> None:
    """A description of its own comes first; LookupError names what is described but not there."""
    left = set(OWN)
    for place, name, argument in arguments(schema):
        left.discard(place)
        argument.description = argument.description or OWN.get(place) or EVERYWHERE.get(name)
    if left:
        raise LookupError(f"arguments: {sorted(left)}")


def arguments(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLArgument]]:
    """Each argument of a field with its place, such as `Query.account.id`, and its name."""
    for type_name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not type_name.startswith("__"):
            for field_name, field in type_.fields.items():
                for name, argument in field.args.items():
                    yield f"{type_name}.{field_name}.{name}", name, argument
