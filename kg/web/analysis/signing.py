"""Signed analyses beside the drafts of the rules: which there are, which one a page shows, and how a record of one begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kg.analysis import signed, swot
from kg.analysis.evidence import Evidence, Policy, slug_of
from kg.analysis.signed import Analysis
from kg.analysis.swot import Factor
from kg.errors import BadInput, NotFound
from kg.terms import DCT, OU, XSD
from kg.web.analysis import asking, held, plans, subjects, voices
from kg.web.portrait import spoken
from kg.web.site import base
from kg.web.tongues import ENGLISH, _, language, speaking


def draft(evidence: Evidence, policy: Policy) -> list[Factor]:
    """Return what the rules derive for a policy."""
    return held.remembered(("swot", policy.iri), partial(_derived, evidence, policy))


def _derived(evidence: Evidence, policy: Policy) -> list[Factor]:
    return swot.draft(evidence, policy, rules())


def rules() -> list[swot.Rule]:
    """Return the rules of drafts, told in the reader's language."""
    return swot.rules(held.kept("analysis-swot-rules", language=Literal(language())))


def begin(iri: str) -> list[Triple]:
    """Return the statements with which the signed analysis of the policy begins that the address names."""
    evidence = held.evidence()
    whose = subjects.asked(evidence) if asking.text("policy") else None
    if whose is None or len(whose.subject.own) != 1:
        raise BadInput(
            _("Say which one policy."), _("For example %(example)s.", example="?from=swot&policy=de-dng-2021")
        )
    policy, thing = whose.subject.own[0], NamedNode(iri)
    today = datetime.now(UTC).date().isoformat()
    said = [
        Triple(thing, DCT.title, Literal(_("SWOT: %(title)s", title=policy.title), language=language())),
        Triple(thing, OU.analyses, NamedNode(policy.iri)),
        Triple(thing, DCT.issued, Literal(today, datatype=XSD.date)),
    ]
    with speaking(ENGLISH):  # a draft is written down in the language that its statements name
        drafted = draft(held.evidence(), policy)
    return said + plans.derived(iri, "swot") + signed.written(iri, signed.taken(drafted))


# -- which there are ---------------------------------------------------------------------------------------------------------


def every(evidence: Evidence) -> list[dict[str, str]]:
    """Return every signed analysis with its policy and who signed it."""
    found: dict[str, dict[str, str]] = {}
    for row in held.kept("analysis-signed"):
        analysis, policy = row["analysis"].value, row["policy"].value
        title = evidence.policies[policy].title if policy in evidence.policies else policy
        told = found.setdefault(analysis, {"slug": slug_of(analysis), "policy": policy, "title": title, "by": ""})
        told["by"] = ", ".join(filter(None, [told["by"], row["who"].value]))
    return list(found.values())


def of(policy: str) -> list[dict[str, str]]:
    """Return the signed analyses of a policy, the latest last."""
    return [one for one in every(held.evidence()) if one["policy"] == policy]


def shown(policy: str) -> Analysis | None:
    """Return the analysis that a page of a policy shows: the one that the address names, else the one signed last, if any.

    `derived=1` asks for the draft of the rules all the same.
    """
    if asking.one_of("derived", ["1", "0"], "0") == "1":
        return None
    if named := asking.text("analysis"):
        return _read(asking.record(named, "analysis"))
    there = of(policy)
    return _read(f"{base().settings.base}analysis/{there[-1]['slug']}") if there else None


def analysed(evidence: Evidence) -> Policy:
    """Return the policy of the analysis that the address names."""
    analysis = _read(asking.record(asking.text("analysis"), "analysis"))
    policy = evidence.policies.get(analysis.policy)
    if policy is None:
        raise NotFound(
            _("The policy of %(name)s is not in the base.", name=repr(analysis.title)),
            _("Look at the record: /search?kind=analysis."),
        )
    return policy


def _read(iri: str) -> Analysis:
    def read() -> Analysis:
        triples = base().graphs([iri]).get(iri)
        if triples is None:
            raise NotFound(
                _("There is no analysis %(name)s.", name=repr(slug_of(iri))), _("Those that were signed: /swot.")
            )
        return signed.read(iri, triples)

    return held.remembered(("analysis", iri), read)


def factors(evidence: Evidence, policy: Policy, analysis: Analysis) -> list[Factor]:
    """Return the factors of a signed analysis, with what the rules are called that once derived them."""
    return signed.factors(evidence, policy, analysis, {rule.name: rule.label for rule in rules()})


def titles(made: Iterable[Factor]) -> dict[str, str]:
    """Return what the evidence of signed factors is called."""
    named = {iri for factor in made for iri in factor.evidence}
    return base().labels(named) if named else {}


def told(analysis: Analysis) -> dict[str, Any]:
    """Return a signed analysis as pages tell of it: who signed and when, and what others say of it."""
    signers = [
        {"name": one.name, "orcid": one.orcid, "on": spoken(Literal(one.on, datatype=XSD.date)) if one.on else ""}
        for one in analysis.signers
    ]
    return {"slug": analysis.slug, "title": analysis.title, "about": analysis.about, "signers": signers,
            "spoken": voices.on(analysis.iri)}  # fmt: skip
