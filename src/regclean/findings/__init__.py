"""One stream of findings: assembled in the warehouse, published to the ledger, decided on by people."""

from regclean.findings.assemble import assemble
from regclean.findings.clusters import kept_clusters
from regclean.findings.duplicates import holding
from regclean.findings.edges import decided_edges
from regclean.findings.export import export
from regclean.findings.publishing import PublishReport, publish

__all__ = ["PublishReport", "assemble", "decided_edges", "export", "holding", "kept_clusters", "publish"]
