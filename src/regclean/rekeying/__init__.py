"""Another key: all that is kept under a workspace's key, kept under another one."""

from regclean.rekeying.rotation import Rotation, look, rotate

__all__ = ["Rotation", "look", "rotate"]
