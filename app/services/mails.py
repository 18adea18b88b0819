"""Mails are written in one transaction, sent with none open, and marked done in another."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog

from app.db.outbox import OutboxJob
from app.db.unit_of_work import Transactions, UnitOfWork
from app.faults import Fault, reach
from app.mail.mailer import Mail, MailDelayed, Mailer, MailRefused
from app.services import outbox

Writer = Callable[[UnitOfWork, OutboxJob, str], Awaitable[Mail | None]]
GIVE_UP = timedelta(days=3)
log = structlog.get_logger()


async def post(
    transactions: Transactions,
    mailer: Mailer,
    base: str,
    account_id: UUID,
    job_id: UUID,
    write: Writer,
) -> None:
    """Write, commit, send, finish; whoever dies in between writes again, with a link of its own.

    A mail system that is away is tried again later and later, for three days.
    """
    async with outbox.look(transactions, account_id, job_id) as (uow, job):
        mail = await write(uow, job, base)
        give_up = uow.now() - job.created_at > GIVE_UP
    reach(Fault.MAIL_WRITTEN)
    try:
        if mail is not None:
            await mailer.send(mail)
            reach(Fault.MAIL_SENT)
    except MailDelayed as error:
        log.warning("mail.delayed", job_id=str(job_id), error=str(error), given_up=give_up)
        if not give_up:
            await outbox.put_off(transactions, account_id, job_id)
            return
    except MailRefused as error:
        log.warning("mail.refused", job_id=str(job_id), error=str(error))
    await outbox.finish(transactions, account_id, job_id)
