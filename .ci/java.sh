#!/usr/bin/env bash
# The Java binding: native library, tests under -Xcheck:jni, again over a sanitized library, the quick start on
# real input, native libraries for Android's ABIs and the layout of an AAR (built here, not run on a device).
#
#     .ci/java.sh DIRECTORY
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"; out=$(cd "$1" && pwd)
: "${JAVA_HOME:=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"; export JAVA_HOME
cd "$top/bindings/java"
bash build.sh "$out/libpdqlite_jni.so" -Werror
tests() { # name, library: the tests over it, their count in one line
  rm -rf target/surefire-reports
  mvn -q -B -Dpdqlite.library="$2" verify > "$out/$1.log" 2>&1 || { cat "$out/$1.log"; return 1; }
  if grep -rq "in native method" "$out/$1.log" target/surefire-reports; then # most of it is in a .dumpstream
    echo "-Xcheck:jni has something to say" >&2; grep -rh "in native method" "$out/$1.log" target/surefire-reports | sort | uniq -c; return 1
  fi
  awk -v name="$1" '/^Tests run:/ { split($0, n, /[:,] */); run += n[2]; bad += n[4] + n[6] } END { printf "java, %s: %d passed, %d failed\n", name, run - bad, bad }' target/surefire-reports/*.txt
}
tests "-Xcheck:jni" "$out/libpdqlite_jni.so"

# Once more with address and undefined-behaviour sanitizers inside the library; the JVM itself leaks and handles signals.
bash build.sh "$out/libpdqlite_san.so" -g -fsanitize=address,undefined -fno-sanitize-recover=all
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
  ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:handle_segv=0:allow_user_segv_handler=1 tests sanitized "$out/libpdqlite_san.so"

# The quick starts, in Java and in Kotlin, compiled as an application would and run on real input.
python3 "$top/bindings/c/inputs.py" "$out/inputs"
program() { # folder with the classes, more class path, main class: a script that runs it
  printf '#!/bin/sh\nexec "%s/bin/java" -Dpdqlite.library="%s" -cp "%s:%s:%s" %s "$@"\n' \
    "$JAVA_HOME" "$out/libpdqlite_jni.so" "$PWD/target/classes" "$1" "$2" "$3" > "$1/quickstart"
  chmod +x "$1/quickstart"
}
quickstart() { # the same, run on real input
  program "$@"
  python3 "$top/bindings/c/inputs.py" "$out/inputs" --run "$1" --only quickstart
}
mkdir -p "$out/java" "$out/kotlin"
"$JAVA_HOME/bin/javac" -d "$out/java" -cp target/classes examples/Quickstart.java
quickstart "$out/java" "" Quickstart
mvn -q -B -f kotlin/pom.xml dependency:build-classpath -Dmdep.outputFile="$out/kotlin/compiler"
compiler=$(cat "$out/kotlin/compiler")
library=$(tr ':' '\n' < "$out/kotlin/compiler" | grep '/kotlin-stdlib-[0-9.]*jar$')
"$JAVA_HOME/bin/java" -cp "$compiler" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -Werror -jvm-target 17 \
  -cp "target/classes:$library" -d "$out/kotlin" examples/Quickstart.kt
quickstart "$out/kotlin" "$library" QuickstartKt

# The code of the pages, compiled; the tutorial, every command as it stands there, in a copy of the sources.
python3 "$top/.ci/snippets.py" java "$out/pages/java"
"$JAVA_HOME/bin/javac" -d "$out/pages/classes" -cp target/classes "$out"/pages/java/*.java
python3 "$top/.ci/snippets.py" kotlin "$out/pages/kotlin"
"$JAVA_HOME/bin/java" -cp "$compiler" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -nowarn -jvm-target 17 \
  -cp "target/classes:$library" -d "$out/pages/classes" "$out/pages/kotlin"
rm -rf "$out/tutorial" && mkdir "$out/tutorial"
(cd "$top" && git ls-files -z bindings csrc LICENSE README.md | tar --null -T - -cf -) | tar -xf - -C "$out/tutorial"
python3 "$top/.ci/page.py" "$top/docs/tutorial/kotlin.md" > "$out/tutorial.sh"
(cd "$out/tutorial" && bash -euo pipefail "$out/tutorial.sh" | tee "$out/tutorial.log" | tail -n 1 | grep 'matched: entry 0') || { cat "$out/tutorial.log"; exit 1; }

# The Android sample and React Native's module: compiled over stubs of Android and stand-ins of CameraX and React Native. What needs no phone is run.
mvn -q -B -f android-sample/pom.xml dependency:copy-dependencies -Dmdep.stripVersion=true -DoutputDirectory="$out/android-tools"
"$JAVA_HOME/bin/java" -cp "$compiler" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -Werror -jvm-target 17 \
  -cp "target/classes:$library:$out/android-tools/android.jar" -d "$out/sample" android-sample/src android-sample/standins android-sample/check ../react-native/android
rm -rf "$out/demo" && python3 -m pdqlite demo --keep "$out/demo" > "$out/demo.log"
program "$out/sample" "$library" SampleCheckKt
"$out/sample/quickstart" "$out/demo"
bash android-sample/toolchain/android.sh "$out" "$library"

# A list kept on disk: a process is killed at each step of an install.
mkdir -p "$out/install"
"$JAVA_HOME/bin/javac" -Xlint:all -Werror -d "$out/install" -cp target/classes examples/Install.java examples/test/InstallKilled.java
"$JAVA_HOME/bin/java" -cp "target/classes:$out/install" InstallKilled

python3 aar.py "$out" target/pdqlite-0.1.0.jar
