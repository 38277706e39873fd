"""The workspace's users: who they are, their role, how they are invited and leave.

Invariants. A person is one for the whole installation and may be a member of several workspaces; passwords are kept as
argon2id. A workspace always has an owner. A portal member is bound to one client. Leaving ends one's sessions at once.
"""
