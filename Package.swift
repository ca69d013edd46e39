// swift-tools-version: 6.2
import PackageDescription

/// Upcoming features that every target is written against, so that the next language mode already applies.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["RSSCTL_LINT"] == "1" ? [.treatAllWarnings(as: .error)] : [])

/// What `rssctl --version` says of the build; `make build` sets both variables. A C target carries them, because Swift
/// takes no text from a compiler flag.
func buildInfo(_ variable: String) -> String { "\"\(Context.environment[variable] ?? "unknown")\"" }

/// A library of the product, on the shared core; none imports another but RSSSetup.
func capability(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: ["RSSCore", "RSSModel", "RSSSystem", "PostgresClient"] + more,
        resources: [.embedInCode("SQL")], swiftSettings: strict)
}

/// The libraries that commands call.
let capabilities: [Target.Dependency] = [
    "RSSMigrate", "RSSPartition", "RSSBulk", "RSSReport", "RSSCache", "RSSAnalyze", "RSSSetup",
]

/// The tests of a library of the product.
func capabilityTests(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: ["TestSupport", "RSSCore", "RSSModel", "RSSSystem", "PostgresClient", "RedisClient", "SQLScript"]
            + capabilities + more,
        swiftSettings: strict)
}

let package = Package(
    name: "rssctl",
    products: [
        .executable(name: "rssctl", targets: ["rssctl"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // Without pkgConfig on purpose: hiredis.pc carries -D_FILE_OFFSET_BITS=64, which SwiftPM warns about on every build.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

        .systemLibrary(name: "CPgQuery", providers: [.apt(["libpg-query-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CUchardet", providers: [.apt(["libuchardet-dev"])]),

        .target(
            name: "CBuildInfo",
            cSettings: [
                .define("RSSCTL_COMMIT", to: buildInfo("RSSCTL_COMMIT")),
                .define("RSSCTL_DATE", to: buildInfo("RSSCTL_DATE")),
            ]),

        // Signal handlers, and what else must not depend on Swift's runtime: the end of the process.
        .target(name: "CProcessEnd"),

        .target(name: "RSSModel", swiftSettings: strict),
        // Paths, folders private to their owner, what a child process may inherit: for all that use the system.
        .target(name: "RSSSystem", dependencies: ["RSSModel"], swiftSettings: strict),
        .target(
            name: "PostgresClient",
            dependencies: ["CLibPQ", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(name: "RedisClient", dependencies: ["RSSModel", "CHiredis", "COpenSSL"], swiftSettings: strict),
        // A header alone: what Swift cannot express, the bits of a comparison of bytes.
        .target(name: "CByteMask"),
        .target(name: "CSV", dependencies: ["CByteMask", "CUchardet"], swiftSettings: strict),
        .target(name: "Spreadsheet", dependencies: ["RSSSystem", "CZlib"], swiftSettings: strict),
        .target(name: "SQLScript", dependencies: ["CPgQuery"], swiftSettings: strict),
        .target(
            name: "Journal", dependencies: ["RSSModel", "RSSSystem", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        // The base of every capability: files and children of the system, names and locks of the database, online DDL, checks, settings.
        .target(
            name: "RSSCore",
            dependencies: [
                "RSSModel", "RSSSystem", "PostgresClient", "RedisClient", "SQLScript", "Journal", "COpenSSL",
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("SQL")],
            swiftSettings: strict),
        capability("RSSMigrate", ["SQLScript", "CPgQuery"]),
        capability("RSSPartition", ["SQLScript", "CZstd", .product(name: "Yams", package: "Yams")]),
        capability("RSSBulk", ["CSV", "Spreadsheet", "CZstd", "COpenSSL"]),
        capability("RSSReport"),
        capability("RSSCache", ["RedisClient"]),
        capability("RSSAnalyze", ["SQLScript"]),
        // The few things that may use several capabilities.
        capability("RSSSetup", ["RSSMigrate", "RSSPartition", "RedisClient", "SQLScript", "Journal"]),
        .target(name: "Console", dependencies: ["RSSModel", "RSSSystem"], swiftSettings: strict),
        .target(
            name: "RSSCommands",
            dependencies: [
                "RSSCore", "RSSModel", "RSSSystem", "Console", "CSV", "Spreadsheet", "Journal", "PostgresClient",
                "RedisClient", "CBuildInfo", "CProcessEnd",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ] + capabilities,
            swiftSettings: strict),
        .executableTarget(name: "rssctl", dependencies: ["RSSCommands"], swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: ["RSSCore", "RSSModel", "PostgresClient", "RedisClient", "CZlib"] + capabilities,
            path: "Tests/Support",
            exclude: ["Scripts"],
            swiftSettings: strict),
        .testTarget(
            name: "ConsoleTests", dependencies: ["Console", "RSSModel"], exclude: ["Golden"], swiftSettings: strict),
        .testTarget(name: "CSVTests", dependencies: ["CSV"], swiftSettings: strict),
        .testTarget(
            name: "SpreadsheetTests", dependencies: ["Spreadsheet", "RSSSystem", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "SQLScriptTests", dependencies: ["SQLScript", "CPgQuery"], swiftSettings: strict),
        .testTarget(
            name: "RedisClientTests", dependencies: ["RedisClient", "RSSModel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "JournalTests", dependencies: ["Journal", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        capabilityTests("RSSCore", ["Journal"]),
        capabilityTests("RSSMigrate"),
        capabilityTests("RSSPartition"),
        capabilityTests("RSSBulk", ["CSV", "Spreadsheet", "CZstd"]),
        capabilityTests("RSSReport"),
        capabilityTests("RSSCache"),
        capabilityTests("RSSAnalyze"),
        capabilityTests("RSSSetup"),
        .testTarget(
            name: "RSSCommandsTests",
            dependencies: [
                "RSSCommands", "RSSCore", "RSSModel", "Console",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + capabilities,
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "TestSupport", "RSSCommands", "RSSCore", "RSSModel", "PostgresClient", "RedisClient", "Journal",
                "Spreadsheet", "Console", "rssctl",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + capabilities,
            exclude: ["Golden", "Errors"], swiftSettings: strict),
        .testTarget(
            name: "PostgresClientTests", dependencies: ["PostgresClient", "TestSupport"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
