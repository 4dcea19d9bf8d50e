"""What all tests share: tables as wide as in a pipe, and no more cores than there are."""

import os

# a test worker has a terminal of 80 columns, in which long cells wrap
os.environ["COLUMNS"] = "200"
