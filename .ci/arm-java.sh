#!/usr/bin/env bash
# The Java binding on arm64: its library cross-compiled, its tests and a quick start in Debian's arm64 JVM under emulation.
# After .ci/java.sh, which compiles the classes.
#
#     .ci/arm-java.sh DIRECTORY
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
bash "$top/.ci/arm-debs.sh" "$1" arm64 openjdk-17-jre-headless > /dev/null
out=$(cd "$1" && pwd)
cd "$top/bindings/java"
CC=aarch64-linux-gnu-gcc bash build.sh "$out/libpdqlite_jni.so" -Werror
java() { qemu-aarch64 -L "$out/root" -cpu cortex-a53 "$out"/root/usr/lib/jvm/java-17-openjdk-arm64/bin/java -Xshare:off -Xcheck:jni -Dpdqlite.library="$out/libpdqlite_jni.so" "$@"; }
export JAVA_TOOL_OPTIONS=-Dpdqlite.calls=2000
mvn -q -B dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$out/classpath"
mvn -q -B dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.10.2 -DoutputDirectory="$out" -Dmdep.stripVersion=true
gson=$(tr ':' '\n' < "$out/classpath" | grep '/gson-')
java -jar "$out/junit-platform-console-standalone.jar" execute --class-path "target/classes:target/test-classes:$gson" \
  --scan-class-path target/test-classes --details=tree --disable-banner --disable-ansi-colors > "$out/tests.log" 2>&1 || { cat "$out/tests.log"; exit 1; }
if grep "in native method" "$out/tests.log"; then exit 1; fi
grep -E '[1-9][0-9]* tests successful' "$out/tests.log"
