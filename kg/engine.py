"""One client for SPARQL 1.1 Protocol and Graph Store Protocol, whatever server answers: the embedded one or any other."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TypeVar
from urllib.parse import urlencode

from pyoxigraph import (
    NamedNode,
    RdfFormat,
    Triple,
    parse,
)

from kg import queries, quirks
from kg.answers import Answer, Row, chained, rows, whole_or_broken, yes
from kg.errors import BadInput, EngineDown, EngineError, QueryTimeout
from kg.quirks import virtuoso
from kg.wire import BrokenOff, Reply, Wire

T = TypeVar("T")

_JSON = "application/sparql-results+json"
_N_TRIPLES = "application/n-triples"
_FORM = "application/x-www-form-urlencoded"
_PATIENCE_SECONDS = 8.0
_PAUSE_SECONDS = 0.1
_MARGIN_SECONDS = 5


class Engine:
    """A SPARQL server at three addresses.

    `renew` brings the embedded one back and returns its address; `stop` ends it where it has been deaf for so many seconds.
    What each server does in its own way is known to `kg.quirks`; which one it is, it says itself when it is first asked.
    """

    def __init__(
        self,
        query_url: str,
        update_url: str,
        graphs_url: str,
        timeout: int,
        renew: Callable[[], str] | None = None,
        stop: Callable[[float], None] | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        self.query_url = query_url
        self._update_url = update_url
        self._graphs_url = graphs_url
        self._timeout = timeout
        self._renew = renew
        self._stop = stop
        self._make = quirks.OURS if renew is not None else ""
        self._wire = Wire(timeout + _MARGIN_SECONDS, user, password)

    # -- questions ----------------------------------------------------------------------------------------------------

    def select(self, query: str) -> list[Row]:
        """Return the rows of a SELECT query; an unbound variable is missing from its row."""
        return rows(self._whole(query, _JSON))

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK query."""
        return yes(self._whole(query, _JSON))

    def triples(self, query: str) -> list[Triple]:
        """Return the statements of a CONSTRUCT or DESCRIBE query."""
        return [quad.triple for quad in parse(self._whole(query, _N_TRIPLES), format=RdfFormat.N_TRIPLES)]

    def alive(self) -> bool:
        """Tell whether the engine answers at this moment."""
        try:
            return self._wire.request("GET", self._greeting, headers={"Accept": _JSON}, patience=2).status == 200
        except (OSError, EngineError):
            return False

    def stream(
        self, query: str, accept: str, dataset: Iterable[tuple[str, str]] = (), seconds: float | None = None
    ) -> Answer:
        """Answer a query as it comes, within `seconds` where these are fewer than the engine's own limit.

        An error before the first byte is raised here, a later one while reading.

        Oxigraph tells a time-out in the middle of an answer by words at the end of a 200 body: the last bytes are held back until
        the end is known, and an answer that ends so is broken off with QueryTimeout instead of being passed on as whole.
        """
        shorter = seconds if seconds is not None and seconds < self._timeout else None
        response = self._ask(query, accept, dataset, stream=True, shorter=shorter)
        parts = whole_or_broken(response, shorter or self._timeout + _MARGIN_SECONDS)
        if self._is_virtuoso:
            parts = virtuoso.mended(parts, accept)
        try:
            first = next(parts, b"")
        except BaseException:
            response.close()
            raise
        return Answer(accept, chained(first, parts), response.close)

    # -- changes ------------------------------------------------------------------------------------------------------

    def update(self, text: str) -> None:
        """Run an update; it is not tried again when the connection breaks, because nobody knows whether it was done."""
        headers = {"Content-Type": "application/sparql-update"}
        try:
            _raise_for(self._wire.request("POST", self._update_url, text.encode(), headers))
        except OSError as error:
            raise EngineDown(f"The engine broke off during an update: {error}.") from error

    def replace(self, graphs: Mapping[str, bytes | None], fresh: Container[str] = ()) -> None:
        """Replace named graphs by N-Triples (None: by nothing), all in one update; doing it twice does no harm.

        In those that are `fresh` nothing ever stood, so that nothing is looked for to be taken out: half of the time of an import.

        Virtuoso cannot read an update of 5,000 statements: it takes one graph after the other, in this order.
        """
        if self._is_virtuoso:
            for iri, content in graphs.items():
                self._repeated(lambda iri=iri, content=content: self._put(iri, content))  # type: ignore[misc]
            return
        steps = [
            queries.fill("insert" if iri in fresh else "replace", graph=NamedNode(iri), statements=content or b"")
            for iri, content in graphs.items()
        ]
        self._repeated(lambda: self.update(" ;\n".join(steps)))

    # -- the wire -----------------------------------------------------------------------------------------------------

    @property
    def _greeting(self) -> str:
        return f"{self.query_url}?{urlencode({'query': queries.fill('alive')})}"

    @property
    def _is_virtuoso(self) -> bool:
        if not self._make:
            response = self._repeated(lambda: self._wire.request("GET", self._greeting, headers={"Accept": _JSON}))
            _raise_for(response)
            self._make = response.headers.get("server", "unknown")
        return self._make.startswith(virtuoso.NAME)

    def _whole(self, query: str, accept: str) -> bytes:
        """Return an answer that is known to be whole."""
        response = self._ask(query, accept, (), stream=False)
        if response.data.endswith(quirks.CANCELLED):
            raise QueryTimeout(f"The query was stopped after {self._timeout} seconds.")
        return b"".join(virtuoso.mended([response.data], accept)) if self._is_virtuoso else response.data

    def _ask(
        self,
        query: str,
        accept: str,
        dataset: Iterable[tuple[str, str]],
        *,
        stream: bool,
        shorter: float | None = None,
    ) -> Reply:
        """Ask by a form in the body, which every server takes, whatever the length; wait so long, or as the engine's limit is."""
        if self._is_virtuoso:
            fields, asked_for = virtuoso.query(query, dataset, self._timeout), virtuoso.asks_for(accept)
        else:
            fields, asked_for = [("query", query), *(list(dataset) or quirks.union(self._make))], accept
        body, headers = urlencode(fields).encode(), {"Content-Type": _FORM, "Accept": asked_for}

        def ask() -> Reply:
            try:
                response = self._wire.request("POST", self.query_url, body, headers, whole=not stream, patience=shorter)
            except TimeoutError as error:
                if shorter is None:
                    raise
                raise QueryTimeout.early(shorter, self._timeout - shorter) from error
            if response.status == 500 and quirks.OVERRUN in response.data:
                raise EngineDown("The engine has more queries than it has threads.", "Ask again in a minute.")
            return response

        response = self._repeated(ask)
        _raise_for(response, self._timeout, query)
        if self._is_virtuoso:
            virtuoso.check(response.headers, self._timeout)
        return response

    def _put(self, iri: str, content: bytes | None) -> None:
        """Replace a graph by the Graph Store Protocol; that there is none to take away is as good."""
        url = f"{self._graphs_url}?{urlencode({'graph': iri})}"
        if content is None:
            response = self._wire.request("DELETE", url)
            if response.status == 404:
                return
        else:
            response = self._wire.request("PUT", url, virtuoso.GREETING + content, {"Content-Type": "text/turtle"})
        _raise_for(response)

    def _repeated(self, act: Callable[[], T]) -> T:
        """Do what may be done twice, for as long as a restart takes; what broke the engine twice is not tried a third time."""
        deadline, broken = time.monotonic() + _PATIENCE_SECONDS, 0
        while True:
            try:
                return act()
            except TimeoutError as error:
                if self._stop is not None:
                    self._stop(self._timeout + _MARGIN_SECONDS)  # Oxigraph looks at its limit only between rows
                raise QueryTimeout(
                    f"The engine gave no answer within {self._timeout + _MARGIN_SECONDS} seconds."
                ) from error
            except (EngineDown, OSError) as error:
                broken += isinstance(error, BrokenOff)
                self._wire.clear()  # the other idle connections are as dead as this one
                if broken > 1:
                    raise EngineDown(
                        "The engine died of this request, twice.", "Ask for less: it may need too much memory."
                    ) from error
                if time.monotonic() > deadline:
                    raise EngineDown(f"The engine at {self.query_url} does not answer: {error}.") from error
            time.sleep(_PAUSE_SECONDS)
            self._come_back()

    def _come_back(self) -> None:
        if self._renew is not None:
            url = self._renew()
            self.query_url, self._update_url, self._graphs_url = f"{url}/query", f"{url}/update", f"{url}/store"


def statement(row: Row) -> Triple:
    """Return the statement of a row with the columns `s`, `p` and `o`."""
    subject, predicate = row["s"], row["p"]
    if not isinstance(subject, NamedNode) or not isinstance(predicate, NamedNode):
        raise EngineError(f"{subject} {predicate} is no subject and property.")
    return Triple(subject, predicate, row["o"])


def _raise_for(response: Reply, timeout: int = 0, asked: str = "") -> None:
    """Turn the engine's refusal into one of our errors, in plain words; `asked` is the text that it could not read."""
    if response.status < 400:
        return
    told = response.data.decode("utf-8", "replace").strip()
    if quirks.is_cancelled(told, response.status):
        raise QueryTimeout(f"The query was stopped after {timeout} seconds.")
    if quirks.is_refused(told, response.status):
        raise BadInput(*quirks.plain(told, asked))
    if response.status in (502, 503):
        raise EngineDown(f"The engine is not ready: {told}")
    raise EngineError(f"The engine answered {response.status}: {told}")
