"""Our own JSON to drafts."""
