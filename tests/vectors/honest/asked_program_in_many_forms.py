# expect: CAP-003
import asyncio
import subprocess

GIT = "git"
STATUS = [GIT, "status", "--short"]


def status(path):
    try:
        return subprocess.run(STATUS, cwd=path, capture_output=True, check=True, shell=False).stdout
    except subprocess.CalledProcessError:
        return subprocess.check_output(["/usr/bin/git", "status", path], stderr=subprocess.DEVNULL)


async def log(path):
    return await asyncio.create_subprocess_exec("git", "log", path, stdout=asyncio.subprocess.PIPE)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
