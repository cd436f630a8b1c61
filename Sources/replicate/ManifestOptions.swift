import ArgumentParser
import Assets
import Files
import Foundation
import Manifests
import Replication

/// Which manifest a command is about.
struct ManifestArgument: ParsableArguments {
  @Argument(
    help: "Name of a manifest, or the path of a YAML file.", completion: .file(extensions: ["yaml"])
  )
  var name: String

  /// Reads the manifest.
  func read() throws -> ManifestFile { try ManifestCatalog.standard.manifest(name) }
}

/// What of a manifest is run: with which optional arms, and with which values set in it.
struct SelectionOptions: ParsableArguments {
  @Option(help: "Run this optional arm too; may be repeated.")
  var arm: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set a value of the manifest, as training.max_steps=20 or 'evaluation.*.limit=50'; may be repeated. That is another run, which the documented results do not judge.",
      valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "What trains and evaluates, in place of the manifest's own: native or axolotl.")
  var engine: EngineName?

  /// Reads a manifest, and selects.
  func read(_ manifest: ManifestArgument) throws -> ManifestFile {
    let engine = engine.map { ["engine=\($0.rawValue)"] } ?? []
    return try ManifestCatalog.standard.manifest(manifest.name, overrides: overrides + engine)
      .selecting(arms: arm)
  }
}

/// How the processes of Axolotl are started, where it is the engine.
struct LaunchOptions: ParsableArguments {
  @Option(
    help:
      "What starts Axolotl's processes: python (one), torchrun, accelerate, or slurm (a script for sbatch). Without it python for one and torchrun for several."
  )
  var launcher: AxolotlLaunch.Launcher?

  @Option(help: "Nodes that the launcher slurm shares the processes out to.")
  var nodes = 1

  @Option(
    name: .customLong("slurm-option"), parsing: .unconditionalSingleValue,
    help: "A further option of sbatch, as --partition=gpu; may be repeated.")
  var slurmOptions: [String] = []

  func validate() throws {
    guard (1...1024).contains(nodes) else {
      throw ValidationError("--nodes is \(nodes); it has to be from 1 to 1024.")
    }
    for option in slurmOptions where !option.hasPrefix("-") || option.contains("\n") {
      throw ValidationError("--slurm-option is '\(option)'; it has to be an option of sbatch.")
    }
  }

  var launch: AxolotlLaunch {
    var launch = AxolotlLaunch()
    (launch.launcher, launch.nodes, launch.slurmOptions) = (launcher, nodes, slurmOptions)
    return launch
  }
}

extension EngineName: ExpressibleByArgument {}
extension AxolotlLaunch.Launcher: ExpressibleByArgument {}

/// Where inputs are that the user brings.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take an asset of the manifest from a local file or folder, whose digest is checked; may be repeated.",
      valueName: "name=path"),
    completion: .file())
  var asset: [LocalCopy] = []

  func validate() throws {
    for (index, copy) in asset.enumerated()
    where asset[..<index].contains(where: { $0.asset == copy.asset }) {
      throw ValidationError("--asset names '\(copy.asset)' twice.")
    }
  }

  /// The options with these inputs.
  func apply(to options: RunOptions) -> RunOptions {
    var options = options
    options.localCopies = asset
    return options
  }
}

extension LocalCopy: ExpressibleByArgument {
  /// Reads `NAME=PATH`; a relative path begins at the working directory.
  package init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(
      asset: String(parts[0]), path: ContainedPath.absolute(String(parts[1])))
  }
}

extension HubDownloader: ExpressibleByArgument {}

/// How a run is done; nothing here changes a result.
struct ExecutionOptions: ParsableArguments {
  @OptionGroup var store: ArtifactsOption

  @Option(help: "Threads to compute with (default: all processors). Results do not depend on it.")
  var threads: Int?

  @Flag(help: "Do not use the network.")
  var offline = false

  @Option(
    help: "Folder that is searched for inputs before the network; may be repeated.",
    completion: .directory)
  var mirror: [String] = []

  @Option(
    help: ArgumentHelp(
      "What downloads from the Hugging Face Hub: curl, or the Hub's own program hf, for its Xet protocol. Digests are checked in any case.",
      valueName: "program"))
  var downloader: HubDownloader = .curl

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); it has to be from 1 to 1024.")
    }
  }

  /// The options for a runner.
  var options: RunOptions {
    var options = RunOptions(
      artifacts: ContainedPath.absolute(store.artifacts),
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    options.isOffline = offline
    options.mirrorFolders = mirror
    options.hub = HubAccess(
      HubEnvironment(ProcessInfo.processInfo.environment), downloader: downloader)
    return options
  }
}

extension ManifestCatalog {
  /// Where this process looks for manifests.
  static var standard: ManifestCatalog {
    ManifestCatalog(
      workingDirectory: FileManager.default.currentDirectoryPath,
      executablePath: Bundle.main.executablePath ?? CommandLine.arguments[0])
  }
}
