"""Linkage: which customers are one, and which lines of shared-bin lists are which customers."""

from regclean.linkage.customers import LinkReport, link_customers
from regclean.linkage.members import MemberLinkReport, link_members

__all__ = ["LinkReport", "MemberLinkReport", "link_customers", "link_members"]
