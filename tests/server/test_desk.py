"""The first pages: what somebody sees who has not logged in, and in which language."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def client(rolled_back: None) -> Any:
    from django.test import Client

    return Client(headers={"host": "localhost"})


def test_the_first_page_answers_without_a_login(client: Any) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'lang="vi"' in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_language_is_remembered(client: Any) -> None:
    client.post("/language/", {"language": "en", "next": "/"})
    assert 'lang="en"' in client.get("/").content.decode()


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/"])
def test_nobody_is_led_elsewhere(client: Any, back: str) -> None:
    assert client.post("/language/", {"language": "en", "next": back})["Location"] == "/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere/"])
def test_pages_have_both_languages(client: Any, path: str) -> None:
    vi = client.get(path).content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    en = client.get(path).content.decode()
    assert "Đăng nhập" in vi
    assert "Log in" in en
