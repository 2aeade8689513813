"""Text rubrics and the language model that judges plans by them."""
