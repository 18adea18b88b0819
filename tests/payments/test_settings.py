"""What an operator may set of the payment provider."""

import pytest
from pydantic import ValidationError

from app.bootstrap import provider_of
from app.settings import Settings

KEY, SECRET = "sk_live_of_nobody", "whsec_of_nobody"


def settings(**values: str) -> Settings:
    return Settings.model_validate({"payment_provider": "stripe"} | values)


async def test_stripe_is_asked_where_it_is_set() -> None:
    provider = provider_of(settings(stripe_key=KEY, stripe_webhook_secret=SECRET))
    await provider.close()

    assert provider.name == "stripe"
    assert provider.keeps_keys is not None


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "stripe needs PERSEAT_STRIPE_KEY and PERSEAT_STRIPE_WEBHOOK_SECRET"),
        ({"stripe_key": KEY}, "PERSEAT_STRIPE_WEBHOOK_SECRET"),
        ({"stripe_webhook_secret": SECRET}, "PERSEAT_STRIPE_KEY"),
        ({"stripe_key": "pk_live_of_nobody", "stripe_webhook_secret": SECRET}, "sk_ or rk_"),
        ({"stripe_key": KEY, "stripe_webhook_secret": SECRET, "stripe_url": "x"}, "pattern"),
    ],
)
def test_what_could_charge_nobody_is_refused_at_once(values: dict[str, str], says: str) -> None:
    """Without telling a secret."""
    with pytest.raises(ValidationError, match=says) as refused:
        settings(**values)

    assert KEY not in str(refused.value)
    assert SECRET not in str(refused.value)
