"""What a reader takes home: a record to open again, a report to print. Stands on ``transfer_core`` and draws with text alone."""
