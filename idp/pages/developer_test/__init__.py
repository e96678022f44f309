"""Test sign-in: an owner of an app signs in to it here, sees what the app would be told, and no token is left."""
