"""Who is who: workspaces, what they serve (clients, campaigns, agents), who may do what, and who did what.

One room per concept, each building on those before it:
access (roles and permissions, pure) ← audit ← workspaces ← portfolio ← links ← people ← sign_in, and keys on portfolio.
"""
