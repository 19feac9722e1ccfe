"""One readable line per request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What is worth knowing of a request and its answer; never a body, never a secret.

    Attributes:
        time: When it came.
        client: From where.
        method: Its HTTP method.
        path: Its path, percent-encoded as it was sent, without the query.
        request_id: Its request_id, if it carried one.
        status: The HTTP status, or None if the connection was dropped.
        code: The code of the API's answer, if there was one.
        ms: How long the answer took.
    """

    time: datetime
    client: str
    method: str
    path: str
    request_id: str | None
    status: int | None
    code: int | None
    ms: float

    def __str__(self) -> str:
        status = "dropped" if self.status is None else str(self.status)
        code = "" if self.code is None else f" code {self.code}"
        # !a keeps a client from writing control characters on somebody's terminal.
        request_id = "" if self.request_id is None else f" request_id={self.request_id!a}"
        return (
            f"{self.time:%H:%M:%S} {self.client} {self.method} {self.path}"
            f" {status}{code} {self.ms:.1f} ms{request_id}"
        )
