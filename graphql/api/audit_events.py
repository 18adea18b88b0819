"""The audit, for who looks after a company and for operators."""

from datetime import datetime
from typing import Any

import orjson
import strawberry

from api.context import Info
from api.ids import decode, encode
from api.pagination import FIRST, Connection, connect, page_of
from app.domain.access import check_account
from app.models.api_keys import PLATFORM
from app.store import pages


@strawberry.type(
    description="Something that was asked for and done: by whom, why, from where, and what it "
    "changed. It is never changed later; hashes of hashes show it if it were."
)
class AuditEvent:
    row: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="Opaque global id.")
    number: int = strawberry.field(description="Its place in the chain of the account, from 1.")
    at: datetime = strawberry.field(description="When, by the machine's clock.")
    operation: str = strawberry.field(description="The mutation.")
    actor: str = strawberry.field(description="Who.")
    hash: str = strawberry.field(
        description="SHA-256, in hex, of the hash before (as bytes; nothing for the first), "
        "`number`, a line feed and `body`."
    )
    body: str = strawberry.field(
        description="All that is kept, as the JSON text that was hashed. Secrets and what is about "
        "people are left out: it says that they changed, not to what."
    )

    @classmethod
    def of(cls, row: Any) -> "AuditEvent":
        return cls(
            row=row,
            id=encode("auditevent", row.account_id, row.id),
            number=row.number,
            at=row.at,
            operation=row.operation,
            actor=row.actor,
            hash=row.hash.hex(),
            body=row.body,
        )

    @strawberry.field(description="Why, if somebody said so; operators always do.")
    def reason(self) -> str | None:
        return self._said("reason")

    @strawberry.field(description="The id of the request, as its answer and the log have it.")
    def request_id(self) -> str | None:
        return self._said("requestId")

    @strawberry.field(description="The address that the request came from.")
    def address(self) -> str | None:
        return self._said("address")

    def _said(self, name: str) -> str | None:
        said: str | None = orjson.loads(self.body)[name]
        return said


@strawberry.type
class AuditQuery:
    @strawberry.field(
        description="What was asked for and done, newest first: of an account, or, for operators "
        "who name none, what concerns no single account."
    )
    async def audit_events(
        self,
        info: Info,
        account_id: strawberry.ID | None = None,
        operation: str | None = None,
        first: int = FIRST,
        after: str | None = None,
    ) -> Connection[AuditEvent]:
        who = info.context.principal
        chain = who.account_id or PLATFORM
        if account_id is not None:
            chain, _ = decode("account", account_id, field="accountId")
            check_account(who, chain, field="accountId")
        equals: tuple[tuple[str, Any], ...] = (("account_id", chain),)
        if operation is not None:
            equals += (("operation", operation),)
        page = page_of("audit_events", first, after, equals=equals)
        async with info.context.loaders.session() as session:
            rows = await pages.of_all_accounts(session, page)
        return connect(page, rows, AuditEvent.of)
