"""Operation: what whoever keeps a workspace running wants to know and does, and that nothing below needs."""

from regclean.operation.checkup import Check
from regclean.operation.doctor import check_up, exit_code
from regclean.operation.schedule import serving

__all__ = [
    "Check",
    "check_up",
    "exit_code",
    "serving",
]
