"""Errors as the Graph API says them: decided by `code`, with HTTP 400 or 403 for nearly everything."""

from __future__ import annotations

from typing import Any

from tests.simulators.messages import Answer, json_answer

FORBIDDEN = {4, 10, 32, *range(200, 300)}


class GraphError(Exception):
    """An `error` object."""

    def __init__(
        self, code: int, words: str, *, subcode: int = 0, kind: str = "OAuthException", status: int = 0
    ) -> None:
        super().__init__(words)
        self.code = code
        self.subcode = subcode
        self.kind = kind
        self.status = status or (403 if code in FORBIDDEN else 400)
        self.more: dict[str, Any] = {}

    def body(self) -> dict[str, Any]:
        """The body."""
        said: dict[str, Any] = {"message": str(self), "type": self.kind, "code": self.code}
        if self.subcode:
            said["error_subcode"] = self.subcode
        return {"error": {**said, **self.more, "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW"}}

    def answer(self) -> Answer:
        """The answer; what is about tokens names itself in a header too."""
        answer = json_answer(self.body(), self.status)
        if self.code not in (102, 190):
            return answer
        said = str(self).replace('"', "'")
        return answer.with_headers(www_authenticate=f'OAuth "Facebook Platform" "invalid_token" "{said}"')


def numbered(code: int, words: str) -> GraphError:
    """An error whose words begin with its number."""
    return GraphError(code, f"(#{code}) {words}")


def gone(number: str, verb: str = "get") -> GraphError:
    """What is not there, may not be seen or does not do this: nobody is told which."""
    words = (
        f"Unsupported {verb} request. Object with ID '{number}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(100, words, subcode=33, kind="GraphMethodException")


def no_field(name: str, node: str) -> GraphError:
    """A field that the kind of node has not."""
    return numbered(100, f"Tried accessing nonexisting field ({name}) on node type ({node})")


def token_error(subcode: int) -> GraphError:
    """Why a token is not valid any more."""
    words = {
        458: "Error validating access token: The user has not authorized application 1234567890.",
        459: "Error validating access token: You cannot access the app till you log in to www.facebook.com and "
        "follow the instructions given.",
        460: "Error validating access token: The session has been invalidated because the user changed their "
        "password or Facebook has changed the session for security reasons.",
        463: "Error validating access token: Session has expired",
        464: "Error validating access token: Sessions for the user are not allowed because the user is not a "
        "confirmed user.",
        467: "The access token is invalid since the user has engaged the logout flow.",
        492: "Error validating access token: The user does not have an appropriate role on the Page.",
    }
    return GraphError(190, words.get(subcode, "Invalid OAuth access token."), subcode=subcode)


def reduce_data() -> GraphError:
    """A request that asks for too much at once."""
    words = "Please reduce the amount of data you're asking for, then retry your request"
    return GraphError(1, words, status=500)
