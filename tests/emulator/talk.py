"""A client for tests: bodies as text, answers as trees."""

from types import TracebackType
from typing import Self

import httpx
from lxml import etree
from lxml.etree import _Element as Element

from conformance.emulator.access import md5


class Talk:
    """Speaks to one emulated PBX as its administrator."""

    def __init__(self, url: str, *, password: str = md5("admin")) -> None:
        self.http = httpx.Client(base_url=url + "/rest", auth=("admin", password), timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.http.close()

    def send(self, method: str, path: str, body: str = "", **headers: str) -> httpx.Response:
        """Send what stands inside `kpbx_request`; nothing at all when there is none."""
        content = f"<kpbx_request>{body}</kpbx_request>".encode() if body else b""
        return self.http.request(method, path, content=content, headers=headers)

    def ask(self, method: str, path: str, body: str = "") -> Element:
        """Return the root of an XML answer."""
        response = self.send(method, path, body)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/xml"
        return etree.fromstring(response.content)

    def get(self, path: str) -> Element:
        """Return the root of the answer to a GET."""
        return self.ask("GET", path)

    def code(self, method: str, path: str, body: str = "") -> int:
        """Return the code of an answer."""
        return code_of(self.ask(method, path, body))

    def texts(self, path: str, xpath: str) -> list[str]:
        """Return the texts that an XPath finds in the answer to a GET."""
        return [element.text or "" for element in self.get(path).iterfind(xpath)]


def code_of(answer: Element) -> int:
    """Return the code in an answer; a list of contacts stands for success."""
    found = answer.findtext(".//code")
    if found is None:
        assert answer.find("contacts") is not None, etree.tostring(answer)
        return 0
    return int(found)
