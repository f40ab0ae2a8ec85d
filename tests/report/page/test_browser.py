"""Without a browser, the tests that need one are skipped and say what to install."""

from __future__ import annotations

import shutil

import pytest

from tests.report.page.browser import launched


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"), launched():
        pass
