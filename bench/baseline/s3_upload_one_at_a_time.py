"""Copies objects from S3 to a Stage one at a time, the way the vendor's published examples describe it: for each object
a new boto3 client, the object to a local file, then one PUT of that file with the requests library. Our own code.

usage: s3_upload_one_at_a_time.py LIST API_URL DEPLOYMENT STAGE_FOLDER S3_URL BUCKET PREFIX ACCESS_KEY SECRET_KEY
LIST has a name below PREFIX a line. Runs in the current folder. Prints "seconds cpu_seconds peak_kb".
"""

import resource
import sys
import time

import boto3
import requests

LOCAL_FILE = "localfile"


def upload(url, stage_path, s3_url, bucket, key, access_key, secret_key, token):
    s3 = boto3.client(
        "s3",
        endpoint_url=s3_url,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )
    s3.download_file(bucket, key, LOCAL_FILE)
    with open(LOCAL_FILE, "rb") as content:
        answer = requests.put(
            f"{url}/{stage_path}",
            headers={"Authorization": f"Bearer {token}"},
            files={"file": content},
        )
    answer.raise_for_status()
    return answer.text


def main():
    with open(sys.argv[1]) as listing:
        names = listing.read().split("\n")
    api, deployment, folder, s3_url, bucket, prefix, access_key, secret_key = sys.argv[2:10]
    base = f"{api}/v1/stage/{deployment}/fs"
    started = time.perf_counter()
    for name in filter(None, names):
        upload(base, folder + name, s3_url, bucket, prefix + name, access_key, secret_key, "bench")
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss)


main()
