"""Operation: what whoever keeps a workspace running wants to know and does, and that nothing below needs."""

from regclean.operation import logs
from regclean.operation.checkup import Check
from regclean.operation.doctor import check_up, exit_code
from regclean.operation.nights import backup_noted
from regclean.operation.schedule import has_begun, is_missed, serving

__all__ = [
    "Check",
    "backup_noted",
    "check_up",
    "exit_code",
    "has_begun",
    "is_missed",
    "logs",
    "serving",
]
