"""Somebody who reads a page in a browser: opens it, presses keys, clicks, and looks."""

from io import BytesIO
from pathlib import Path
from typing import Any


class Reader:
    """A page in a browser without a network. Whatever it complains of or asks for is kept in `heard` and `asked`."""

    def __init__(self, browser: Any, *, width: int = 1280, height: int = 800, **context: Any) -> None:
        self.heard: list[str] = []
        self.asked: list[str] = []
        self._context = browser.new_context(viewport={"width": width, "height": height}, offline=True, **context)
        self.page = self._context.new_page()
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("dialog", self._hears_out)
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _hears_out(self, dialog: Any) -> None:
        self.heard.append(dialog.message)
        dialog.dismiss()

    def opens(self, html: str, folder: Path, at: str = "") -> "Reader":
        path = folder / "page.html"
        path.write_text(html, "utf-8")
        self.page.goto(f"{path.as_uri()}{at}")
        return self

    def presses(self, *keys: str) -> "Reader":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def clicks(self, part: str) -> "Reader":
        self.page.click(f"[data-part={part}]")
        return self

    @property
    def step(self) -> int:
        """The number of the step that is shown."""
        return int(self.page.get_attribute(".tcpsim", "data-step"))

    def waits_for(self, step: int) -> "Reader":
        """Until this step is reached, or passed; ten seconds at most."""
        for _ in range(200):
            if self.step >= step:
                return self
            self.page.wait_for_timeout(50)
        raise AssertionError(f"it never came to step {step}")

    def reads(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def value_of(self, host: str, variable: str) -> str:
        """What a host's card says of a variable."""
        row = self.page.locator(f".tcpsim-host[aria-label='{host}'] tr", has_text=variable).first
        return str(row.locator("td").inner_text())

    def colours(self) -> int:
        """How many colours there are to be seen."""
        import numpy as np
        from matplotlib import image

        pixels = image.imread(BytesIO(self.page.screenshot()), format="png")
        return len(np.unique((pixels[::3, ::3, :3] * 255).astype("uint8").reshape(-1, 3), axis=0))

    def leaves(self) -> None:
        """Closes the page: it has complained of nothing, and asked nobody for anything."""
        self._context.close()
        assert self.heard == []
        assert [url for url in self.asked if not url.startswith(("file:", "data:"))] == []
