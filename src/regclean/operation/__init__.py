"""Operation: what whoever keeps a workspace running wants to know and does, and that nothing below needs."""

from regclean.operation import alerts, logs
from regclean.operation.backup import Manifest, make_backup, read_backup
from regclean.operation.checkup import Check
from regclean.operation.doctor import check_up, exit_code
from regclean.operation.escrow import keep_key, kept_key
from regclean.operation.nights import backup_noted
from regclean.operation.restore import restoring
from regclean.operation.schedule import has_begun, is_missed, serving

__all__ = [
    "Check",
    "Manifest",
    "alerts",
    "backup_noted",
    "check_up",
    "exit_code",
    "has_begun",
    "is_missed",
    "keep_key",
    "kept_key",
    "logs",
    "make_backup",
    "read_backup",
    "restoring",
    "serving",
]
