"""Alembic, called by `idp init` and `idp check`: one file per change under versions/, never create_all."""
