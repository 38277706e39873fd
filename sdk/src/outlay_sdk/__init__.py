"""The Python client of Outlay.

For now this distribution reserves its name and its place in the build; nothing can be called yet. The client comes
with the doors that it talks to: reporting usage, taking and settling holds, and leases that let an agent ask the gate
in memory.
"""

__version__ = "0.1.0"
