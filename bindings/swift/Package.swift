// swift-tools-version:5.9
// The C core as a Swift package, from source. NOT COMPILED HERE: this project's CI has no Swift and no Xcode; what is checked is that the rooms
// named here are those of csrc/cmake/sources.txt. A Swift interface over CPdqlite is not written yet.
//
// Sources/CPdqlite is a link to csrc, for SwiftPM takes nothing from outside of a package's folder.
import PackageDescription

let package = Package(
    name: "Pdqlite",
    platforms: [.iOS(.v13), .macOS(.v11)],
    products: [Product.`library`(name: "CPdqlite", targets: ["CPdqlite"])],
    targets: [
        .target(
            name: "CPdqlite",
            exclude: ["CMakeLists.txt", "cffi", "cmake", "freestanding", "providers", "tables"],
            sources: ["base", "crypto", "index", "kernels", "keypoints", "list", "match", "pdq", "plane", "sound", "uncrop"],
            publicHeadersPath: "include", // with module.modulemap: what is promised
            cSettings: [
                .headerSearchPath("."),
                // One answer on every machine: products and sums are not contracted. SwiftPM takes such flags from a package by path alone;
                // before it is published by version, the core has to say so itself (#pragma STDC FP_CONTRACT OFF).
                .unsafeFlags(["-ffp-contract=off"]),
            ]
        ),
        .testTarget(name: "PdqliteTests", dependencies: ["CPdqlite"]),
    ],
    cLanguageStandard: .c11
)
