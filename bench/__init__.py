"""The measurements: each figure beside a bare reference that does the same work, in one run."""
