#!/usr/bin/env bash
# A Python for ARM to run under emulation, without a container: Debian's packages unpacked into a folder, PyPI's wheels beside them.
#
#     .ci/arm-python.sh DIRECTORY arm64|armhf     makes DIRECTORY/{root,site,python}; does nothing if they are there
#
# Then `DIRECTORY/python FILE` runs it, with PYTHONPATH put before its own. PyPI has no armv7 wheels of numpy and cffi:
# Debian's are taken there, numpy 1.24 and cffi 1.15, and its pillow 9.4, all older than what pdqlite declares.
set -euo pipefail
case "$2" in
  arm64) wanted=(python3.11 libstdc++6) wheels=(numpy pillow av cffi cryptography pytest hypothesis scikit-image cryptography-vectors pymerkle pynacl pyhpke)
         platforms=(manylinux_2_28_aarch64 manylinux_2_27_aarch64 manylinux_2_17_aarch64) emulator=(qemu-aarch64 -cpu cortex-a53) extra=() ;;
  armhf) wanted=(python3.11 libpython3.11-dev python3-numpy python3-cffi-backend python3-pil libstdc++6) wheels=(--no-deps cryptography av hypothesis sortedcontainers pytest iniconfig pluggy packaging pygments)
         platforms=(manylinux_2_31_armv7l manylinux_2_28_armv7l manylinux_2_17_armv7l) emulator=(qemu-arm -cpu cortex-a15) extra=(usr/lib/arm-linux-gnueabihf/blas usr/lib/arm-linux-gnueabihf/lapack) ;;
  *) echo "$2: arm64 or armhf"; exit 2 ;;
esac
bash "$(dirname "$0")/arm-debs.sh" "$1" "$2" "${wanted[@]}"
cd "$1"
here=$PWD
if [ ! -d site/cryptography ]; then
  python3 -m pip install -q --target site --no-compile --only-binary=:all: --python-version 3.11 "${platforms[@]/#/--platform=}" "${wheels[@]}"
fi
libraries=$(printf ":$here/root/%s" "${extra[@]}") # no package's installer ran, which would have linked these
cat > python <<EOF
#!/bin/sh
QEMU_LD_PREFIX=$here/root PYTHONPATH=\$PYTHONPATH:$here/site:$here/root/usr/lib/python3/dist-packages exec ${emulator[*]} -E LD_LIBRARY_PATH=${libraries#:} $here/root/usr/bin/python3.11 "\$@"
EOF
chmod +x python
# Programs that start a Python start this one: the kernel runs a script, but knows nothing of ARM programs.
echo "import sys; sys.executable = '$here/python'" > site/sitecustomize.py
