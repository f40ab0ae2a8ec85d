"""Where there is no browser, it is said, and in a CI it is an error."""

from __future__ import annotations

import shutil

import pytest

from tests.pages.browser import MISSING, launched


def test_without_a_browser_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install it"), launched():
        pass
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="there is no chromium on the path"), launched():
        pass
    assert "apt-get install chromium" in MISSING
