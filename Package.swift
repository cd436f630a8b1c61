// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "replicate",
  products: [
    .executable(name: "replicate", targets: ["replicate"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox.git", exact: "0.27.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess.git", exact: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
  ],
  targets: [
    // MARK: - C libraries
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(
      name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CSnappy", pkgConfig: "snappy", providers: [.apt(["libsnappy-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
    .systemLibrary(
      name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .target(
      name: "CKernels",
      // -O3 also in debug builds: tests run the real kernels at full speed.
      cSettings: [
        .unsafeFlags(["-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"])
      ]),

    // MARK: - Ground floor
    .target(name: "Files", dependencies: ["CLibcrypto"]),

    // MARK: - Native engine
    .target(name: "Tensors", dependencies: ["CKernels", "Files"]),
    .target(name: "Tokenizers", dependencies: ["Files"]),
    .target(name: "LanguageModels", dependencies: ["CKernels", "Files", "Tensors", "Tokenizers"]),
    // What a training is to do, as values, so that a manifest can say it and no record sees a trainer.
    .target(name: "Recipes", dependencies: ["CKernels", "Files", "Tensors"]),
    .target(
      name: "Training",
      dependencies: ["CKernels", "Files", "LanguageModels", "Recipes", "Tensors", "Tokenizers"]),

    // MARK: - Measurement
    .target(name: "Statistics"),
    // What is asked and how answers are scored: no model.
    .target(name: "Scoring", dependencies: ["Files", "Statistics", "Tokenizers"]),
    .target(
      name: "Evaluation",
      dependencies: ["Files", "LanguageModels", "Scoring", "Tensors", "Tokenizers"]),

    // MARK: - Replication
    .target(name: "Provenance", dependencies: ["CLibcrypto", "CLibgit2", "Files"]),
    // Pins, downloads, archives, rows.
    .target(
      name: "Assets",
      dependencies: [
        "CBrotli", "CLZ4", "CSnappy", "CZlib", "CZstd", "Files",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // What a replication is, and what is documented of it.
    .target(
      name: "Manifests",
      dependencies: [
        "Assets", "Files", "Provenance", "Recipes", "Scoring", "Statistics", "Tensors",
        "Tokenizers", .product(name: "Yams", package: "Yams"),
      ]),
    // Evidence and its judgement: sees nothing that computes it.
    .target(
      name: "Records",
      dependencies: [
        "Assets", "Files", "Manifests", "Provenance", "Scoring", "Statistics", "Tensors",
        "Tokenizers",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    // What computes: engines, runs, audits, the determinism ladder.
    .target(
      name: "Replication",
      dependencies: [
        "Assets", "Evaluation", "Files", "LanguageModels", "Manifests", "Provenance",
        "Recipes", "Records", "Scoring", "Statistics", "Tensors", "Tokenizers", "Training",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: [.embedInCode("Engines/Axolotl/Resources")]),
    // Outcomes as text, JSON, JUnit, Markdown and pages; style and script of pages are part of the program.
    .target(
      name: "Reports",
      dependencies: [
        "Assets", "Files", "Manifests", "Provenance", "Records", "Replication", "Scoring",
        "Statistics", "Tensors", "Tokenizers",
      ],
      resources: [.embedInCode("Page")]),
    // Pages to this machine's browser.
    .target(
      name: "Serving",
      dependencies: [
        "Files", "Replication", "Reports",
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ]),
    .executableTarget(
      name: "replicate",
      dependencies: [
        "Assets", "Files", "LanguageModels", "Manifests", "Provenance", "Records", "Replication",
        "Reports", "Scoring", "Serving", "Tensors", "Tokenizers",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      plugins: ["BuildState"]),
    // Tells the program which commit it is built from; only its own target is built anew for that.
    .plugin(name: "BuildState", capability: .buildTool()),

    // MARK: - Benchmarks
    .executableTarget(
      name: "matrix-benchmark", dependencies: ["COpenBLAS", "Tensors"],
      path: "Benchmarks/MatrixProducts"),
    .executableTarget(
      name: "parquet-benchmark", dependencies: ["Assets", "Files"],
      path: "Benchmarks/ParquetStrings"),
    .executableTarget(
      name: "preparation-benchmark",
      dependencies: ["Assets", "Files", "Recipes", "Tokenizers", "Training"],
      path: "Benchmarks/Preparation"),
    .executableTarget(
      name: "training-profile",
      dependencies: ["LanguageModels", "Recipes", "Tensors", "Training"],
      path: "Benchmarks/Profile"),

    // MARK: - Tests
    .target(name: "TestSupport", dependencies: ["Assets", "Files"], path: "Tests/TestSupport"),
    .target(
      name: "RecordFixtures",
      dependencies: ["Files", "Manifests", "Provenance", "Records", "Scoring", "TestSupport"],
      path: "Tests/RecordFixtures"),
    .testTarget(
      name: "TensorsTests", dependencies: ["CKernels", "Files", "Tensors", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Files", "TestSupport", "Tokenizers"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "LanguageModelsTests",
      dependencies: ["Files", "LanguageModels", "Tensors", "TestSupport", "Tokenizers"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "CKernels", "Files", "LanguageModels", "Recipes", "Tensors", "TestSupport", "Tokenizers",
        "Training",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "Files", "LanguageModels", "Scoring", "Tensors", "TestSupport", "Tokenizers",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "FilesTests", dependencies: ["Files", "TestSupport"], resources: [.copy("Fixtures")]),
    .testTarget(name: "ProvenanceTests", dependencies: ["Files", "Provenance", "TestSupport"]),
    .testTarget(
      name: "AssetsTests", dependencies: ["Assets", "Files", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ManifestsTests",
      dependencies: [
        "Assets", "Files", "Manifests", "Provenance", "Recipes", "Scoring", "Statistics", "Tensors",
        "TestSupport", "Tokenizers",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "RecordsTests",
      dependencies: [
        "Assets", "Files", "Manifests", "Provenance", "RecordFixtures", "Records", "Scoring",
        "Statistics", "Tensors", "TestSupport", "Tokenizers",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ReplicationTests",
      dependencies: [
        "Assets", "Evaluation", "Files", "LanguageModels", "Manifests", "Provenance",
        "Recipes", "RecordFixtures", "Records", "Replication", "Scoring", "Statistics", "Tensors",
        "TestSupport", "Tokenizers", "Training",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Assets", "Files", "Manifests", "Provenance", "RecordFixtures", "Records", "Replication",
        "Recipes", "Reports", "Scoring", "Statistics", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "Files", "Provenance", "RecordFixtures", "Records", "Reports", "Serving", "TestSupport",
      ]),
    .testTarget(
      name: "replicateTests",
      dependencies: [
        "Files", "replicate", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.copy("Fixtures")]),
  ],
  swiftLanguageModes: [.v6]
)

// One set of compiler settings for every Swift target.
let numericTargets: Set<String> = [
  "Assets", "Files", "LanguageModels", "Recipes", "Statistics", "Tensors", "Tokenizers", "Training",
]
for target in package.targets
where target.type != .system && target.type != .plugin && target.name != "CKernels" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
  if numericTargets.contains(target.name) {
    // Element loops in Swift run some fifty times slower in tests without optimisation.
    target.swiftSettings?.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
  }
}
