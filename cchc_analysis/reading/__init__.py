"""From a file to scores: raw cells, the tables in them, what each column and row is."""
