"""A real Chromium, started once for the tests of a worker, and the page of a plan in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

#: As systems call it. Without one of these, the one that `playwright install chromium` has put in its place.
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser. On somebody's machine there may be none, in CI never."""
    with sync_playwright() as playwright:
        place = _place(playwright.chromium)
        if place is None and "CI" in os.environ:
            pytest.fail("no Chromium here: .ci/run installs one")
        if place is None:
            pytest.skip("no Chromium here: install one, or run `.venv/bin/playwright install chromium`")
        running = playwright.chromium.launch(executable_path=place)
        yield running
        running.close()


def _place(kind: BrowserType) -> str | None:
    places = [shutil.which(each) for each in NAMES] + [kind.executable_path]
    return next((each for each in places if each and Path(each).is_file()), None)


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens an HTML text as a file, with the network off; at the end there was no error, and nothing was asked for.

    `refused`: so many times the page's policy is to refuse something.
    """
    told: list[str] = []
    asked: list[str] = []
    expected = []

    def open_(html: str, refused: int = 0, **options: Any) -> Page:
        expected.append(refused)
        file = tmp_path / "plan.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(**options)
        context.set_offline(True)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in browser.contexts:
        context.close()
    assert len(told) == sum(expected), told
    assert all("Content Security Policy" in each for each in told)
    assert {each.partition("#")[0] for each in asked} <= {(tmp_path / "plan.html").as_uri()}
