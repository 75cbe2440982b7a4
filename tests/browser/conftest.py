"""What the tests in a browser share: the browser."""

from browsing import chromium

__all__ = ["chromium"]
