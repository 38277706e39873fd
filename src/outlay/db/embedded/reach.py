"""Whether a user can reach a path, judged from owners and modes, and which folder is in the way if not."""

import os
import stat
from pathlib import Path

from outlay.db.embedded.account import ROOT, Account


def blocking_folder(path: Path, account: Account) -> Path | None:
    """The first folder on the way to a path (itself included when it is one) that the account cannot pass."""
    for folder in (*reversed(path.parents), path):
        try:
            status = folder.stat()
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(status.st_mode) and not allows(status, account, os.X_OK):
            return folder
    return None


def can_read(path: Path, account: Account, wanted: int = os.R_OK) -> bool:
    """Whether the account can reach and open a file or folder."""
    real = path.resolve()
    return blocking_folder(real.parent, account) is None and allows(real.stat(), account, wanted)


def allows(status: os.stat_result, account: Account, wanted: int) -> bool:
    """Whether mode and owner grant the wanted access (os.R_OK, os.W_OK, os.X_OK); access lists are not looked at."""
    if account.uid == ROOT:
        return True
    if status.st_uid == account.uid:
        granted = status.st_mode >> 6
    elif status.st_gid in account.groups:
        granted = status.st_mode >> 3
    else:
        granted = status.st_mode
    return granted & wanted == wanted
