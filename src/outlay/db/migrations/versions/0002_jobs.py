"""The job queue, in a schema of its own: it has triggers, and jobs belong to no workspace but name one."""

import hashlib

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"

# What the library's schema was when this step was written. A test compares it with the library installed: when they
# differ, the next step must bring databases that were made before up to the library's new schema, and a fresh
# database, which has it already, must pass that step unharmed; the comment on the schema tells which one it is.
SCHEMA_SHA256 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"

GRANTS = """
grant usage on schema jobs to outlay_app, outlay_operator;
alter default privileges in schema jobs grant select, insert, update, delete on tables to outlay_app;
alter default privileges in schema jobs grant select on tables to outlay_operator;
alter default privileges in schema jobs grant usage, select, update on sequences to outlay_app;
alter default privileges in schema jobs grant select on sequences to outlay_operator;
alter default privileges in schema jobs grant execute on functions to outlay_app;
"""


def upgrade() -> None:
    """Makes the schema and hands it to the run-time role."""
    schema = SchemaManager.get_schema()
    op.execute("create schema jobs")
    op.execute(f"comment on schema jobs is 'procrastinate {hashlib.sha256(schema.encode()).hexdigest()}'")
    op.execute(GRANTS)
    op.execute("select set_config('outlay.search_path_before', current_setting('search_path'), true)")
    op.execute("set local search_path = jobs")
    op.execute(schema)
    op.execute("select set_config('search_path', current_setting('outlay.search_path_before'), true)")


def downgrade() -> None:
    """Removes the queue with everything in it."""
    op.execute("drop schema jobs cascade")
