"""FHIR resources to drafts, and a case as a FHIR Bundle."""
