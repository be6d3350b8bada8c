"""The supervisor's process: `python -m app.embedded <kind> <home> <lock>`, started by app.embedded itself."""

import sys

from app.embedded.supervisor import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
