"""Uploads files to a Stage one at a time, the way the vendor's published examples describe it: the requests library,
one PUT with a form per file, a new connection each time. Our own code.

usage: upload_one_at_a_time.py LIST API_URL DEPLOYMENT STAGE_FOLDER ROOT; LIST has a path a line
Prints "seconds cpu_seconds peak_kb".
"""

import os
import resource
import sys
import time

import requests


def upload(url, token, stage_path, place):
    with open(place, "rb") as content:
        answer = requests.put(
            f"{url}/{stage_path}",
            headers={"Authorization": f"Bearer {token}"},
            files={"file": (os.path.basename(place), content)},
        )
    answer.raise_for_status()
    return answer.text


def main():
    with open(sys.argv[1]) as listing:
        paths = listing.read().split("\n")
    api, deployment, folder, root = sys.argv[2:6]
    base = f"{api}/v1/stage/{deployment}/fs"
    started = time.perf_counter()
    for path in filter(None, paths):
        upload(base, "bench", folder + path, os.path.join(root, path))
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss)


main()
