#!/usr/bin/env python3
"""Writes each manipulated bundle of test_verify.py into a folder, and prints its file, the verdict and its name.

usage: write_manipulations.py FOLDER
"""

import sys
from pathlib import Path

from make_bundle import make
from test_verify import MANIPULATIONS
from verify import judge

for number, (name, (tamper, _)) in enumerate([("no manipulation", ({}, None)), *MANIPULATIONS.items()]):
    path = Path(sys.argv[1], f"manipulated-{number}.tar.gz")
    path.write_bytes(make(**tamper))
    print(path.name, judge(str(path))[0], name, sep="\t")
