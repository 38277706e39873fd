"""A tiny program that becomes one of PostgreSQL's: it gives up root, asks to be told of its parent's death, and executes.

Run as `python -I -S launch.py PARENT SIGNAL UID GID GROUPS program argument…`, with `-` for UID, GID and GROUPS when the
user stays the same. It is a program of its own because nothing but the simplest Python may run between fork and exec in
a process with threads, and because the wish for a signal must be made after the change of user, which would forget it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Change the user, bind our life to the parent's, and become the program."""
    parent, signal_number = int(arguments[0]), int(arguments[1])
    uid, gid, groups = arguments[2:5]
    if uid != "-":
        os.setgroups([int(group) for group in groups.split(",")])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    # A parent that died before the wish was made will never be announced.
    if os.getppid() != parent:
        sys.exit("The process that wanted this program is gone.")
    os.execv(arguments[5], arguments[5:])  # noqa: S606 - no shell is wanted.


if __name__ == "__main__":
    main(sys.argv[1:])
