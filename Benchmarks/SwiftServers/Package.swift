// swift-tools-version: 6.2
// Two servers of others, for `Scripts/bench-servers` to compare http-echo with: a package of its own,
// so that nobody who builds the gateway fetches or compiles them.
import PackageDescription

let package = Package(
  name: "SwiftServers",
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
    .package(url: "https://github.com/swhitty/FlyingFox.git", exact: "0.27.1"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
  ],
  targets: [
    .executableTarget(
      name: "hummingbird-server",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "flyingfox-server",
      dependencies: [.product(name: "FlyingFox", package: "FlyingFox")]),
  ])
