#!/bin/sh
# The first process of a user-mode Linux whose root is this machine's, read-only. It runs some of our tests on that kernel, which has every
# controller in cgroup v2, and says how that went in its last line. The kernel hands over REPOSITORY, PYTHON
# and TESTS (bootparam(7)).
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run PYTHONDONTWRITEBYTECODE=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs run /run
ip link set lo up 2>/dev/null
cd "$REPOSITORY" || exit
"$PYTHON" -m pytest -p no:cacheprovider -q $(echo "$TESTS" | tr , ' ') </dev/null 2>&1
echo "status $? on $(uname -r)"
"$PYTHON" -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)' # LINUX_REBOOT_CMD_POWER_OFF
