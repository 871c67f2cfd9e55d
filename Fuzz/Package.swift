// swift-tools-version: 6.2
import PackageDescription

// Fuzzers, one a room that reads what strangers send. The rooms' own sources are linked in, so that
// they are built with the fuzzer's instruments, and so that nothing of the program's dependencies is
// fetched. Build and run from the project's folder; what libFuzzer finds stays in `Fuzz/.build`:
//
//   swift build -c release --package-path Fuzz --product FuzzRequestParser
//   mkdir -p Fuzz/.build/found
//   Fuzz/.build/release/FuzzRequestParser -runs=200000 -artifact_prefix=Fuzz/.build/ \
//     Fuzz/.build/found Fuzz/Corpus/request-parser

let instruments = ["-sanitize=fuzzer,address"]

/// The settings of the house, and the instruments.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Extern"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .unsafeFlags(instruments + ["-assert-config", "Debug"]),
]

/// A room of the house, from the folder that `Sources` links to.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// A fuzzer of one room. It defines `<name>_main`, which is what SwiftPM makes of `main`, and runs
/// libFuzzer's driver there.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies,
    swiftSettings: house + [.unsafeFlags(["-parse-as-library"])],
    linkerSettings: [.unsafeFlags(instruments)])
}

let package = Package(
  name: "session-gateway-fuzz",
  targets: [
    room("LibFuzzer"),
    room("Primitives"),
    room("HTTP", ["Primitives"]),
    .systemLibrary(name: "CHiredis", pkgConfig: "hiredis"),
    room("Redis", ["Primitives", "CHiredis"]),
    room("Sessions", ["Primitives"]),
    room("API", ["Primitives", "HTTP", "Sessions"]),
    fuzzer("FuzzRequestParser", ["LibFuzzer", "HTTP", "Primitives"]),
    fuzzer("FuzzReplyReader", ["LibFuzzer", "Redis", "Primitives"]),
    fuzzer("FuzzTouchBatch", ["LibFuzzer", "API", "Primitives", "Sessions"]),
  ]
)
