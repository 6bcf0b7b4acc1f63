"""Another key: all that is kept under a workspace's key, kept under another one."""

from regclean.rekeying.rotation import KeyStatus, Rotation, key_status, look, rotate
from regclean.rekeying.words import Words

__all__ = ["KeyStatus", "Rotation", "Words", "key_status", "look", "rotate"]
