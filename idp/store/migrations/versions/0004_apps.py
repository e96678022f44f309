"""Apps: who owns them, how they ask, what they may be told"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind_grants()


def downgrade() -> None:
    unbind_grants()


def bind_grants() -> None:
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.add_column(sa.Column('x5t', sa.String(length=64), server_default='', nullable=False))
        batch_op.add_column(sa.Column('resources', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('details', sa.Text(), server_default='', nullable=False))


def unbind_grants() -> None:
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.drop_column('details')
        batch_op.drop_column('resources')
        batch_op.drop_column('x5t')
