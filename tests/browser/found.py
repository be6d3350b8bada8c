"""The last line of `make test`: says so where the browser tests could not run."""

from tests.browser.conftest import chromium


def main() -> None:
    if chromium() is None:
        print("The browser tests did NOT run: no Chromium was found. Install one, or name it with CHROMIUM=….")


if __name__ == "__main__":
    main()
