"""`python -I -m monitor` is the same as `schoolwatch`."""

from monitor.cli import main

if __name__ == "__main__":
    main()
