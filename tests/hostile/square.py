"""A server whose people write nothing but hostile text: in words, names, warnings, titles, links and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.faults.program import Program
from tests.faults.worlds import world
from tests.hostile.corpus import hostile
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

_WRITTEN = {
    "content",
    "display_name",
    "spoiler_text",
    "note",
    "description",
    "name",
    "value",
    "title",
    "text",
}
"""Keys of Mastodon's JSON that a stranger, or a hostile server, fills with what they like."""


class Square:
    """A simulated Mastodon with so many messages; what is read from it has the inputs in every written string."""

    def __init__(self, directory: Path, messages: int, inputs: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.inputs = list(hostile(inputs))
        self.used: set[str] = set()
        self.place: Any = world("mastodon")
        self.program = Program(directory)
        mine = self.place.i_post("What I said myself")
        for number in range(messages):
            by = f"p{number % max(messages // 2, 1)}"
            if number % 5 == 4:
                self.place.someone_replies(mine, f"Reply {number}", by=by)
            else:
                warned = "warned" if number % 7 == 3 else ""
                self.place.someone_mentions_me(f"Mention {number}?", by=by, content_warning=warned)
        self.program.config.write_text(
            f'[accounts.here]\nplatform = "mastodon"\nurl = "{self.place.site.home.url}"\nuser = "me"\n'
            f'secret = "{self.place.secrets[0]}"\n'
        )
        self.program.config.chmod(0o600)
        self.place.site.home.add(Fault(change=self._infected), method="GET", times=1_000_000)

    def close(self) -> None:
        """End the server and the launcher."""
        self.program.close()
        self.place.stop()

    @property
    def words(self) -> list[str]:
        """The options every command needs."""
        return ["--config", str(self.program.config), "--data-dir", str(self.program.data)]

    def refuse(self) -> None:
        """Every answer is refused with hostile words."""
        said = json.dumps({"error": "".join(self.inputs[:40])}).encode()
        refusal = Answer(422, said, {"content-type": "application/json"})
        self.place.site.home.add(Fault(answer=refusal, done=False), method="POST", times=1_000)

    def _infected(self, answer: Answer) -> Answer:
        if answer.status != 200 or not answer.body:
            return answer
        kept = {name: value for name, value in answer.headers.items() if name == "link"}
        return json_answer(self._written(answer.json())).with_headers(**kept)

    def _written(self, value: Any, key: str = "", where: str = "") -> Any:
        if isinstance(value, dict):
            mark = f"{value.get('id', where)}"
            return {name: self._written(inner, name, mark) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._written(inner, key, where) for inner in value]
        if not isinstance(value, str) or key not in _WRITTEN or (key == "spoiler_text" and not value):
            return value
        chosen = self.inputs[crc32(f"{key} {where} {value}".encode()) % len(self.inputs)]
        self.used.add(chosen)
        return f"{value} {chosen}"
