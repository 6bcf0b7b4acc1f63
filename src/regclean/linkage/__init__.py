"""Linkage: which customers are one, and which lines of shared-bin lists are which customers."""

from regclean.linkage.customers import LinkReport, link_customers

__all__ = ["LinkReport", "link_customers"]
