"""`python -m convcost`, the same as the command `convcost`."""

from convcost.cli.main import main

main()
