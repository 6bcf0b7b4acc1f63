"""One stream of findings: assembled in the warehouse, published to the ledger, decided on by people."""

from regclean.findings import decide, follow, seen
from regclean.findings.assemble import COMPLAINT, WRONG_BILL, assemble
from regclean.findings.between import find_between
from regclean.findings.case import Case, Refused
from regclean.findings.clusters import kept_clusters
from regclean.findings.counts import counts_by_rule, waiting_ids
from regclean.findings.duplicates import record_digests, standing
from regclean.findings.edges import (
    EDGE_SCHEMA,
    DecidedGraph,
    Edge,
    Pair,
    decided_edges,
    edges_around,
    ordered,
    pair_fingerprint,
)
from regclean.findings.export import export, figures, published
from regclean.findings.hidden import about_protected, ever_hidden, hidden_customers, protect_linked
from regclean.findings.lists import classes, missing
from regclean.findings.plan import customers_of
from regclean.findings.publishing import PublishReport, publish
from regclean.findings.records import subject_records
from regclean.findings.sealing import close, seal, unseal
from regclean.findings.states import DECIDABLE
from regclean.findings.summaries import duplicate_summary, said_of
from regclean.findings.unproposed import propose_decided
from regclean.findings.workpools import WORKPOOLS, Workpool

__all__ = [
    "COMPLAINT",
    "DECIDABLE",
    "EDGE_SCHEMA",
    "WORKPOOLS",
    "WRONG_BILL",
    "Case",
    "DecidedGraph",
    "Edge",
    "Pair",
    "PublishReport",
    "Refused",
    "Workpool",
    "about_protected",
    "assemble",
    "classes",
    "close",
    "counts_by_rule",
    "customers_of",
    "decide",
    "decided_edges",
    "duplicate_summary",
    "edges_around",
    "ever_hidden",
    "export",
    "figures",
    "find_between",
    "follow",
    "hidden_customers",
    "kept_clusters",
    "missing",
    "ordered",
    "pair_fingerprint",
    "propose_decided",
    "protect_linked",
    "publish",
    "published",
    "record_digests",
    "said_of",
    "seal",
    "seen",
    "standing",
    "subject_records",
    "unseal",
    "waiting_ids",
]
