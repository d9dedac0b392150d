"""The demo as a musician meets it: in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vocalkit.audio import read

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def demo_url() -> Iterator[str]:
    """A demo on a free port; stopped the way a user stops it."""
    pytest.importorskip("gradio", reason="needs gradio (the `demo` extra)")
    command = [sys.executable, "-m", "vocalkit", "demo", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert server.stdout is not None
    line = server.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line + (server.stderr.read() if server.stderr and server.poll() is not None else "")
    yield found.group()
    server.send_signal(signal.SIGINT)
    _, err = server.communicate(timeout=30)
    assert server.returncode == 130, err
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def page(demo_url: str) -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser_path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 800, "height": 1200})
        page.set_default_timeout(120_000)
        page.goto(demo_url)
        yield page
        browser.close()


def test_a_song_is_made(page: Any, short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    page.locator("#go").wait_for()
    page.locator("#words textarea").fill("Who has seen the wind?")
    page.locator("#go").click()
    page.locator("#status", has_text="upload an instrumental first").wait_for()

    page.locator("#track input[type=file]").set_input_files(str(short_song.backing))
    page.locator("#track").get_by_role("button", name="Play").or_(page.locator("#track #waveform")).first.wait_for()
    page.locator("#words textarea").fill("...")
    page.locator("#go").click()
    page.locator("#status", has_text="no words to sing").wait_for()

    page.locator("#words textarea").fill(short_song.words.read_text())
    page.locator("#go").click()
    page.locator("#status", has_text="notes sung by").wait_for()
    assert "AI-generated" in page.locator("#status").inner_text()
    for player in ("#mix", "#vocals"):
        page.locator(f"{player} #waveform, {player} audio").first.wait_for(state="attached")

    picture = page.locator("#roll img")
    picture.wait_for()
    width, height = picture.evaluate(
        "async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight] }"
    )
    assert width == 800
    assert height >= 150
    assert picture.bounding_box()["width"] > 500

    files = page.locator("#files")
    for name in ("mix", "vocals", "vocals_dry", "score", "performance", "report"):
        assert name in files.inner_text()
    with page.expect_download() as download:
        files.locator("tr", has_text="mix").locator("a", has_text=re.compile("MB|KB")).first.click()
    saved = tmp_path / "mix.wav"
    download.value.save_as(saved)
    assert read(saved).duration_s == pytest.approx(read(short_song.backing).duration_s, abs=5.0)
    page.screenshot(path=str(tmp_path / "page.png"), full_page=True)


def test_the_page_asks_no_other_server(demo_url: str, page: Any) -> None:
    fresh = page.context.browser.new_page()
    asked: list[str] = []
    fresh.on("request", lambda request: asked.append(request.url))
    fresh.goto(demo_url)
    fresh.locator("#go").wait_for()
    fresh.wait_for_timeout(1500)
    fresh.close()
    assert asked
    assert [url for url in asked if not url.startswith((demo_url, "data:", "blob:", "ws://127.0.0.1"))] == []
