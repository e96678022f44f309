"""Apps: who owns them, how they ask, what they may be told"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_console()
    bind_grants()
    name_people_by_sector()
    open_registration()
    keep_word_of_notices()
    let_apps_ask_after()
    remember_requests()


def downgrade() -> None:
    forget_requests()
    stop_asking_after()
    forget_word_of_notices()
    close_registration()
    close_console()
    op.drop_table('pairwise_subjects')
    unbind_grants()


def name_people_by_sector() -> None:
    op.create_table(
        'pairwise_subjects',
        sa.Column('user_id', sa.String(length=22), nullable=False),
        sa.Column('sector', sa.String(length=255), nullable=False),
        sa.Column('subject', sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_pairwise_subjects_user_id_users'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('user_id', 'sector', name=op.f('pk_pairwise_subjects')),
        sa.UniqueConstraint('sector', 'subject', name=op.f('uq_pairwise_subjects_sector_subject')),
    )


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


def open_console() -> None:
    op.create_table(
        'app_owners',
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('user_id', sa.String(length=22), nullable=False),
        sa.Column('since_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_app_owners_client_id_clients'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_app_owners_user_id_users'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('client_id', 'user_id', name=op.f('pk_app_owners')),
    )
    op.create_index(op.f('ix_app_owners_user_id'), 'app_owners', ['user_id'])
    op.create_table(
        'app_invitations',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('user_id', sa.String(length=22), nullable=False),
        sa.Column('lookup', sa.String(length=320), nullable=False),
        sa.Column('address', sa.String(length=320), nullable=False),
        sa.Column('hands_over', sa.Boolean(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_app_invitations_client_id_clients'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_app_invitations_user_id_users'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_app_invitations')),
    )
    for column in ('client_id', 'user_id', 'lookup', 'expires_at'):
        op.create_index(op.f(f'ix_app_invitations_{column}'), 'app_invitations', [column])
    op.create_table(
        'app_logos',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_app_logos_client_id_clients'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_app_logos')),
        sa.UniqueConstraint('client_id', name=op.f('uq_app_logos_client_id')),
    )
    op.create_table(
        'app_uses',
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('user_id', sa.String(length=22), nullable=False),
        sa.Column('used_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_app_uses_client_id_clients'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_app_uses_user_id_users'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('client_id', 'user_id', name=op.f('pk_app_uses')),
    )
    for column in ('user_id', 'used_at'):
        op.create_index(op.f(f'ix_app_uses_{column}'), 'app_uses', [column])
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hold_reason', sa.String(length=255), server_default='', nullable=False))
    with op.batch_alter_table('client_secrets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('used_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('told_days', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('wrapped', sa.Text(), server_default='', nullable=False))


def close_console() -> None:
    with op.batch_alter_table('client_secrets', schema=None) as batch_op:
        batch_op.drop_column('wrapped')
        batch_op.drop_column('told_days')
        batch_op.drop_column('used_at')
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.drop_column('hold_reason')
    for name in ('app_uses', 'app_logos', 'app_invitations', 'app_owners'):
        op.drop_table(name)


def open_registration() -> None:
    op.create_table(
        'initial_access_tokens',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('token', sa.String(length=64), nullable=False),
        sa.Column('label', sa.String(length=255), nullable=False),
        sa.Column('policy', sa.Text(), nullable=False),
        sa.Column('left', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.Column('revoked_at', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_initial_access_tokens')),
        sa.UniqueConstraint('token', name=op.f('uq_initial_access_tokens_token')),
    )
    op.create_index(op.f('ix_initial_access_tokens_expires_at'), 'initial_access_tokens', ['expires_at'])
    op.create_table(
        'registrations',
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('token', sa.String(length=64), nullable=False),
        sa.Column('former', sa.String(length=64), nullable=True),
        sa.Column('rotated_at', sa.BigInteger(), nullable=False),
        sa.Column('policy', sa.Text(), nullable=False),
        sa.Column('statement', sa.Text(), nullable=False),
        sa.Column('initial_token', sa.String(length=22), nullable=True),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_registrations_client_id_clients'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('client_id', name=op.f('pk_registrations')),
    )
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.add_column(sa.Column('used_at', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('fresh_until', sa.BigInteger(), server_default='0', nullable=False))


def close_registration() -> None:
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.drop_column('fresh_until')
        batch_op.drop_column('used_at')
    op.drop_table('registrations')
    op.drop_table('initial_access_tokens')


def keep_word_of_notices() -> None:
    with op.batch_alter_table('logout_notices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tried_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('last_status', sa.Integer(), server_default='0', nullable=False))


def forget_word_of_notices() -> None:
    with op.batch_alter_table('logout_notices', schema=None) as batch_op:
        batch_op.drop_column('last_status')
        batch_op.drop_column('tried_at')


def let_apps_ask_after() -> None:
    op.create_table(
        'polled_requests',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('secret', sa.String(length=64), nullable=False),
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('request', sa.Text(), nullable=False),
        sa.Column('user_code', sa.String(length=64), nullable=True),
        sa.Column('sealed_code', sa.Text(), nullable=False),
        sa.Column('user_id', sa.String(length=22), nullable=True),
        sa.Column('message', sa.String(length=64), nullable=False),
        sa.Column('network', sa.String(length=64), nullable=False),
        sa.Column('user_agent', sa.String(length=256), nullable=False),
        sa.Column('poll_every', sa.Integer(), nullable=False),
        sa.Column('next_poll_at', sa.BigInteger(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.Column('answered_at', sa.BigInteger(), nullable=True),
        sa.Column('answer', sa.Text(), nullable=False),
        sa.Column('refusal', sa.String(length=300), nullable=False),
        sa.Column('spent_at', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_polled_requests_client_id_clients'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_polled_requests_user_id_users'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_polled_requests')),
        sa.UniqueConstraint('secret', name=op.f('uq_polled_requests_secret')),
        sa.UniqueConstraint('user_code', name=op.f('uq_polled_requests_user_code')),
    )
    for column in ('client_id', 'user_id', 'expires_at'):
        op.create_index(op.f(f'ix_polled_requests_{column}'), 'polled_requests', [column])
    op.create_table(
        'pings',
        sa.Column('id', sa.String(length=22), nullable=False),
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('sealed', sa.Text(), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('next_try_at', sa.BigInteger(), nullable=True),
        sa.Column('leased_until', sa.BigInteger(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['id'], ['polled_requests.id'], name=op.f('fk_pings_id_polled_requests'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pings')),
    )
    op.create_index('ix_pings_due', 'pings', ['next_try_at'])


def stop_asking_after() -> None:
    op.drop_table('pings')
    op.drop_table('polled_requests')


def remember_requests() -> None:
    op.create_table(
        'app_requests',
        sa.Column(
            'id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False
        ),
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('reference', sa.String(length=16), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.Column('endpoint', sa.String(length=32), nullable=False),
        sa.Column('status', sa.Integer(), nullable=False),
        sa.Column('error', sa.String(length=64), nullable=False),
        sa.Column('reason', sa.String(length=300), nullable=False),
        sa.Column('failed_check', sa.String(length=96), nullable=False),
        sa.Column('sections', sa.String(length=160), nullable=False),
        sa.Column('onward', sa.String(length=64), nullable=False),
        sa.Column('received', sa.Text(), nullable=False),
        sa.Column('proved', sa.Boolean(), nullable=False),
        sa.Column('lane', sa.String(length=8), nullable=False),
        sa.Column('origin', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name=op.f('fk_app_requests_client_id_clients'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_app_requests')),
    )
    for column in ('client_id', 'at'):
        op.create_index(op.f(f'ix_app_requests_{column}'), 'app_requests', [column])


def forget_requests() -> None:
    op.drop_table('app_requests')
