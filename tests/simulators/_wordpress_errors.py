"""How a simulated WordPress says no."""

from __future__ import annotations

from tests.simulators.messages import Answer, json_answer


class RestError(Exception):
    """A refusal of the REST API: `WP_Error` as JSON."""

    def __init__(self, status: int, code: str, message: str, **data: object) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status, **data}}

    def answer(self) -> Answer:
        """The answer."""
        return json_answer(self.body, self.status)
