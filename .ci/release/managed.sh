# Sourced by .ci/release.sh: the npm tarball and the Maven artifacts, each used from an empty folder.

release_npm() {
  local app="$out/apps/node" js="$top/bindings/js"
  if ! [ -e "$js/dist/wasm/simd.js" ]; then (cd "$js" && npm ci --silent && npm run --silent build > /dev/null); fi
  (cd "$js" && npm pack --silent --pack-destination "$out/dist" > /dev/null)
  mkdir -p "$app" && cp "$js/examples/quickstart.js" "$app/quickstart.mjs"
  echo '{"private": true}' > "$app/package.json"
  sed -e 's/^import { readFile } from "node:fs\/promises";/const { readFile } = require("node:fs\/promises");/' \
    -e 's/^import { Entries, load } from "pdqlite";/const { Entries, load } = require("pdqlite");/' "$app/quickstart.mjs" > "$app/quickstart.cjs"
  (cd "$app" && npm install --silent --offline "$out"/dist/pdqlite-*.tgz)
  program node "node '$app/quickstart.mjs'"
  program node-commonjs "node '$app/quickstart.cjs'"
  did "JavaScript: tarball, modules and CommonJS"

  # A page whose worker takes along the one module that it names, in one file.
  app="$out/apps/vite"
  mkdir -p "$app/src" && cp "$top"/.ci/release/vite/{index.html,page.js,worker.js,vite.config.js} "$app/"
  echo '{"type": "module", "private": true}' > "$app/package.json"
  (cd "$app" && npm install --silent -D -E "$out"/dist/pdqlite-*.tgz vite@8.3.8 && npx vite build --logLevel warn)
  local bytes; bytes=$(cat "$app"/dist/assets/*.js | wc -c)
  [ "$bytes" -lt 560000 ] || { echo "the page is $bytes bytes: both modules are in it"; return 1; }
  (cd "$js" && node "$top/.ci/release/vite/run.mjs" "$app/dist")
  did "JavaScript: a Vite page with a worker, $bytes bytes, run in Chromium"
}

release_maven() { # a repository of files, as Maven Central would have it; the application knows nothing else of pdqlite
  local java="$top/bindings/java" app="$out/apps/maven" version
  version=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$java/pom.xml")
  rm -rf "$out/natives"
  bash "$java/natives.sh" "$out/natives" "$( [ -d "$ci/builds" ] && echo "$ci/builds" )"
  mvn -q -B -f "$java/pom.xml" -Prelease -DskipTests -Dpdqlite.natives="$out/natives" clean package
  cp "$java"/target/pdqlite-"$version"*.jar "$out/dist/"
  cp "$java/pom.xml" "$out/dist/pdqlite-$version.pom"
  if compgen -G "$ci/java/pdqlite-android-*.aar" > /dev/null; then cp "$ci"/java/pdqlite-android-* "$out/dist/"; else
    python3 "$java/aar.py" "$out/android" "$out/dist/pdqlite-$version.jar" > /dev/null
    cp "$out"/android/pdqlite-android-* "$out/dist/"
  fi
  rm -rf "$out/maven" "$out/m2" && cp -al "${HOME}/.m2/repository" "$out/m2" && rm -rf "$out/m2/org/pdqlite"
  deploy() { mvn -q -B deploy:deploy-file -Durl="file://$out/maven" -DpomFile="$1" -Dfile="$2" "${@:3}"; }
  (cd "$out/dist"
    deploy "pdqlite-$version.pom" "pdqlite-$version.jar" -Dsources="pdqlite-$version-sources.jar" -Djavadoc="pdqlite-$version-javadoc.jar"
    deploy "pdqlite-android-$version.pom" "pdqlite-android-$version.aar" -Dpackaging=aar)
  mkdir -p "$app/src/main/java" && cp "$java/examples/Quickstart.java" "$app/src/main/java/"
  sed "s:@REPOSITORY@:file\://$out/maven:; s:@VERSION@:$version:" "$top/.ci/release/maven.xml" > "$app/pom.xml"
  (cd "$app" && mvn -q -B -Dmaven.repo.local="$out/m2" package dependency:build-classpath -Dmdep.outputFile=classpath dependency:copy \
    -Dartifact="org.pdqlite:pdqlite-android:$version:aar" -DoutputDirectory=android)
  cmp "$app/android/pdqlite-android-$version.aar" "$out/dist/pdqlite-android-$version.aar"
  program java "'$JAVA_HOME/bin/java' -cp '$app/target/classes:$(cat "$app/classpath")' Quickstart"
  did "Java: jar with natives, sources, javadoc; AAR; from a Maven repository"
}

release_gradle() { # the same repository, by Gradle: Debian's, or whatever is on the path
  local app="$out/apps/gradle" version
  version=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$top/bindings/java/pom.xml")
  mkdir -p "$app/src/main/java" && cp "$top/bindings/java/examples/Quickstart.java" "$app/src/main/java/"
  cp "$top/.ci/release/build.gradle" "$app/" && touch "$app/settings.gradle"
  (cd "$app" && GRADLE_USER_HOME="$out/gradle-home" gradle --no-daemon -q -Preleased="file://$out/maven" -Pwanted="$version" install > gradle.log 2>&1) \
    || { cat "$app/gradle.log"; return 1; }
  cmp "$app/installed/pdqlite-android-$version.aar" "$out/dist/pdqlite-android-$version.aar"
  program gradle "'$JAVA_HOME/bin/java' -cp '$app/installed:$app/installed/pdqlite-$version.jar' Quickstart"
  did "Java: $(gradle --version 2> /dev/null | grep '^Gradle'), jar and AAR from the same repository"
}
