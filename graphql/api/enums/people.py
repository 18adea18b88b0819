"""The enums of people, and keys."""

from api.documentation import documented
from app.domain.api_keys import Environment
from app.domain.passwords import Activation
from app.domain.permissions import ActorRole
from app.domain.previews import Action
from app.domain.users import Role, UserStatus
from app.models.api_keys import KeyRole

documented(
    UserStatus,
    "What a user may do, and whether the user is billed.",
    ACTIVE="Does everything; billed.",
    PAUSED="Logs in but gets no calls; still billed.",
    SUSPENDED="Cannot log in; still billed.",
    DEACTIVATED="Cannot log in; not billed (accounts billed by active users).",
    DELETED="Gone for ever; not billed from the next renewal on.",
)
documented(
    Activation,
    "What is still to be done before a user's first log-in; the bill does not depend on it.",
    INVITED="A link went out by mail; nothing was chosen with it yet.",
    AWAITING_ACTIVATION="Created not active: an administrator has to activate the user now.",
    DONE="Nothing: whether the user may log in is a matter of the status.",
)
documented(
    Role,
    "What a user may do. Every role occupies one licence.",
    ADMINISTRATOR="Manages users and everything else.",
    BILLING_ADMIN="Manages money, not users.",
    SUPERVISOR="Watches over agents.",
    AGENT="Makes and takes calls.",
)
documented(
    Action,
    "A change of one user that can be previewed.",
    CREATE="Add a user.",
    ACTIVATE="Let a user do everything again.",
    PAUSE="No calls come in.",
    SUSPEND="No log-in.",
    DEACTIVATE="No log-in, and no bill (accounts billed by active users).",
    DELETE="Gone for ever.",
    GRANT_ROLE="Give a role.",
    REVOKE_ROLE="Take a role.",
)
documented(
    KeyRole,
    "What an API key may do.",
    OPS="Everything, for every account.",
    ADMINISTRATOR="Everything within one account but its contract: the minimum, the rate of "
    "tax and corrections of invoices are an operator's.",
    BILLING_ADMIN="Changes the money of one account, not its users; reads all of it.",
    PARTNER="Agents, supervisors and usage of one account; changes no administrator or billing "
    "admin, moves no money, and reads all of it.",
)
documented(
    Environment,
    "Which accounts a key opens. Bills of sandbox accounts are nobody's to pay.",
    LIVE="Real accounts; an operator's key opens sandbox accounts too.",
    TEST="Sandbox accounts, whose time stands still until it is advanced.",
)
documented(
    ActorRole,
    "What whoever asks may do: the roles of people, and those of keys.",
    OPS="A key of operators: everything, for every account.",
    PARTNER="A partner's key: agents, supervisors and usage of one account; moves no money.",
    ADMINISTRATOR="Everything within one account but its contract.",
    BILLING_ADMIN="Changes the money of one account, not its users.",
    SUPERVISOR="Sees users and usage of one account, not what they cost.",
    AGENT="Sees who they are, and what they make calls with.",
)
