"""Every setting once: name, default, how it is read and what it is for; `kg settings` and the manual print this list."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import BadSetting

PREFIX = "KG_"


@dataclass(frozen=True)
class Setting:
    """One setting: field name, default, reader of its text, help for people."""

    name: str
    default: Any
    read: Callable[[str], Any]
    help: str
    secret: bool = False

    def told(self, value: Any) -> str:
        """Write a value for people; a secret one only as set or not."""
        return "(set)" if self.secret and value else str(value)

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name.upper()


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("an address starts with http:// or https://")
    return text


def _origin(text: str) -> str:
    if text.rstrip("/").count("/") > 2:
        raise ValueError("it must be a scheme and a host, with nothing behind them")
    return _address(text.rstrip("/"))


def _base(text: str) -> str:
    if not text.endswith(("/", "#")):
        raise ValueError("it must end with / so that names can follow")
    return _address(text)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(f"it must lie between {low} and {high}")
        return number

    return read


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(_address(part) for part in text.replace(",", " ").split())


SETTINGS = (
    Setting("data", _folder("data"), _folder, "Data folder: triples, journal and search index live here."),
    Setting("host", "127.0.0.1", str, "Address that the service listens on."),
    Setting("port", 8000, _whole(0, 65535), "Port that the service listens on."),
    Setting("public", "", _origin, "Address that people see, such as https://data.example.org; empty: as they ask."),
    Setting("workers", 2, _whole(1, 64), "Web worker processes."),
    Setting("base", "https://w3id.org/open-urban/", _base, "Base IRI of all records."),
    Setting("contact", "", str, "E-mail address of those who run the service, told to harvesters."),
    Setting("engine", "", _address, "Query address of a SPARQL 1.1 server; empty: run the embedded one."),
    Setting("engine_update", "", _address, "Update address of that server; empty: the query address with /update."),
    Setting("engine_graphs", "", _address, "Graph Store address of that server; empty: the query address with /store."),
    Setting("engine_user", "", str, "User by whose name that server is written to (HTTP Basic or Digest)."),
    Setting("engine_password", "", str, "Password of that user.", secret=True),
    Setting("engine_memory", 3072, _whole(1024, 1_048_576), "Memory cap of the embedded engine, in MiB."),
    Setting("fetch_doi", "https://doi.org", _address, "Where `kg fetch` asks for a DOI (content negotiation)."),
    Setting(
        "fetch_isbn", "https://openlibrary.org", _address, "Where `kg fetch` asks for an ISBN (Open Library's books)."
    ),
    Setting("fetch_arxiv", "https://export.arxiv.org", _address, "Where `kg fetch` asks for an arXiv identifier."),
    Setting("fetch_zotero", "https://api.zotero.org", _address, "Where `kg fetch` asks for a Zotero library."),
    Setting("zotero_key", "", str, "Key of a Zotero account whose library is not public.", secret=True),
    Setting("fetch_timeout", 20, _whole(1, 600), "Seconds that `kg fetch` waits for one answer."),
    Setting(
        "query_timeout", 30, _whole(1, 3600), "Seconds after which a query of a caller without a token is stopped."
    ),
    Setting(
        "query_timeout_token",
        0,
        _whole(0, 3600),
        "Seconds for callers with a token; 0: the same. The engine stops at the longer.",
    ),
    Setting("query_rows", 2_000_000, _whole(1, 10**12), "Rows of one answer, for callers without a token."),
    Setting("query_rows_token", 20_000_000, _whole(1, 10**12), "Rows of one answer, for callers with a token."),
    Setting("query_megabytes", 1024, _whole(1, 10**9), "Size of one answer in MB, for callers without a token."),
    Setting("query_megabytes_token", 10_240, _whole(1, 10**9), "Size of one answer in MB, for callers with a token."),
    Setting(
        "query_rate", 600, _whole(0, 10**9), "Queries a minute from one address, in each worker; 0: as many as come."
    ),
    Setting(
        "query_rate_token", 6000, _whole(0, 10**9), "Queries a minute with one token, in each worker; 0: no limit."
    ),
    Setting(
        "query_times_curator", 2, _whole(1, 1000), "How many times the rows, size and rate of a token a curator has."
    ),
    Setting("query_times_admin", 5, _whole(1, 1000), "How many times the rows, size and rate of a token an admin has."),
    Setting(
        "queries_at_once",
        4,
        _whole(1, 1000),
        "Queries that one worker has answered at once; one caller gets all but one.",
    ),
    Setting("answer_timeout", 600, _whole(1, 86_400), "Seconds after which an answer that is still being read is cut."),
    Setting("service_allow", (), _addresses, "Endpoints that queries may call by SERVICE, with spaces between; none."),
    Setting(
        "update_statements",
        500_000,
        _whole(1, 10**9),
        "Size of a base, in statements, up to which it takes SPARQL updates.",
    ),
    Setting("proxies", 0, _whole(0, 10), "Reverse proxies in front that tell the caller's address (X-Forwarded-For)."),
)


class Settings:
    """The settings of one service, read once and never changed."""

    data: Path
    host: str
    port: int
    public: str
    workers: int
    base: str
    contact: str
    engine: str
    engine_update: str
    engine_graphs: str
    engine_user: str
    engine_password: str
    engine_memory: int
    fetch_doi: str
    fetch_isbn: str
    fetch_arxiv: str
    fetch_zotero: str
    zotero_key: str
    fetch_timeout: int
    query_timeout: int
    query_timeout_token: int
    query_rows: int
    query_rows_token: int
    query_megabytes: int
    query_megabytes_token: int
    query_rate: int
    query_rate_token: int
    query_times_curator: int
    query_times_admin: int
    queries_at_once: int
    answer_timeout: int
    service_allow: tuple[str, ...]
    update_statements: int
    proxies: int

    @property
    def engine_timeout(self) -> int:
        """Seconds after which the engine itself stops a query: the longest that any caller has."""
        return max(self.query_timeout, self.query_timeout_token)

    @property
    def here(self) -> str:
        """A host at which this machine reaches the service: one that listens everywhere is reached at `localhost`."""
        return "localhost" if self.host in ("", "0.0.0.0", "::") else self.host

    def __init__(self, **given: Any) -> None:
        known = {setting.name for setting in SETTINGS}
        for name in given:
            if name not in known:
                raise BadSetting(f"There is no setting {name!r}.")
        for setting in SETTINGS:
            setattr(self, setting.name, given.get(setting.name, setting.default))

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, file: Path = Path("kg.toml")) -> Settings:
        """Read `kg.toml` (keys as in `KG_*`, lower case, without prefix), then the environment, which wins."""
        environ = os.environ if environ is None else environ
        texts: dict[str, tuple[str, str]] = {}
        if file.is_file():
            try:
                written = tomllib.loads(file.read_text("utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise BadSetting(f"{file} is not valid TOML: {error}.") from error
            texts |= {name: (str(value), f"{name} in {file}") for name, value in written.items()}
        texts |= {
            name.removeprefix(PREFIX).lower(): (value, name)
            for name, value in environ.items()
            if name.startswith(PREFIX)
        }
        return cls(**_read(texts))


def _read(texts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    by_name = {setting.name: setting for setting in SETTINGS}
    values: dict[str, Any] = {}
    for name, (text, origin) in texts.items():
        if name not in by_name:
            raise BadSetting(f"There is no setting {origin}.")
        try:
            values[name] = by_name[name].read(text)
        except ValueError as error:
            raise BadSetting(f"{origin} is {text!r}, which cannot be used: {error}.") from error
    return values
