"""Clinical notes in English and Chinese to drafts: every fact points at its characters."""
