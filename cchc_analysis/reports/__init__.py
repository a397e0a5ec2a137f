"""From figures and pictures to files: Word, workbook, CSV, the folder they go to."""
