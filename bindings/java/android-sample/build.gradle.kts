// The sample as a project of Android Studio. NOT BUILT HERE: this project's CI reaches no SDK, no aapt2 and no CameraX. It compiles src/ over stubs, checks the
// calls against API 34, and shrinks, runs and dexes the classes (.ci/java.sh, toolchain/android.sh).
// assets/ gets what the app brings: release/ (the files of a release), list.trust, list.key. `pdqlite demo --keep DIR` makes some to try.
plugins {
    id("com.android.application") version "8.7.0"
    id("org.jetbrains.kotlin.android") version "2.0.21"
}

repositories {
    google()
    mavenCentral() // or where pdqlite-android was deployed
}

android {
    namespace = "org.pdqlite.sample"
    compileSdk = 35
    defaultConfig {
        applicationId = "org.pdqlite.sample"
        minSdk = 34 // below it the Java binding's records and HexFormat need desugaring
        targetSdk = 35
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    kotlinOptions { jvmTarget = "17" }
    sourceSets["main"].manifest.srcFile("AndroidManifest.xml")
    sourceSets["main"].java.srcDirs("src")
    sourceSets["main"].assets.srcDirs("assets")
}

dependencies {
    implementation("org.pdqlite:pdqlite-android:0.1.0@aar")
    implementation("androidx.camera:camera-core:1.4.0")
}
