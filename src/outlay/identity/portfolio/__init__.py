"""What the workspace works for and with: clients, their campaigns, and the agents that spend.

Invariants. Each is named by a key that is unique among its kind in its workspace, and by an id; both are accepted
wherever one is asked for. Nothing is deleted, since costs point here: it is archived. A campaign has a client.
"""
