"""Printed laboratory reports to drafts."""
