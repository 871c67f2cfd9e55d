// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is built with: the Swift 6 language mode, lifetimes for spans, strict
/// memory safety (each unsafe use is spelled `unsafe`), and no warning let through.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// A room of the house: a library target of this package with the house's settings.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// The unit suite of a room, or a suite of the whole program.
func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

let package = Package(
  name: "session-gateway",
  products: [
    .executable(name: "session-gateway", targets: ["session-gateway"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    // Without its traits: its readers of YAML and JSON import Foundation, which would be most of
    // the program, ICU's tables first.
    .package(
      url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // C shims: module maps and inline wrappers, nothing else.
    .target(name: "CLinux"),
    .target(
      name: "CBuild",
      cSettings: Context.environment["GATEWAY_COMMIT"].map {
        [.define("GATEWAY_COMMIT", to: "\"\($0)\"")]
      }),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    // Imports point down this list, never up or across.
    room("Primitives"),
    room("HTTP", ["Primitives"]),
    room("Sessions", ["Primitives"]),
    room("Redis", ["Primitives", "CHiredis"]),
    room("Reactor", ["Primitives", "CLinux", "COpenSSL"]),
    room("Server", ["Primitives", "HTTP", "Reactor"]),
    room("API", ["Primitives", "HTTP", "Sessions"]),
    room("ClusterStore", ["Primitives", "Sessions", "Redis"]),
    room(
      "Settings",
      [
        "Primitives", "CYAML",
        .product(name: "Configuration", package: "swift-configuration"),
      ]),
    room(
      "Gateway",
      [
        "Primitives", "HTTP", "Sessions", "Redis", "Reactor", "Server", "API", "ClusterStore",
        "Settings", "CBuild", .product(name: "Logging", package: "swift-log"),
      ]),
    room("Doctor", ["Primitives", "API", "Redis", "Reactor", "Settings", "Gateway"]),
    room(
      "Bench",
      [
        "Primitives", "Reactor", "Settings",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
    .executableTarget(
      name: "session-gateway",
      dependencies: [
        "Bench", "Doctor", "Gateway", "Settings", "API", "Primitives", "Reactor", "Sessions",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),

    // Stands on the room of servers alone; conformance suites are run against it.
    .executableTarget(
      name: "http-echo",
      dependencies: [
        "HTTP", "Primitives", "Reactor", "Server",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),

    // What tests share, and the suites.
    .target(
      name: "StoreContract", dependencies: ["Primitives", "Sessions"],
      path: "Tests/Support/StoreContract", swiftSettings: house),
    .target(name: "Chance", path: "Tests/Support/Chance", swiftSettings: house),
    .target(name: "TestLab", path: "Tests/Support/TestLab", swiftSettings: house),
    suite("PrimitivesTests", ["Primitives", "Chance"]),
    suite("HTTPTests", ["HTTP", "Primitives", "Chance"]),
    suite("SessionsTests", ["Sessions", "Primitives", "Chance", "StoreContract"]),
    suite("RedisTests", ["Redis", "Primitives", "CHiredis"]),
    suite("ReactorTests", ["Reactor", "Primitives", "Chance", "COpenSSL"]),
    suite("ServerTests", ["Server", "HTTP", "Reactor", "Primitives", "COpenSSL", "TestLab"]),
    suite(
      "ClusterStoreTests",
      ["ClusterStore", "Sessions", "Redis", "Primitives", "Chance", "StoreContract"]),
    suite(
      "StoreTests",
      [
        "Gateway", "ClusterStore", "Sessions", "Redis", "Reactor", "Primitives", "StoreContract",
        "TestLab",
      ]),
    suite("FailoverTests", ["Reactor", "TestLab", "session-gateway"]),
    suite(
      "SemanticsTests",
      [
        "ClusterStore", "Redis", "Sessions", "Primitives", "Chance", "StoreContract", "TestLab",
        "session-gateway",
      ]),
    suite(
      "GatewayTests",
      ["API", "ClusterStore", "Gateway", "HTTP", "Reactor", "Redis", "Settings", "Primitives"]),
    suite("SettingsTests", ["Settings", "Primitives"]),
    suite("ConformanceTests", ["Chance", "TestLab", "http-echo"]),
    suite("HTTPSTests", ["TestLab", "session-gateway"]),
    suite(
      "CallersTests",
      ["API", "HTTP", "Primitives", "Reactor", "Sessions", "TestLab", "session-gateway"]),
    suite("APITests", ["API", "HTTP", "Sessions", "Primitives"]),
    suite("TestLabTests", ["TestLab"]),
    // The black-box suites run the program that is built beside them; they import nothing of it.
    suite("SystemTests", ["TestLab", "session-gateway"]),
    suite("CommandTests", ["TestLab", "session-gateway"]),
    suite(
      "DoctorTests", ["Doctor", "Primitives", "Reactor", "Redis", "TestLab", "session-gateway"]),
    suite(
      "BenchTests",
      [
        "Bench", "Primitives", "Settings",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ]),
  ]
)
