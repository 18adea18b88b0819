"""U6: a mail is sent although a worker dies or the mail system is away, and not for ever."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import structlog

from app.bootstrap import Perseat
from app.domain.errors import NotFound
from app.mail.mailer import Mail, MailDelayed, MailRefused
from app.services import outbox, passwords
from tests.letters import letters, token_in
from tests.make import Company, at_machine_time, drain, make_company, query
from workers import tasks

GOOD = "four wet dogs in a row"


@dataclass
class Postman:
    """A mail system that fails as often as it is told to, with what it is told to."""

    failure: Exception
    failures: int = 1_000
    got: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.got.append(mail)
        if len(self.got) <= self.failures:
            raise self.failure


@dataclass
class Invitation:
    """A job that is still to be done."""

    company: Company
    email: str
    job: str

    async def post(self, app: Perseat) -> None:
        await tasks.invite({"perseat": app}, str(self.company.id), self.job)

    async def done(self) -> bool:
        sql = "SELECT done_at FROM outbox WHERE id = :id"
        return (await query(self.company.app, sql, id=self.job))[0][0] is not None


async def invitation(app: Perseat) -> Invitation:
    company = await make_company(app)
    await drain(app)
    (user,) = await company.add()
    sql = "SELECT id FROM outbox WHERE account_id = :id AND done_at IS NULL"
    ((job,),) = await query(app, sql, id=company.id)
    return Invitation(company, user.email, str(job))


async def test_a_worker_that_dies_before_the_mail_is_out_makes_a_fresh_link(app: Perseat) -> None:
    """The link is committed by then; nobody has its token, so it ends with the next one."""
    invited = await invitation(app)
    dying = Postman(KeyboardInterrupt())  # type: ignore[arg-type]

    with pytest.raises(KeyboardInterrupt):
        await invited.post(replace(app, mailer=dying))
    assert not await invited.done()
    await invited.post(app)

    (letter,) = letters(app, invited.email)
    lost = dying.got[0].text.split("#")[1].split()[0]
    with pytest.raises(NotFound):
        await passwords.choose(app.tenants, lost, GOOD)
    await passwords.choose(app.tenants, token_in(letter), GOOD)
    assert await invited.done()


async def test_a_worker_that_dies_after_the_mail_mails_again(app: Perseat) -> None:
    """Two letters, the newer link is good, and no mail system takes them for the same letter."""
    invited = await invitation(app)
    dying = Postman(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        await invited.post(replace(app, mailer=dying))

    keeping = Postman(MailDelayed(), failures=0)
    await invited.post(replace(app, mailer=keeping))

    assert keeping.got[0].key != dying.got[0].key
    with pytest.raises(outbox.AlreadyDone):
        await invited.post(app)


async def _minute_before(app: Perseat, start: datetime) -> int:
    """The last minute in which nothing may be rung: from it on each one is tried."""
    sql = "SELECT max(rung_at) FROM outbox WHERE done_at IS NULL"
    ((rung_at,),) = await query(app, sql)
    return 0 if rung_at is None else (rung_at + outbox.PATIENCE - start) // timedelta(minutes=1)


async def test_a_mail_system_that_is_away_is_asked_less_and_less_often(own_app: Perseat) -> None:
    """From under a minute to an hour, for three days: not every five seconds."""
    invited = await invitation(own_app)
    start, postman = own_app.clock.now(), Postman(MailDelayed("SMTPConnectError"))
    minutes: list[int] = []
    minute = 0
    while minute < 4 * 24 * 60 and not await invited.done():
        now = replace(at_machine_time(own_app, start + timedelta(minutes=minute)), mailer=postman)
        if minute == 0 or await outbox.relay(now.operators):
            minutes.append(minute)
            await invited.post(now)
            minute = max(minute + 1, await _minute_before(own_app, start))
        else:
            minute += 1

    gaps = [after - before for before, after in pairwise(minutes)]
    assert gaps[:7] == sorted(gaps[:7])
    assert gaps[0] <= 2
    assert 55 <= max(gaps) <= 65
    assert 3 * 24 * 60 < minutes[-1] <= 3 * 24 * 60 + 65
    assert len(postman.got) < 90
    assert await invited.done()


async def test_a_mail_that_was_delayed_is_sent_later(app: Perseat) -> None:
    invited = await invitation(app)
    postman = Postman(MailDelayed("SMTPServerDisconnected"), failures=1)

    await invited.post(replace(app, mailer=postman))
    between = await invited.done()
    await invited.post(replace(app, mailer=postman))

    assert (between, await invited.done(), len(postman.got)) == (False, True, 2)


async def test_a_mailbox_that_is_not_there_is_not_tried_again(app: Perseat) -> None:
    """The user stays invited, and a new link can be sent to a mended address."""
    invited = await invitation(app)

    await invited.post(replace(app, mailer=Postman(MailRefused("refused with [550]"))))

    assert await invited.done()


async def test_no_log_has_a_token_or_an_address(app: Perseat) -> None:
    invited = await invitation(app)
    postman = Postman(MailDelayed("SMTPConnectError"))

    with structlog.testing.capture_logs() as logged:
        await invited.post(replace(app, mailer=postman))

    token = postman.got[0].text.split("#")[1].split()[0]
    assert [each["event"] for each in logged] == ["mail.delayed"]
    assert token not in str(logged)
    assert invited.email not in str(logged)
    await drain(app)
