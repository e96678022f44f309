"""The doors people see: one file and one template each. A door never imports another door; they meet in the pending request."""
