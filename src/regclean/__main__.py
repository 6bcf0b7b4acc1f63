"""`python -m regclean`: the command line, where its script is not on the path."""

from regclean.cli import main

if __name__ == "__main__":
    main()
