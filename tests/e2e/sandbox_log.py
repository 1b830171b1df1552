#!/usr/bin/python3
"""What a sandbox in a process of its own was sent.

usage: sandbox_log.py BASE_URL ids [NAME…]   the IDs of what it stored, a line each, in their order: of all
                                        files, or of those with these names
       sandbox_log.py BASE_URL holds FILE…   that it stored exactly these files, each once, whole
       sandbox_log.py BASE_URL bytes NAME…   the bytes that have come of each upload so far
       sandbox_log.py BASE_URL open          how many uploads are under way
       sandbox_log.py BASE_URL table FILE    that FILE (the window's CSV) says of each id what was stored
                                        under it; prints how many rows it has

Ends with 1 and a sentence when it is not so.
"""

import csv
import json
import os
import sys
import urllib.request


def ask(base_url, what):
    address = base_url.removesuffix("/serve/api/v2") + "/sandbox/" + what
    # A proxy of the environment is not for this computer.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10) as answer:
        return json.load(answer)


def uploads(base_url):
    return [call for call in ask(base_url, "requests") if call["call"] == "Upload"]


def holds(base_url, files):
    wanted = sorted((os.path.basename(file), os.path.getsize(file)) for file in files)
    stored = sorted((copy["file_name"], copy["size"]) for copy in ask(base_url, "stored"))
    if stored != wanted:
        sys.exit(f"stored: {stored}\nwanted: {wanted}")


def table(base_url, file):
    stored = {copy["asset_id"]: copy for copy in ask(base_url, "stored")}
    with open(file, encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    for row in rows:
        copy = stored.get(row["asset_id"])
        if not copy or copy["file_name"] != row["name"]:
            sys.exit(f"{row} is not what was stored: {copy}")
        # The clipboard's table has no more than id and name.
        if row.get("size", str(copy["size"])) != str(copy["size"]):
            sys.exit(f"{row} has not the size that was stored: {copy}")
    if len({row["asset_id"] for row in rows}) != len(rows):
        sys.exit(f"an id is there twice: {rows}")
    print(len(rows))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    base_url, what, *names = sys.argv[1:]
    if what == "ids":
        stored = ask(base_url, "stored")
        print("\n".join(copy["asset_id"] for copy in stored if not names or copy["file_name"] in names))
    elif what == "holds":
        holds(base_url, names)
    elif what == "bytes":
        for name in names:
            print(sum(call["body"] for call in uploads(base_url) if call["file_name"] == name))
    elif what == "open":
        print(sum(not call["over"] for call in uploads(base_url)))
    elif what == "table":
        table(base_url, names[0])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
