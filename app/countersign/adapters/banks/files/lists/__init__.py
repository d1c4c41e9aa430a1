"""Lists of payments as people keep them: CSV, from spreadsheets and accounting programs."""
