"""Makes the pictures of the README from the demo's inbox: docs/pictures/inbox-dark.svg and inbox-light.svg."""

from __future__ import annotations

import asyncio
import os
import re
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
EVENING = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)


def picture(theme: str) -> str:
    """The inbox of the demo at 120x40 in a theme, as SVG without references to other hosts."""
    from convo.clock import HandClock
    from convo.demo import demo_engine
    from convo.engine import Engine
    from convo.tui.app import ConvoApp

    async def shoot(engine: Engine) -> str:
        config = replace(engine.config, look=replace(engine.config.look, theme=theme))
        app = ConvoApp(engine, config, offline=True)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("j", "k")
            await pilot.pause()
            return app.export_screenshot(title="convo")

    with demo_engine(clock=HandClock(EVENING)) as engine:
        svg = asyncio.run(shoot(engine))
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def main() -> None:
    """Write both pictures."""
    os.environ.update(TZ="UTC", COLORTERM="truecolor", TEXTUAL_ANIMATIONS="none")
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in ("dark", "light"):
        (PICTURES / f"inbox-{name}.svg").write_text(picture(f"convo-{name}"), encoding="utf-8")


if __name__ == "__main__":
    main()
