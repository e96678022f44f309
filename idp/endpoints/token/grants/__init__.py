"""One file per grant type. Each checks everything that needs no write, then spends, then issues."""
