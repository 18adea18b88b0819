"""`/docs` is made from the tables of the API, and its documents are those that tests send."""

import re

import httpx
import pytest

from api import operations as tables
from api.docs import REFERENCE
from app.domain.access import Permission
from tests.api.pages import DOCUMENTS


def test_it_shows_every_operation_and_permission() -> None:
    named = {*tables.QUERIES, *tables.MUTATIONS, *tables.ROUTES, *Permission}

    assert {name for name in named if f"`{name}`" not in REFERENCE} == set()


def test_its_documents_are_those_that_tests_send() -> None:
    pages = REFERENCE.partition("\n## Pages")[2]
    shown = re.findall(r"```graphql\n(.*?)```", pages, re.DOTALL)

    assert shown == list(DOCUMENTS.values())


async def test_the_page_needs_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    answer = await http.get("/docs")

    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', answer.text) == []
    assert "<table>" in answer.text
    assert 'id="permissions"' in answer.text
    assert "query Dashboard" in answer.text


@pytest.mark.parametrize("path", ["/docs.md", "/llms.txt", "/schema.graphql"])
async def test_machines_read_text(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/")
    assert answer.text
