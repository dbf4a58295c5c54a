#!/usr/bin/env bash
# What an Android build would do next with the classes of .ci/java.sh: nothing is called that API 34 has not (records and HexFormat are in it), and the
# app still works once R8 has shrunk and renamed it by the archive's own rules. Then the classes are made Android's, of API 24, which needs a device to run.
#
#     android.sh DIRECTORY KOTLIN_LIBRARY      DIRECTORY of .ci/java.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); out=$1; library=$2; tools=$out/android-tools; classes=$here/../../target/classes
rm -rf "$out/r8" && mkdir "$out/r8"

"$JAVA_HOME/bin/java" -cp "$tools/animal-sniffer.jar:$tools/asm.jar" "$here/AndroidApi.java" "$tools/gummy-bears-api-34.signature" "$classes/org:$out/sample" \
  'org.pdqlite.*,kotlin.*,androidx.camera.core.*,com.facebook.react.bridge.*,SampleCheckKt*' > "$out/r8/missing.txt"
grep -q 'javax\.imageio' "$out/r8/missing.txt" # of the check alone, which runs on desktops: so what is missing is seen
if grep -v 'javax\.imageio\.\|java\.awt\.image\.' "$out/r8/missing.txt"; then echo "Android has none of these" >&2; exit 1; fi

python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); from aar import KEEP; print(KEEP)' "$here/../.." > "$out/r8/archive.pro"
cat > "$out/r8/app.pro" <<'END'
-keep class SampleCheckKt { public static void main(java.lang.String[]); }
-keep class org.pdqlite.sample.MainActivity { *; }
-dontwarn org.jetbrains.annotations.**,org.xmlpull.**
END
(cd "$classes" && "$JAVA_HOME/bin/jar" cf "$out/r8/classes.jar" org)
(cd "$out/sample" && "$JAVA_HOME/bin/jar" cf "$out/r8/sample.jar" ./*.class androidx com org)
r8() { "$JAVA_HOME/bin/java" -cp "$tools/r8.jar" "com.android.tools.r8.$1" --lib "$JAVA_HOME" --lib "$tools/android.jar" "${@:2}" > "$out/r8/$1.log" 2>&1 || { cat "$out/r8/$1.log"; return 1; }; }
r8 R8 --classfile --output "$out/r8/app.jar" --pg-conf "$out/r8/archive.pro" --pg-conf "$out/r8/app.pro" --pg-map-output "$out/r8/map.txt" \
  "$out/r8/classes.jar" "$out/r8/sample.jar" "$library"
grep -q '^org.pdqlite.Matcher -> [a-z.]*:' "$out/r8/map.txt" # it was renamed
"$JAVA_HOME/bin/java" -Dpdqlite."library"="$out/libpdqlite_jni.so" -cp "$out/r8/app.jar" SampleCheckKt "$1/demo"
r8 D8 --release --min-api 24 --output "$out/r8/dex.zip" "$out/r8/app.jar"
printf 'android: shrunk to %d bytes of classes and still right; %d as dex\n' "$(wc -c < "$out/r8/app.jar")" "$(wc -c < "$out/r8/dex.zip")"
