"""An API that is ready at once, and shows the settings that it was given."""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Message = Mapping[str, Any]


async def app(
    scope: Message,
    _receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    status = 200 if scope["path"] == "/readyz" else 404
    told = {name: os.environ[name] for name in os.environ if "PERSEAT" in name}
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})
