"""Proposals by anyone, and the curators' desk: forms, drafts, privacy, decisions, and what a stranger may try."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Triple

import test_fetch
import test_html
from kg import deciding, lint
from kg.base import Base, open_base, parsed
from kg.desk.accounts import Accounts
from kg.desk.proposals import Sender
from kg.errors import Overtaken, Refused
from kg.settings import Settings
from kg.terms import BIBO, DCT
from kg.web import create_app

there = test_fetch.there
HTML = {"Accept": "text/html"}
XSS = "\"><script>alert(1)</script>'{{7*7}}"
EMAIL = "maud.private@example.org"
PRACTICE = "https://w3id.org/open-urban/practice/dwbp-provide-metadata"


class Form(HTMLParser):
    """The fields of the last form with that action, as a browser would send them."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._action, self._in, self._area, self._select = action, False, "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name = given.get("name", "")
        if tag == "form":
            self._in = given.get("action", self._action) == self._action
        if not self._in:
            return
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "textarea":
            self.fields.setdefault(name, []).append("")
            self._area = name
        elif tag == "select":
            self._select = name
            self.fields.setdefault(name, []).append("")
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select][-1] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.fields[self._area][-1] = self.fields[self._area][-1].removeprefix("\n").removeprefix("\n")
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][-1] += data


@pytest.fixture(scope="module")
def own(loaded: Path, tmp_path_factory: pytest.TempPathFactory, there: str) -> Iterator[Base]:
    """A base of its own, because these tests write."""
    data = tmp_path_factory.mktemp("desk") / "data"
    shutil.copytree(loaded, data)
    with open_base(Settings(data=data, fetch_doi=there)) as opened:
        yield opened


def entered(door: Flask, own: Base, role: str, name: str = "") -> FlaskClient:
    """Return somebody who has signed in."""
    token = Accounts(own.settings.data / "accounts.sqlite").add(name or role, role)
    client = door.test_client()
    form = Form(client.get("/desk/in", headers=HTML).text, "/desk/in").fields
    assert client.post("/desk/in", data=form | {"token": [token]}).status_code == 303
    return client


def filled(client: FlaskClient, path: str, **given: str | list[str]) -> dict[str, list[str]]:
    form = Form(client.get(path, headers=HTML).text, path).fields
    form.pop("do", None)
    return form | {"licence": ["yes"]} | {name: [v] if isinstance(v, str) else v for name, v in given.items()}


def new_practice(client: FlaskClient, title: str, **more: str | list[str]) -> dict[str, list[str]]:
    given: dict[str, str | list[str]] = {
        "title": title,
        "description": "What it is, in a sentence.",
        "practiceType": "https://w3id.org/open-urban/concept/practice-type/city-practice",
        "placeOptional": "Kenya",
        "evidence/new-1/source": "https://example.org/seen",
    }
    return filled(client, "/contribute/practice", **(given | more))


def sent(client: FlaskClient, title: str, **more: str | list[str]) -> tuple[int, str]:
    """Send a practice; return its number and the address of its page."""
    answer = client.post(
        "/contribute/practice", data=new_practice(client, title, **more) | {"do": ["send"]}, headers=HTML
    )
    assert answer.status_code == 303, re.findall(r"<a href=\"#f-[^>]*>[^<]*", answer.text)
    found = re.fullmatch(r"/contribute/sent/(\d+)/[\w-]+", answer.location)
    assert found
    return int(found[1]), answer.location


def decided(client: FlaskClient, number: int, verb: str, note: str = "") -> int:
    form = Form(client.get(f"/desk/{number}", headers=HTML).text, f"/desk/{number}").fields
    return client.post(f"/desk/{number}", data=form | {"do": [verb], "note": [note]}, headers=HTML).status_code


# -- a visitor ----------------------------------------------------------------------------------------------------------


def test_a_proposal_becomes_a_record_with_credit_and_without_the_address(
    visitor: FlaskClient, door: Flask, own: Base
) -> None:
    number, page = sent(visitor, "Buses told by telephone", person="Maud Lindh", orcid="0000-0002-1825-0097",
                        affiliation="A university", email=EMAIL, note="Seen there")  # fmt: skip
    assert "waits for a curator" in visitor.get(page, headers=HTML).text
    curator = entered(door, own, "curator")
    listing = curator.get("/desk", headers=HTML).text
    assert "Buses told by telephone" in listing
    assert EMAIL in curator.get(f"/desk/{number}", headers=HTML).text
    assert decided(curator, number, "accept", "Thank you") == 303
    record = visitor.get("/practice/buses-told-by-telephone", headers=HTML).text
    assert "Maud Lindh" in record
    assert "0000-0002-1825-0097" in record
    assert "Maud Lindh" in visitor.get("/contributors", headers=HTML).text
    assert "/practice/buses-told-by-telephone" in visitor.get(page, headers=HTML).text
    doors = [
        "/practice/buses-told-by-telephone" + ext for ext in ("", ".ttl", ".json", ".jsonld", ".nt", ".rdf", ".bib")
    ]
    doors += ["/history/practice/buses-told-by-telephone", "/contributors", "/feed.atom", page, "/search?q=maud",
              "/sparql?query=SELECT * { ?s ?p ?o . FILTER(CONTAINS(STR(?o), 'private')) }"]  # fmt: skip
    for path in doors:
        assert EMAIL not in visitor.get(path).text, path
    assert deciding.desk(own).sender(number).email == ""


def test_complaints_stand_beside_their_fields_and_nothing_typed_is_lost(visitor: FlaskClient) -> None:
    form = new_practice(visitor, "", description="Kept as typed", addressOptional="javascript:alert(1)", issued="yesterday",
                        placeOptional="Atlantis-on-Sea", orcid="0000-0000-0000-0000", licence=[])  # fmt: skip
    page = visitor.post("/contribute/practice", data=form | {"do": ["check"]}, headers=HTML).text
    wrong = set(re.findall(r'<a href="#(f-\w+)', page))
    assert wrong == {"f-title", "f-addressOptional", "f-issued", "f-placeOptional", "f-orcid", "f-person", "f-licence"}
    for name in wrong:
        assert f'id="{name}"' in page
        assert f'id="{name}-wrong"' in page
    for text in ("Kept as typed", "javascript:alert(1)", "yesterday", "Atlantis-on-Sea"):
        assert text in page
    assert 'href="javascript' not in page


def test_a_change_is_shown_before_it_is_sent_and_keeps_the_rest(visitor: FlaskClient, door: Flask, own: Base) -> None:
    path = "/contribute/practice/dwbp-provide-metadata"
    form = filled(visitor, path, title="Provide metadata always")
    page = visitor.post(path, data=form | {"do": ["check"]}, headers=HTML).text
    assert "<ins>" in page
    assert page.count("<tr>") == 2
    answer = visitor.post(path, data=Form(page, path).fields | {"do": ["send"]})
    [number] = map(int, re.findall(r"sent/(\d+)/", answer.location))
    before, after = deciding.desk(own).records(number)[PRACTICE]
    assert {triple.predicate for triple in {*parsed(before)} ^ {*parsed(after)}} == {DCT.title}
    curator = entered(door, own, "curator")
    assert decided(curator, number, "accept") == 303
    assert "Provide metadata always" in visitor.get("/practice/dwbp-provide-metadata", headers=HTML).text
    assert decided(curator, number, "undo") == 303
    assert own.journal.now(PRACTICE) == before


def test_a_draft_comes_back_by_its_secret_and_is_told_how_long(visitor: FlaskClient) -> None:
    form = new_practice(visitor, "A draft of mine", description="")
    answer = visitor.post("/contribute/practice", data=form | {"do": ["draft"]})
    page = visitor.get(answer.location, headers=HTML).text
    assert "A draft of mine" in page
    assert "is kept until" in page
    assert visitor.get("/contribute/draft/no-such-secret").status_code == 404


def test_words_are_enough(visitor: FlaskClient, door: Flask, own: Base) -> None:
    form = filled(visitor, "/contribute/words", note="A law of Kenya is missing.", source="https://example.org/law")
    answer = visitor.post("/contribute/words", data=form | {"do": ["send"]})
    number = int(re.findall(r"sent/(\d+)/", answer.location)[0])
    curator = entered(door, own, "curator")
    assert decided(curator, number, "ask", "Which one?") == 303
    page = visitor.get(answer.location, headers=HTML).text
    assert "Which one?" in page
    answering = Form(page, answer.location.split("?")[0]).fields or Form(page, "").fields
    assert visitor.post(answer.location, data=answering | {"answer": ["That of 2019"]}).status_code == 303
    assert "That of 2019" in curator.get(f"/desk/{number}", headers=HTML).text
    assert decided(curator, number, "decline") == 422
    assert decided(curator, number, "decline", "It is there already.") == 303
    assert "It is there already." in visitor.get(answer.location, headers=HTML).text


@pytest.mark.parametrize(
    "step", ["more title", "more evidence", "more placeOptional", "open evidence/x", "open ../x", "edit"]
)
def test_a_step_of_the_form_keeps_what_was_typed(step: str, visitor: FlaskClient) -> None:
    form = new_practice(visitor, "Typed and kept")
    page = visitor.post("/contribute/practice", data=form | {"do": [step]}, headers=HTML)
    assert page.status_code == 200
    assert "Typed and kept" in page.text


# -- what a stranger may try ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", ["", "forged", "WyJjb250cmlidXRlIiwgIiJd.x.y"])
def test_a_form_that_is_not_ours_sends_nothing(signed: str, visitor: FlaskClient, own: Base) -> None:
    before = len(deciding.desk(own).all(None))
    form = new_practice(visitor, "Forged") | {"signed": [signed], "do": ["send"]}
    assert "Nothing is lost" in visitor.post("/contribute/practice", data=form, headers=HTML).text
    assert len(deciding.desk(own).all(None)) == before


@pytest.mark.parametrize(
    "told", [{"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}], ids=str
)
def test_a_form_from_another_site_sends_nothing(told: dict[str, str], visitor: FlaskClient, own: Base) -> None:
    before = len(deciding.desk(own).all(None))
    form = new_practice(visitor, "From elsewhere") | {"do": ["send"]}
    visitor.post("/contribute/practice", data=form, headers=HTML | told)
    assert len(deciding.desk(own).all(None)) == before


@pytest.mark.parametrize("path", ["/desk", "/desk/1", "/desk/remarks", "/desk/accounts", "/desk/1/edit"])
def test_nobody_passes_to_the_desk_who_may_not(path: str, door: Flask, own: Base) -> None:
    stranger = door.test_client()
    assert stranger.get(path).location == "/desk/in"
    stranger.set_cookie("desk", "eyJhY2NvdW50IjoiYWRtaW4ifQ.forged.forged")
    assert stranger.get(path).location == "/desk/in"
    assert entered(door, own, "contributor").get(path).status_code == 403


def test_a_token_that_was_taken_away_ends_the_session(door: Flask, own: Base) -> None:
    curator = entered(door, own, "curator", "leaving")
    assert curator.get("/desk").status_code == 200
    admin = entered(door, own, "admin")
    form = Form(admin.get("/desk/accounts", headers=HTML).text, "").fields
    signed = re.findall(r'name="signed" value="([^"]+)"', admin.get("/desk/accounts", headers=HTML).text)[0]
    assert form is not None
    assert admin.post("/desk/accounts", data={"signed": signed, "name": "leaving"}).status_code == 303
    assert curator.get("/desk").location == "/desk/in"


def test_a_curator_cannot_see_accounts_and_a_decision_needs_a_signed_form(
    visitor: FlaskClient, door: Flask, own: Base
) -> None:
    number, _ = sent(visitor, "Needs a signed form")
    curator = entered(door, own, "curator")
    assert curator.get("/desk/accounts").status_code == 403
    assert curator.post(f"/desk/{number}", data={"do": "accept"}).status_code == 403
    assert deciding.desk(own).get(number).state == "open"


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(door: Flask, own: Base) -> None:
    token = Accounts(own.settings.data / "accounts.sqlite").add("cookie", "curator")
    client = door.test_client()
    form = Form(client.get("/desk/in", headers=HTML, base_url="https://localhost").text, "/desk/in").fields
    cookie = client.post("/desk/in", data=form | {"token": [token]}, base_url="https://localhost").headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Secure"):
        assert part in cookie
    assert token not in cookie


def test_a_visitor_gets_no_cookie(visitor: FlaskClient) -> None:
    assert "Set-Cookie" not in visitor.get("/contribute/practice").headers


def test_signs_in_every_field_are_words_on_every_page(visitor: FlaskClient, door: Flask, own: Base) -> None:
    number, page = sent(visitor, XSS, description=XSS, whereNote=XSS, problem=XSS, steps=XSS, documentTitle=XSS, person=XSS,
                        affiliation=XSS, note=XSS, **{"evidence/new-1/sourceNote": XSS})  # fmt: skip
    curator = entered(door, own, "curator")
    paths = [page, f"/desk/{number}", f"/desk/{number}/edit", "/desk"]
    texts = [curator.get(path, headers=HTML).text for path in paths]
    assert decided(curator, number, "accept", XSS) == 303
    [iri] = deciding.desk(own).records(number)
    path = iri.removeprefix("https://w3id.org/open-urban")
    texts += [
        curator.get(p, headers=HTML).text
        for p in (path, "/contributors", page, f"/desk/{number}", f"/history{path}", f"/contribute{path}")
    ]
    for text in texts:
        assert "<script>alert" not in text
        assert "'49" not in text


def test_ten_megabytes_are_refused(visitor: FlaskClient) -> None:
    answer = visitor.post("/contribute/practice", data={"title": "x" * 10_000_000}, headers=HTML)
    assert answer.status_code == 413


def test_line_ends_in_a_field_reach_no_header(visitor: FlaskClient, own: Base) -> None:
    number, page = sent(visitor, "A title\r\nSet-Cookie: x=1", person="A\r\nB")
    assert "Set-Cookie" not in visitor.get(page).headers
    assert deciding.desk(own).sender(number).name == "A B"


@pytest.mark.parametrize("path", ["/contribute/nonsense", "/contribute/concept", "/contribute/practice/../../etc/passwd",
                                  "/contribute/practice/no-such-record", "/contribute/practice/%2e%2e%2fx"])  # fmt: skip
def test_a_form_that_is_not_there_is_told(path: str, visitor: FlaskClient) -> None:
    assert visitor.get(path, headers=HTML).status_code == 404


def test_a_proposal_that_speaks_of_another_record_is_refused(own: Base) -> None:
    thing = NamedNode(PRACTICE)
    foreign = Triple(NamedNode("https://w3id.org/open-urban/place/ke"), DCT.title, Literal("Mine"))
    now = own.graphs([PRACTICE])[PRACTICE]
    with pytest.raises(Refused, match="speaks of"):
        deciding.send(own, {thing.value: (now, [*now, foreign])}, "x", Sender(kind="practice"))


def test_a_program_that_fills_in_every_field_sends_nothing(visitor: FlaskClient, own: Base) -> None:
    before = len(deciding.desk(own).all(None))
    form = new_practice(visitor, "Spam", website="https://spam.example") | {"do": ["send"]}
    assert visitor.post("/contribute/practice", data=form).location == "/contribute"
    assert len(deciding.desk(own).all(None)) == before


def test_too_many_in_an_hour_are_told_to_wait(visitor: FlaskClient) -> None:
    form = filled(visitor, "/contribute/words", note="Again") | {"do": ["send"]}
    codes = {visitor.post("/contribute/words", data=form).status_code for _ in range(40)}
    assert codes == {303, 429}


# -- two at once, and a crash -----------------------------------------------------------------------------------------------


def test_the_second_of_two_curators_is_told(visitor: FlaskClient, door: Flask, own: Base) -> None:
    number, _ = sent(visitor, "Decided by two")
    one, two = entered(door, own, "curator", "one"), entered(door, own, "curator", "two")
    form = Form(two.get(f"/desk/{number}", headers=HTML).text, f"/desk/{number}").fields
    assert decided(one, number, "accept") == 303
    late = two.post(f"/desk/{number}", data=form | {"do": ["accept"]}, headers=HTML)
    assert late.status_code == 409
    assert "accepted already, by one" in late.text


def test_a_record_that_moved_on_is_shown_three_ways_and_joined(visitor: FlaskClient, door: Flask, own: Base) -> None:
    path, iri = "/contribute/practice/ai-registers", "https://w3id.org/open-urban/practice/ai-registers"
    form = filled(visitor, path, title="Registers of algorithms")
    answer = visitor.post(path, data=form | {"do": ["send"]})
    number = int(re.findall(r"sent/(\d+)/", answer.location)[0])
    now = own.graphs([iri])[iri]
    own.write(
        {iri: [*now, Triple(NamedNode(iri), DCT.title, Literal("Registres", language="fr"))]}, "somebody", "meanwhile"
    )
    curator = entered(door, own, "curator")
    assert "Changed since it was proposed" in curator.get(f"/desk/{number}", headers=HTML).text
    with pytest.raises(Overtaken):
        deciding.accept(own, number, "curator")
    assert decided(curator, number, "merge") == 409
    assert deciding.desk(own).get(number).state == "open"


def test_a_crash_after_the_journal_leaves_the_proposal_accepted(visitor: FlaskClient, own: Base) -> None:
    number, _ = sent(visitor, "Interrupted")
    table = deciding.desk(own)
    table.intend(number, "curator", "")
    proposal = table.get(number)
    [(iri, (_, after))] = table.records(number).items()
    own.write({iri: parsed(after)}, "curator", f"proposal {number}: {proposal.why}")
    deciding.settle(own)
    assert (table.get(number).state, table.get(number).decided_by) == ("accepted", "curator")


def test_a_crash_before_the_journal_leaves_the_proposal_open(visitor: FlaskClient, own: Base) -> None:
    number, _ = sent(visitor, "Interrupted early")
    deciding.desk(own).intend(number, "curator", "")
    deciding.settle(own)
    assert deciding.desk(own).get(number).state == "open"
    assert deciding.desk(own).get(number).decided_by is None


DIES = """
import os, signal, sys
from pathlib import Path
from kg import deciding
from kg.base import Base, open_base
from kg.desk import proposals
from kg.settings import Settings

def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

with open_base(Settings(data=Path(sys.argv[1]))) as base:
    number = int(sys.argv[2])
"""


def killed(own: Base, number: int, *lines: str) -> None:
    """Let another process of the same base be killed without a word in the middle of something."""
    script = DIES + "".join(f"    {line}\n" for line in lines)
    done = subprocess.run([sys.executable, "-c", script, str(own.settings.data), str(number)], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("place", "state", "stands"),
    [("Base.write", "open", False), ("deciding.Proposals.decide", "accepted", True)],
    ids=["before the record is written", "before the desk is told"],
)
def test_a_kill_in_the_middle_of_an_acceptance_is_mended_at_the_next_start(
    place: str, state: str, stands: bool, visitor: FlaskClient, own: Base
) -> None:
    number, _ = sent(visitor, f"Killed at {place}")
    killed(own, number, f"{place} = die", "deciding.accept(base, number, 'curator')")
    create_app(base=own)
    found = deciding.desk(own).get(number)
    assert (found.state, found.decided_by) == (state, "curator" if stands else None)
    [iri] = deciding.desk(own).records(number)
    assert bool(own.graphs([iri])) is stands
    assert bool(own.index.get([iri])) is stands
    if stands:
        deciding.undo(own, number, "curator")
    else:
        deciding.accept(own, number, "curator")
    assert bool(own.graphs([iri])) is not stands


def test_a_kill_before_the_desk_is_told_of_an_undoing_leaves_it_undone(visitor: FlaskClient, own: Base) -> None:
    number, _ = sent(visitor, "Undone and killed")
    deciding.accept(own, number, "curator")
    killed(own, number, "proposals.Proposals.say = die", "deciding.undo(base, number, 'curator')")
    assert deciding.undone(own, number)
    assert own.graphs(deciding.desk(own).records(number)) == {}


def test_a_curator_words_it_anew_before_accepting(visitor: FlaskClient, door: Flask, own: Base) -> None:
    number, _ = sent(visitor, "Worded badly")
    curator = entered(door, own, "curator")
    path = f"/desk/{number}/edit"
    form = Form(curator.get(path, headers=HTML).text, path).fields | {"title": ["Worded well"]}
    assert curator.post(path, data=form | {"do": ["check"]}, headers=HTML).status_code == 303
    assert "Worded well" in curator.get(f"/desk/{number}", headers=HTML).text
    assert decided(curator, number, "accept") == 303


def test_a_double_is_pointed_out(visitor: FlaskClient, door: Flask, own: Base) -> None:
    number, _ = sent(visitor, "Provide Data Provenance Information")
    page = entered(door, own, "curator").get(f"/desk/{number}", headers=HTML).text
    assert "Perhaps the base has it already" in page


# -- references that are pasted ---------------------------------------------------------------------------------------------

PASTE = "/contribute/references"
NEW = "@article{lindh2031buses, author={Lindh, Maud}, title={Buses told by telephone}, journal={Cities}, year={2031}}\n"
THERE = "@article{janssen2012again, author={Janssen, Marijn and Charalabidis, Yannis and Zuiderwijk, Anneke}, year={2012}, title={Benefits, Adoption Barriers and Myths of Open Data and Open Government}, journal={Information Systems Management}, doi={10.1080/10580530.2012.716740}}\n"  # noqa: E501
RIS = "TY  - JOUR\nAU  - Lindh, Maud\nTI  - Trams told by telephone\nJO  - Cities\nPY  - 2032\nER  - \n"
CSL = '[{"id": "x", "type": "article-journal", "title": "Ferries told by telephone", "author": [{"family": "Lindh", "given": "Maud"}], "container-title": "Cities", "issued": {"date-parts": [[2033]]}}]'  # noqa: E501


def pasted(client: FlaskClient, text: str, **more: str | list[str]) -> str:
    """Paste references and look at them beside the base."""
    given = filled(client, PASTE, text=text, **more) | {"do": ["check"]}
    answer = client.post(PASTE, data=given, headers=HTML)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("text", "title"), [(NEW, "Buses"), (RIS, "Trams"), (CSL, "Ferries")], ids=["BibTeX", "RIS", "CSL-JSON"]
)
def test_a_pasted_reference_becomes_a_proposal_and_then_a_record(
    text: str, title: str, visitor: FlaskClient, door: Flask, own: Base
) -> None:
    page = pasted(visitor, text)
    assert f"<b>{title} told by telephone</b>" in page
    assert "1 reference read" in page
    form = Form(page, PASTE).fields | {"do": ["send"], "licence": ["yes"], "person": ["Maud Lindh"]}
    assert form["entry"] == ["0"]
    sent_to = visitor.post(PASTE, data=form, headers=HTML)
    assert sent_to.status_code == 303
    number = int(sent_to.location.split("/")[-2])
    assert deciding.desk(own).get(number).why == f"new reference: {title} told by telephone"
    assert decided(entered(door, own, "curator", f"p{title}"), number, "accept") == 303
    [iri] = deciding.desk(own).records(number)
    assert f"{title} told by telephone" in visitor.get("/" + iri.removeprefix(own.settings.base)).text
    assert "the same" in pasted(visitor, text) or "under another key" in pasted(visitor, text)


def test_who_pastes_a_library_gets_it_back_whole_with_what_was_corrected(
    visitor: FlaskClient, door: Flask, own: Base
) -> None:
    entry = NEW.replace("lindh2031", "ML31").replace("Buses", "Boats")
    text = "% my own\n@comment{jabref-meta: fileDirectory-maud-pc:/home/maud;}\n" + entry
    form = Form(pasted(visitor, text), PASTE).fields | {"do": ["send"], "licence": ["yes"]}
    address = visitor.post(PASTE, data=form, headers=HTML).location
    assert f'href="http://localhost{address}.bib"' in visitor.get(address).text
    assert visitor.get(f"{address}.bib").text.splitlines() == text.splitlines()
    number = int(address.split("/")[-2])
    assert decided(entered(door, own, "curator", "p-whole"), number, "accept") == 303
    [iri] = deciding.desk(own).records(number)
    told = Triple(NamedNode(iri), BIBO.doi, Literal("10.1000/boats"))
    own.write({iri: [*own.graphs([iri])[iri], told]}, "curator", "its DOI")
    given = visitor.get(f"{address}.bib").text
    assert given.replace(", doi={10.1000/boats}", "").splitlines() == text.splitlines() != given.splitlines()
    assert visitor.get(f"{address[:-3]}abc.bib").status_code == 404
    assert "maud" not in visitor.get("/search.bib?q=boats").text


def test_each_pasted_reference_is_told_what_it_is_and_only_the_ticked_are_sent(visitor: FlaskClient, own: Base) -> None:
    two = NEW.replace("2031", "2041") + NEW.replace("lindh2031buses", "lindh2042planes").replace("Buses", "Planes")
    page = pasted(visitor, two + THERE + "@article{broken, title={No end")
    assert "3 references read" in page
    assert "There already, under another key" in page
    assert 'href="/reference/janssen2012benefits"' in page
    assert "What could not be read" in page
    form = Form(page, PASTE).fields | {"do": ["send"], "licence": ["yes"]}
    before = sum(deciding.desk(own).counts().values())
    refused = visitor.post(PASTE, data=form | {"entry": []}, headers=HTML)
    assert "Choose at least one" in refused.text
    assert "Lindh" in refused.text, "what was pasted is still there"
    assert visitor.post(PASTE, data=form | {"entry": ["2"]}, headers=HTML).status_code == 200, "a double is not sent"
    kept = visitor.post(PASTE, data=form | {"entry": ["0", "1"]}, headers=HTML)
    assert "2 proposals wait for a curator" in kept.text
    assert sum(deciding.desk(own).counts().values()) == before + 2
    for address in re.findall(r'href="(/contribute/sent/[^"]+)"', kept.text):
        assert visitor.get(address).status_code == 200


@pytest.mark.parametrize(
    ("text", "doi", "told"),
    [
        ("", "", "There is no reference in this"),
        ("Dear curators, look at this!", "", "There is no reference in this"),
        (NEW.replace("lindh", "a{n}") * 41, "", "a page takes 40"),
        ("", "a DOI", "is no DOI"),
        ("", " ".join(f"10.1000/{n}" for n in range(6)), "at most 5 DOIs"),
        ("[{", "", "could not be read"),
        ("TY  - \x00", "", "could not be read"),
    ],
    ids=["nothing", "a letter", "too many", "no DOI", "too many DOIs", "half a JSON", "half a RIS"],
)
def test_what_cannot_be_pasted_is_told_and_kept(text: str, doi: str, told: str, visitor: FlaskClient) -> None:
    if "{n}" in text:
        text = "".join(text[: len(text) // 41].replace("{n}", str(n)) for n in range(41))
    page = pasted(visitor, text, doi=doi)
    assert told in page
    assert "There is nothing to send" in page or Form(page, PASTE).fields["text"] == [text.strip()]


def test_of_several_pasted_references_all_are_sent_or_none(visitor: FlaskClient, own: Base) -> None:
    number, _ = sent(visitor, "Before the others")
    waiting = deciding.desk(own).counts()
    [(iri, (_none, after))] = deciding.desk(own).records(number).items()
    foreign = [*parsed(after), Triple(NamedNode("https://example.org/other"), DCT.title, Literal("x"))]
    with pytest.raises(Refused):
        deciding.send_all(own, [("sound", {iri: (None, parsed(after))}), ("not", {iri: (None, foreign)})], Sender())
    assert deciding.desk(own).counts() == waiting
    killed(own, number, "first = iter([proposals._hold])", "held = proposals._hold",
           "proposals._hold = lambda *given: (next(first, die))(*given)",
           "states = {iri: (None, deciding.parsed(after)) for iri, (_, after) in deciding.desk(base).records(number).items()}",
           "deciding.send_all(base, [('one', states), ('two', states)], proposals.Sender())")  # fmt: skip
    assert deciding.desk(own).counts() == waiting, "the first was kept, and the second was not"


def test_what_was_pasted_stands_there_still_when_it_cannot_be_sent(visitor: FlaskClient, own: Base) -> None:
    two = NEW.replace("2031", "2061") + NEW.replace("lindh2031buses", "lindh2062trains").replace("Buses", "Trains")
    form = Form(pasted(visitor, two), PASTE).fields | {"do": ["send"], "licence": ["yes"], "entry": ["1"]}
    words = filled(visitor, "/contribute/words", note="Again") | {"do": ["send"]}
    while visitor.post("/contribute/words", data=words).status_code == 303:
        pass
    waiting = deciding.desk(own).counts()
    refused = visitor.post(PASTE, data=form, headers=HTML)
    assert refused.status_code == 429
    assert "Nothing was sent" in refused.text
    again = Form(refused.text, PASTE).fields
    assert again["entry"] == ["1"]
    assert "Trains" in again["text"][0]
    assert deciding.desk(own).counts() == waiting


def test_a_paste_that_is_not_ours_sends_nothing(visitor: FlaskClient, own: Base) -> None:
    form = Form(pasted(visitor, NEW.replace("2031", "2051")), PASTE).fields | {"do": ["send"], "licence": ["yes"]}
    before = deciding.desk(own).counts()
    answer = visitor.post(PASTE, data=form | {"signed": ["forged"]}, headers=HTML)
    assert "did not come from our pages" in answer.text
    assert visitor.post(PASTE, data=form, headers=HTML | {"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert visitor.post(PASTE, data=form | {"website": ["https://spam"]}, headers=HTML).location == "/contribute"
    assert deciding.desk(own).counts() == before


def test_a_reference_is_fetched_by_its_doi_and_then_sent_like_a_pasted_one(visitor: FlaskClient, own: Base) -> None:
    page = pasted(visitor, "", doi="https://doi.org/10.1000/abc")
    assert "Open data in Nairobi</b>" in page
    form = Form(page, PASTE).fields | {"do": ["send"], "licence": ["yes"]}
    assert "Nairobi" in form["text"][0], "what was fetched is not fetched again"
    assert visitor.post(PASTE, data=form, headers=HTML).status_code == 303
    assert "does not know" in pasted(visitor, "", doi="10.1000/unknown")
    assert "not on the public network" in pasted(visitor, "", doi="10.1000/inside")


# -- what a curator can do about it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("whose", "title"), [("now", "Registers that others named"), ("wanted", "Registers of all")])
def test_where_both_changed_a_field_the_curator_chooses(
    whose: str, title: str, visitor: FlaskClient, door: Flask, own: Base
) -> None:
    path, iri = "/contribute/practice/ai-registers", "https://w3id.org/open-urban/practice/ai-registers"
    theirs = title if whose == "now" else "Registers of nobody"
    answer = visitor.post(path, data=filled(visitor, path, title="Registers of all") | {"do": ["send"]})
    number = int(re.findall(r"sent/(\d+)/", answer.location)[0])
    rest = [triple for triple in own.graphs([iri])[iri] if triple.predicate != DCT.title]
    own.write({iri: [*rest, Triple(NamedNode(iri), DCT.title, Literal(theirs, language="en"))]},
              "somebody", "meanwhile")  # fmt: skip
    curator = entered(door, own, "curator")
    page = curator.get(f"/desk/{number}", headers=HTML).text
    [field] = set(re.findall(r'form="decide" name="(take [^"]+)" value="now"', page))
    assert 'id="decide"' in page
    form = Form(page, f"/desk/{number}").fields | {"do": ["merge"]}
    assert curator.post(f"/desk/{number}", data=form, headers=HTML).status_code == 409, "nothing was chosen"
    assert curator.post(f"/desk/{number}", data=form | {field: ["both"]}, headers=HTML).status_code == 409
    assert curator.post(f"/desk/{number}", data=form | {field: [whose]}, headers=HTML).status_code == 303
    if whose == "wanted":
        assert decided(curator, number, "accept") == 303
    titles = {triple.object.value for triple in own.graphs([iri])[iri] if triple.predicate == DCT.title}
    assert titles == {title}


def test_the_same_doi_or_address_is_pointed_out(visitor: FlaskClient, door: Flask, own: Base) -> None:
    given = {
        "citationKey": "lindh2031again", "entryType": "article", "title": "An article by another name", "issued": "2012",
        "doi": "10.1080/10580530.2012.716740", "creator/new-1/familyName": "Lindh",
    }  # fmt: skip
    form = filled(visitor, "/contribute/reference", **given)
    answer = visitor.post("/contribute/reference", data=form | {"do": ["send"]}, headers=HTML)
    assert answer.status_code == 303, re.findall(r"<a href=\"#f-[^>]*>[^<]*", answer.text)
    number = int(answer.location.split("/")[-2])
    page = entered(door, own, "curator").get(f"/desk/{number}", headers=HTML).text
    assert re.search(
        r'<a href="/reference/janssen2012benefits">[^<]+</a> <span class="aside">the same doi</span>', page, re.I
    )


def test_no_page_with_a_signed_form_is_kept_or_packed(visitor: FlaskClient, door: Flask, own: Base) -> None:
    packing = HTML | {"Accept-Encoding": "gzip"}
    curator = entered(door, own, "curator")
    pages = [(visitor, path) for path in ("/contribute/practice", "/contribute/references", "/desk/in")]
    for client, path in [*pages, (curator, "/desk"), (curator, "/history/place/ke")]:
        answer = client.get(path, headers=packing)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert "Content-Encoding" not in answer.headers, path
    assert visitor.get("/history/place/ke", headers=packing).headers["Content-Encoding"] == "gzip"


def test_a_record_is_put_back_from_its_history(visitor: FlaskClient, door: Flask, own: Base) -> None:
    iri, path = f"{own.settings.base}place/ke", "/history/place/ke"
    first = own.graphs([iri])[iri]
    own.write(
        {iri: [*first, Triple(NamedNode(iri), DCT.title, Literal("Oops"))]}, "somebody", "by mistake", checked=True
    )
    assert "Put it back" not in visitor.get(path, headers=HTML).text
    curator = entered(door, own, "curator")
    form = Form(curator.get(path, headers=HTML).text, path).fields
    last = own.journal.history(iri)[0].revision
    for wrong, status in (({"revision": ["0"]}, 400), ({"revision": [str(last)], "seen": ["1"]}, 409)):
        assert curator.post(path, data=form | wrong, headers=HTML).status_code == status
    assert visitor.post(path, data=form | {"revision": [str(last)]}, headers=HTML).location == "/desk/in"
    assert (
        curator.post(path, data=form | {"revision": [str(last)], "seen": [str(last)]}, headers=HTML).status_code == 303
    )
    assert set(own.graphs([iri])[iri]) == set(first)
    assert own.journal.history(iri)[0].who == "curator"
    page = curator.get(path, headers=HTML)
    assert f"put back as before revision {last}" in page.text


def test_a_repair_is_accepted_at_the_desk_and_the_list_has_pages(door: Flask, own: Base) -> None:
    iri = f"{own.settings.base}reference/janssen2012benefits"
    title = next(triple.object for triple in own.graphs([iri])[iri] if triple.predicate == DCT.title)
    rows = [
        (iri, "janssen2012benefits", "pages", "pages", "A range has an en dash.", "258--268", f"258--{n}")
        for n in range(150)
    ]
    lint.findings(own).replace(1, 1, [*rows, (iri, "janssen2012benefits", "name", "author", "No repair.", "x", "")])
    curator = entered(door, own, "curator")
    page = curator.get("/desk/remarks?page=2", headers=HTML).text
    assert "150 repairs proposed" in page
    assert page.count("<del>258--268</del>") == 50
    assert curator.get("/desk/remarks?page=3", headers=HTML).status_code == 404
    [form] = re.findall(r'name="signed" value="([^"]+)"><button class="quiet" name="number"', page)[:1]
    number = re.findall(r'name="number" value="(\d+)"', page)[0]
    done = curator.post("/desk/remarks?page=2", data={"signed": [form], "number": [number]}, headers=HTML)
    assert done.status_code == 200
    assert "Written:" in done.text
    assert "149 repairs proposed" in done.text
    said = {triple.object.value for triple in own.graphs([iri])[iri]}
    assert any(text.startswith("258") and text.endswith("100") for text in said)
    assert title.value in said
    again = curator.post("/desk/remarks?page=2", data={"signed": [form], "number": [number]}, headers=HTML)
    assert f"There is no remark {number}" in again.text


def test_complaints_and_changes_are_told_in_the_language_of_the_form(visitor: FlaskClient) -> None:
    form = new_practice(visitor, "Une pratique") | {
        "licence": [""],
        "email": ["nobody"],
        "description": [""],
        "do": ["check"],
    }
    page = visitor.post("/contribute/practice?lang=fr", data=form, headers=HTML).text
    assert "Nous ne pouvons prendre que ce qui peut être partagé" in page
    assert "Ce n’est pas une adresse électronique." in page
    assert "Résumé\u00a0: Dites en une ou deux phrases" in page, "what the shape says, and what it calls the field"
    form |= {"licence": ["yes"], "email": [""], "description": ["Ce que c’est."]}
    review = visitor.post("/contribute/practice?lang=fr", data=form, headers=HTML).text
    assert re.search(r'<th scope="row">Titre', review)


def test_a_body_that_the_base_does_not_have_is_proposed_with_the_record_that_names_it(
    visitor: FlaskClient, door: Flask, own: Base
) -> None:
    path, body = "/contribute/event", "Guild of Tram Timekeepers"
    given = filled(
        visitor,
        path,
        title="A day of trams",
        startDate="2031",
        organiser=body,
        **{"evidence/new-1/source": "https://example.org/x"},
    )
    given["sort"] = given.get("sort") or [""]
    page = visitor.post(path, data=given | {"do": ["check"]}, headers=HTML).text
    assert f"No record has the name {body}." in page
    sorts = dict(re.findall(rf'name="new:{body}" value="(https?://[^"]+)"> add it: ([^<]+)<', page))
    assert len(sorts) >= 2
    group = next(iri for iri in sorts if iri.endswith("Organization"))
    again = visitor.post(path, data=given | {"do": ["more organiser"], f"new:{body}": [group]}, headers=HTML).text
    assert f'<input type="hidden" name="new:{body}" value="{group}">' in again, "a choice survives another row"
    review = visitor.post(path, data=given | {"do": ["check"], f"new:{body}": [group]}, headers=HTML).text
    assert f"Together with it: {body}" in review, re.findall(r"<a href=\"#f-[^>]*>[^<]*", review)
    answer = visitor.post(
        path, data=given | {"do": ["send"], f"new:{body}": [group], "person": ["Maud Lindh"]}, headers=HTML
    )
    number = int(answer.location.split("/")[-2])
    new = f"{own.settings.base}agent/guild-of-tram-timekeepers"
    assert set(deciding.desk(own).records(number)) == {f"{own.settings.base}event/a-day-of-trams", new}
    curator = entered(door, own, "curator")
    assert body in curator.get(f"/desk/{number}", headers=HTML).text
    assert decided(curator, number, "accept") == 303
    made = visitor.get("/agent/guild-of-tram-timekeepers", headers=HTML).text
    assert body in made
    assert "the name, as this record gives it" in made
    assert "/agent/guild-of-tram-timekeepers" in visitor.get("/event/a-day-of-trams", headers=HTML).text
    assert (
        f"No record has the name {body}." not in visitor.post(path, data=given | {"do": ["check"]}, headers=HTML).text
    )


@pytest.mark.parametrize("sort", ["", "nonsense", "https://w3id.org/open-urban/ns#Policy", "javascript:alert(1)"])
def test_a_name_becomes_nothing_but_what_the_form_offers(sort: str, visitor: FlaskClient) -> None:
    given = filled(visitor, "/contribute/event", title="A day", startDate="2031", organiser="Nobody at all")
    page = visitor.post("/contribute/event", data=given | {"do": ["send"], "new:Nobody at all": [sort]}, headers=HTML)
    assert page.status_code == 200
    assert "No record has the name Nobody at all." in page.text


def test_the_pages_behind_the_desk_and_the_steps_of_forms_are_valid_html(
    visitor: FlaskClient, door: Flask, own: Base, tmp_path: Path
) -> None:
    number, page = sent(visitor, "Valid to the last tag")
    path, admin = "/contribute/practice", entered(door, own, "admin")
    stale = visitor.post(
        path + "/ai-registers", data=filled(visitor, path + "/ai-registers", title="By another") | {"do": ["send"]}
    )
    iri = "https://w3id.org/open-urban/practice/ai-registers"
    rest = [triple for triple in own.graphs([iri])[iri] if triple.predicate != DCT.title]
    own.write({iri: [*rest, Triple(NamedNode(iri), DCT.title, Literal("Meanwhile", language="en"))]}, "x", "y")
    unknown = filled(visitor, "/contribute/event", title="A day", startDate="2031", organiser='A "new" <body>') | {
        "do": ["check"]
    }
    pages = {
        "queue": admin.get("/desk", headers=HTML),
        "one": admin.get(f"/desk/{number}", headers=HTML),
        "edit": admin.get(f"/desk/{number}/edit", headers=HTML),
        "clash": admin.get(f"/desk/{stale.location.split('/')[-2]}", headers=HTML),
        "remarks": admin.get("/desk/remarks", headers=HTML),
        "accounts": admin.get("/desk/accounts", headers=HTML),
        "history": admin.get("/history/place/ke", headers=HTML),
        "sent": visitor.get(page, headers=HTML),
        "review": visitor.post(path, data=new_practice(visitor, "Another") | {"do": ["check"]}, headers=HTML),
        "mistakes": visitor.post("/contribute/event", data=unknown, headers=HTML),
    }
    texts = {name: answer.data for name, answer in pages.items()} | {
        "pasted": pasted(visitor, NEW + THERE + "@x{").encode()
    }
    assert all(answer.status_code == 200 for answer in pages.values())
    assert test_html.faults(texts, tmp_path) == []
