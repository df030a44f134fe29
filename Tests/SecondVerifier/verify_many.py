#!/usr/bin/env python3
"""Verifies the bundles whose paths stand on standard input, one in a line, and prints a line of JSON for each."""

import json
import sys

from verify import judge

for line in sys.stdin:
    verdict, root, findings = judge(line.rstrip("\n"))
    codes = sorted({finding["code"] for finding in findings})
    print(json.dumps({"verdict": verdict, "root": root, "codes": codes}))
