"""Signed analyses: the draft of the rules as the beginning of a record, and a record for which somebody answers, read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg.analysis.evidence import WORDS, Evidence, Policy, concept, slug_of
from kg.analysis.swot import HELPING, QUADRANTS, Factor
from kg.search.cards import Statements, statements, things_of, words_of
from kg.terms import CITO, DCT, OA, OU, PROV, RDF

_EXAMPLES = 2


@dataclass(frozen=True)
class Signer:
    """Who answers for an analysis: a name, which may be a pseudonym, an ORCID iD where one was given, and since which day."""

    name: str
    orcid: str = ""
    on: str = ""


@dataclass(frozen=True)
class Claim:
    """One factor as it was signed; `provision`, `evidence` and `rule` are IRIs, `said` is the evidence in words."""

    name: str
    position: int
    quadrant: str
    text: str
    provision: str = ""
    evidence: tuple[str, ...] = ()
    said: str = ""
    note: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Analysis:
    """One analysis of a policy; without signers it is only somebody's draft."""

    iri: str
    title: str
    about: str
    policy: str
    signers: tuple[Signer, ...]
    claims: tuple[Claim, ...]

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return slug_of(self.iri)

    @property
    def by(self) -> str:
        """The names of those who signed."""
        return ", ".join(signer.name for signer in self.signers)


# -- from a draft to a record ----------------------------------------------------------------------------------------------


def taken(factors: Iterable[Factor]) -> list[Claim]:
    """Return the factors of a draft as somebody takes them over, with the evidence of this revision."""
    return [_claim(number, factor) for number, factor in enumerate(factors, 1)]


def _claim(number: int, factor: Factor) -> Claim:
    gap, cell, rule = factor.gap, factor.cell, factor.rule
    if gap is None or cell is None or rule is None:
        raise ValueError("A factor of a draft has a gap, a cell and a rule.")
    helpers = [helper.iri for helper in gap.helpers if helper.link in HELPING][:_EXAMPLES]
    records = [factor.policy.iri, *(one.policy for one in gap.examples[:_EXAMPLES]), *helpers]
    where = f", {cell.where}" if cell.where else ""
    note = f": {cell.note.rstrip('.')}" if cell.note else ""
    return Claim(
        name=f"factor-{rule.name}-{gap.provision.slug}",
        position=number,
        quadrant=factor.quadrant,
        text=factor.text,
        provision=gap.provision.iri,
        evidence=tuple(dict.fromkeys(records)),
        said=f"{WORDS[cell.status]} in {factor.policy.title}{where}{note}.",
        rule=concept("swot-rule", rule.name),
    )


def written(iri: str, claims: Iterable[Claim]) -> list[Triple]:
    """Write factors as statements of a record."""
    made: list[Triple] = []
    for claim in claims:
        own = NamedNode(f"{iri}#{claim.name}")
        made += [Triple(NamedNode(iri), OU.hasFactor, own), Triple(own, RDF.type, OU.Factor),
                 Triple(own, OU.position, Literal(claim.position)),
                 Triple(own, OA.motivatedBy, NamedNode(OU.iri + claim.quadrant))]  # fmt: skip
        words = ((OA.bodyValue, claim.text), (OU.evidenceNote, claim.said), (OU.ownNote, claim.note))
        made += [Triple(own, path, Literal(text, language="en")) for path, text in words if text]
        things = [(OU.towards, claim.provision), (OU.byRule, claim.rule),
                  *((CITO.citesAsEvidence, one) for one in claim.evidence)]  # fmt: skip
        made += [Triple(own, path, NamedNode(thing)) for path, thing in things if thing]
    return made


# -- from a record to pages ------------------------------------------------------------------------------------------------


def read(iri: str, triples: Sequence[Triple]) -> Analysis:
    """Read an analysis: its factors by quadrant and position, and who signed it."""
    said = _all(triples)
    own = said.get(iri, {})
    claims = [_read(said, name) for name in things_of(own, OU.hasFactor)]
    order = list(QUADRANTS)
    claims.sort(
        key=lambda one: (order.index(one.quadrant) if one.quadrant in order else len(order), one.position, one.name)
    )
    signers = {_signer(said.get(name, {})) for name in things_of(own, PROV.wasGeneratedBy)}
    return Analysis(
        iri,
        words_of(own, DCT.title) or iri,
        words_of(own, DCT.description),
        next(iter(things_of(own, OU.analyses)), ""),
        tuple(sorted((signer for signer in signers if signer.name), key=lambda one: (one.on, one.name))),
        tuple(claims),
    )


def _all(triples: Iterable[Triple]) -> dict[str, Statements]:
    grouped: dict[str, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            grouped.setdefault(triple.subject.value, []).append(triple)
    return {subject: statements(those, subject) for subject, those in grouped.items()}


def _read(said: Mapping[str, Statements], name: str) -> Claim:
    own = said.get(name, {})
    position = words_of(own, OU.position)
    return Claim(
        name=name.rpartition("#")[2],
        position=int(position) if position.isdigit() else 0,
        quadrant=slug_of(next(iter(things_of(own, OA.motivatedBy)), "")),
        text=words_of(own, OA.bodyValue),
        provision=next(iter(things_of(own, OU.towards)), ""),
        evidence=things_of(own, CITO.citesAsEvidence),
        said=words_of(own, OU.evidenceNote),
        note=words_of(own, OU.ownNote),
        rule=next(iter(things_of(own, OU.byRule)), ""),
    )


def _signer(said: Statements) -> Signer:
    return Signer(
        words_of(said, OU.creditedAs), next(iter(things_of(said, PROV.wasAssociatedWith)), ""), words_of(said, DCT.date)
    )


def factors(evidence: Evidence, policy: Policy, analysis: Analysis, rules: Mapping[str, str]) -> list[Factor]:
    """Return the factors of a signed analysis as the draft has them; what the rules would say today is not in them.

    `rules` says what the rules are called, by their slug.
    """
    return [
        Factor(policy, claim.quadrant, claim.text, evidence.provisions.get(claim.provision), claim=claim.name, said=claim.said,
               note=claim.note, evidence=claim.evidence, by=analysis.by,
               ruled=rules.get(slug_of(claim.rule), ""), ruled_iri=claim.rule)
        for claim in analysis.claims
    ]  # fmt: skip
