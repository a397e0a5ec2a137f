"""From scores to figures: ranks, grades, checks, comparisons, and what is said of them."""
