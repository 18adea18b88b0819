"""`docker/`: what can be said about it without an engine. Nobody is root, nothing can be written
that need not be, and no secret has a default."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE = (ROOT / "docker" / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
EXAMPLE = (ROOT / "docker" / "example.env").read_text()


def test_what_is_copied_is_there() -> None:
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    ]

    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert (ROOT / SERVICES["api"]["build"]["dockerfile"]).exists()


def test_images_are_pinned_to_a_version() -> None:
    images = re.findall(r"^ARG PYTHON=(\S+)$|--from=(\S+/\S+)", DOCKERFILE, re.MULTILINE)
    images += [(each["image"],) for each in SERVICES.values() if "build" not in each]

    for image in ("".join(each) for each in images):
        assert re.search(r":\d+\.\d+(\.\d+)?(-[\w-]+)?$", image), image


def test_the_image_is_not_root_and_is_looked_after() -> None:
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)

    assert user.isdigit()
    assert int(user) > 0
    assert "HEALTHCHECK" in DOCKERFILE


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_nowhere_else_and_gains_no_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["tmpfs"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert "healthcheck" in service or name == "api", "the image's own"


def test_no_secret_has_a_default() -> None:
    lines = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))

    assert needed <= set(lines)
    assert {name for name in needed if lines[name]} == set()
    assert set(re.findall(r"\$\{([A-Z_]+)", COMPOSE)) == set(lines)


def test_its_settings_are_those_of_the_program() -> None:
    known = {f"PERSEAT_{name.upper()}" for name in Settings.model_fields}

    assert set(SERVICES["api"]["environment"]) <= known | {"FORWARDED_ALLOW_IPS"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert "requirepass" in " ".join(SERVICES["valkey"]["command"])


async def test_people_behind_a_proxy_do_not_come_from_one_place() -> None:
    """S18: and cannot say themselves from where."""
    (networks,) = re.findall(r"\$\{FORWARDED_ALLOW_IPS:-(.*)\}", COMPOSE)
    seen: list[Any] = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["client"][0])

    served: Any = ProxyHeadersMiddleware(app, networks)
    headers = [(b"x-forwarded-for", b"192.0.2.66, 203.0.113.5")]
    for client in ("172.18.0.1", "192.168.32.1", "198.51.100.9"):
        await served({"type": "http", "client": (client, 1), "headers": headers}, None, None)

    assert seen == ["203.0.113.5", "203.0.113.5", "198.51.100.9"]
