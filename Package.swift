// swift-tools-version: 6.2

import PackageDescription

/// `MAILSEAL_FUZZ=1` instruments all modules and adds the program that runs the targets of Tests/Fuzz under libFuzzer.
let isFuzzing = Context.environment["MAILSEAL_FUZZ"] == "1"
let sanitizers: [String] = isFuzzing ? ["-sanitize=fuzzer,address"] : []

let strict: [SwiftSetting] =
    [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableExperimentalFeature("Lifetimes"),
    ] + (isFuzzing ? [.unsafeFlags(sanitizers)] : [])

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func command(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies + [.product(name: "ArgumentParser", package: "swift-argument-parser")],
        swiftSettings: strict)
}

func tests(of name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies, swiftSettings: strict)
}

func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

// Lowest floor first: a module imports only from the floors below it (Docs/architecture.md).
let package = Package(
    name: "mailseal",
    products: [
        .library(name: "Mailseal", targets: ["Mailseal"]),
        .executable(name: "mailseal", targets: ["MailsealCommand"]),
        .executable(name: "mailseal-sample", targets: ["SampleArchiveCommand"]),
    ],
    dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")],
    targets: [
        system("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        // Its pkg-config file calls for libraries that only a static link needs.
        system("CCurl", apt: "libcurl4-openssl-dev"),
        system("CGMP", pkgConfig: "gmp", apt: "libgmp-dev"),
        system("CLibdeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
        // Its pkg-config file calls for libraries that only a static link needs.
        system("CUnbound", apt: "libunbound-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        // Floor 1
        module("Bytes"),
        module("Files", "Bytes"),
        // Floor 2
        module("BigIntegers", "Bytes", "CGMP"),
        module("Cryptography", "Bytes", "CCrypto"),
        module("Deflate", "Bytes", "CLibdeflate", "CZlib"),
        module("HTTP", "Bytes", "CCurl"),
        module("Mail", "Bytes"),
        module("Resolver", "Bytes", "Files", "CUnbound"),
        // Floor 3
        module("MerkleTree", "Bytes", "Cryptography"),
        module("DKIM", "Bytes", "Cryptography", "Mail"),
        module("KeyRecovery", "BigIntegers", "Cryptography"),
        module("Container", "Bytes", "Files", "Cryptography", "Deflate"),
        module("Intake", "Bytes", "Files", "Cryptography", "Deflate", "Mail", "CArchive"),
        // Floor 4
        module("KeyCheck", "BigIntegers", "Cryptography", "DKIM"),
        module("Manifest", "Bytes", "Cryptography", "MerkleTree"),
        module("Sealing", "Bytes", "Files", "Cryptography"),
        // Floor 5
        module(
            "Mailseal", "Bytes", "Files", "Cryptography", "Deflate", "Mail", "Resolver", "MerkleTree", "DKIM",
            "KeyRecovery", "Container", "Intake", "Manifest", "Sealing", "HTTP"),
        module("SampleArchive", "Bytes", "Cryptography"),
        // Floor 6
        command(
            "MailsealCommand", "Bytes", "Files", "Cryptography", "Resolver", "MerkleTree", "DKIM", "KeyRecovery",
            "Intake", "KeyCheck", "Manifest", "Sealing", "Mailseal"),
        command("SampleArchiveCommand", "SampleArchive"),
        .executableTarget(
            name: "BenchmarkCommand",
            dependencies: ["Bytes", "Files", "Cryptography", "Mail", "DKIM", "SampleArchive"],
            swiftSettings: strict),
        .executableTarget(
            name: "MutationCommand",
            dependencies: ["Bytes", "Files", "Cryptography", "Mailseal", "Manifest", "MerkleTree"],
            path: "Tests/Mutation", exclude: ["run.sh"], swiftSettings: strict),
        // What is fuzzed; a test puts Tests/Fuzz/Corpus and Tests/Fuzz/Found through it
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Bytes", "Files", "Cryptography", "Deflate", "Mail", "MerkleTree", "DKIM", "Container", "Intake",
                "Manifest", "Sealing", "Mailseal", "CArchive", "CZlib",
            ],
            path: "Tests/Fuzz/FuzzTargets", swiftSettings: strict),
        tests(of: "FuzzTargets", "Bytes", "Mail", "OtherProjects"),
        // What tests share: a folder of their own and programs run in it, a name server, the time that work takes, and where
        // test data of other projects lies
        .target(name: "ScratchFolders", path: "Tests/ScratchFolders", swiftSettings: strict),
        .target(
            name: "LoopbackZones", dependencies: ["ScratchFolders"], path: "Tests/LoopbackZones", swiftSettings: strict),
        .target(name: "ProcessorTime", path: "Tests/ProcessorTime", swiftSettings: strict),
        .target(name: "OtherProjects", path: "Tests/OtherProjects", swiftSettings: strict),
        tests(of: "Bytes", "ProcessorTime"),
        tests(of: "Files", "ScratchFolders"),
        tests(of: "BigIntegers", "Bytes"),
        tests(of: "Cryptography", "Bytes", "ScratchFolders"),
        tests(of: "Deflate", "Bytes", "Cryptography", "ScratchFolders", "CZlib"),
        tests(of: "HTTP"),
        tests(of: "Mail", "Bytes", "OtherProjects", "ProcessorTime", "ScratchFolders"),
        tests(of: "Resolver", "Bytes", "LoopbackZones"),
        tests(of: "MerkleTree", "Bytes", "Cryptography", "ScratchFolders"),
        tests(of: "DKIM", "Bytes", "Cryptography", "Mail", "ProcessorTime", "ScratchFolders"),
        tests(of: "KeyRecovery", "Bytes", "Cryptography"),
        tests(of: "Container", "Bytes", "Files", "Cryptography", "Deflate", "ScratchFolders"),
        tests(of: "Intake", "Bytes", "Files", "Cryptography", "Mail", "ScratchFolders"),
        tests(of: "KeyCheck", "Bytes", "Cryptography", "DKIM"),
        tests(of: "Manifest", "Bytes", "Cryptography", "MerkleTree", "ProcessorTime", "ScratchFolders"),
        tests(of: "Sealing", "Bytes", "Files", "Cryptography", "ScratchFolders"),
        tests(of: "SampleArchive", "Bytes", "Cryptography", "DKIM", "Mail", "ScratchFolders"),
        tests(
            of: "Mailseal", "Bytes", "Files", "Cryptography", "Deflate", "Mail", "MerkleTree", "DKIM", "Container",
            "KeyRecovery", "Intake", "Manifest", "OtherProjects", "ProcessorTime", "Resolver", "SampleArchive",
            "ScratchFolders", "Sealing"),
        tests(
            of: "MailsealCommand", "Bytes", "Cryptography", "Mail", "DKIM", "Mailseal", "Manifest", "SampleArchive",
            "LoopbackZones", "ScratchFolders"),
    ],
    swiftLanguageModes: [.v6]
)

if isFuzzing {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Fuzz", swiftSettings: strict,
            // The default linker fails at what the sanitizers bring.
            linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]),
    ]
}
