"""Reading for resolvers: one transaction per request, and many keys in one statement."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from app.bootstrap import Perseat
from app.domain.access import Principal
from app.store import (
    pages,
)
from app.store.pages import Page

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
log = structlog.get_logger()


class Shared(DataLoader[Key, Value]):
    """What one field waits for others may wait for too: that one of them is cancelled, because
    its neighbour has failed, is no matter to the others."""

    def load(self, key: Key) -> Awaitable[Value]:
        return asyncio.shield(super().load(key))


class Reader:
    """An operator's reads see all accounts, anybody else's the one account of their key."""

    def __init__(self, perseat: Perseat, principal: Principal) -> None:
        self._perseat = perseat
        self._principal = principal
        self._turn = asyncio.Lock()
        self._transaction = AsyncExitStack()
        self._session: AsyncSession | None = None
        self._over = False

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """The one transaction that the request reads in; what wants it waits for its turn.

        A reader that is cancelled, because another field has failed, leaves a connection in the
        middle of a statement: the next one begins anew. One that comes when the request is over,
        because nobody waits for it any more, gives its connection back itself.
        """
        async with self._turn:
            try:
                yield self._session or await self._begin()
            except BaseException as error:
                await self._end(error)
                raise
            if self._over:
                await self._end()

    async def _begin(self) -> AsyncSession:
        mine = self._principal.account_id
        source = self._perseat.operators if mine is None else self._perseat.tenants
        uow = await self._transaction.enter_async_context(source.begin(mine))
        self._session = uow.session
        return uow.session

    async def _end(self, error: BaseException | None = None) -> None:
        """What was read is read: a connection that breaks on its way back is no error of it."""
        self._session = None
        try:
            await self._transaction.__aexit__(type(error) if error else None, error, None)
        except Exception as broken:  # noqa: BLE001
            log.warning("api.reading_ended_badly", reason=str(broken))
        except asyncio.CancelledError:
            if error is None:
                raise

    async def close(self) -> None:
        """The request is answered: the connection goes back."""
        self._over = True
        async with self._turn:
            await self._end()

    @asynccontextmanager
    async def silent(self) -> AsyncIterator[None]:
        """While something is changed nothing is read, so that a request needs one connection at a
        time; what has been read before is forgotten."""
        async with self._turn:
            await self._end()
            for name, kept in list(vars(self).items()):
                if isinstance(kept, DataLoader):
                    delattr(self, name)
            yield

    def _loader(
        self,
        read: Callable[[AsyncSession, list[Key]], Awaitable[dict[Key, Any]]],
        default: Any,
        *,
        at_once: int = 500,
    ) -> DataLoader[Key, Any]:
        async def load(keys: list[Key]) -> Sequence[Any]:
            async with self.session() as session:
                found = await read(session, keys)
            return [found.get(key, default) for key in keys]

        return Shared(load_fn=load, max_batch_size=at_once)

    def _grouped(
        self, table: str, by: tuple[str, ...], *conditions: Any
    ) -> DataLoader[tuple[UUID, ...], list[Any]]:
        async def read(session: AsyncSession, keys: list[tuple[UUID, ...]]) -> dict[Any, Any]:
            return await pages.grouped(session, table, keys, by, *conditions)

        return self._loader(read, ())

    @cached_property
    def account(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("accounts", ("id",))

    @cached_property
    def count(self) -> DataLoader[tuple[Page, UUID], int]:
        return self._loader(pages.count, 0)

    @cached_property
    def page(self) -> DataLoader[tuple[Page, UUID], list[Any]]:
        """Pages of the same shape are one statement for all their accounts."""
        return self._by_page(pages.of_accounts)

    def _by_page(
        self, one: Callable[[AsyncSession, Page, list[UUID]], Awaitable[dict[UUID, list[Any]]]]
    ) -> DataLoader[tuple[Page, UUID], list[Any]]:
        async def read(session: AsyncSession, keys: list[tuple[Page, UUID]]) -> dict[Any, Any]:
            by_page: dict[Page, list[UUID]] = {}
            for page, account_id in keys:
                by_page.setdefault(page, []).append(account_id)
            found: dict[Any, Any] = {}
            for page, ids in by_page.items():
                rows = await one(session, page, ids)
                found |= {(page, each): rows[each] for each in ids}
            return found

        return self._loader(read, ())
