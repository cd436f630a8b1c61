import ArgumentParser
import Assets
import Files
import Manifests
import Replication
import Reports

struct Engine: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Install an engine that is no part of this program.",
    subcommands: [EngineSetup.self])
}

struct EngineSetup: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Make virtual environments of Axolotl and lm-evaluation-harness.",
    discussion: """
      Installs from requirements with the digest of every file, with uv where it is in PATH and else with pip, whose \
      settings say where packages come from. What is there already is kept; what is half there is made anew. \
      Without --cuda they are for CPUs. \
      A link named training or evaluation in the folder engines/axolotl-VERSION of the artifacts folder brings an \
      environment that you have, such as one of a container.
      """)

  /// The engines that can be installed.
  enum Name: String, ExpressibleByArgument, CaseIterable { case axolotl }

  @Argument(help: "The engine.") var name: Name

  @Option(help: "Version of Axolotl.") var release = Manifest.Axolotl.Version.v021

  @Flag(
    name: .customLong("cuda"),
    help: "Install what computes on GPUs with CUDA 13: Python 3.11 for 0.19.0, 3.12 for 0.21.0.")
  var isForCUDA = false

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    let environment = AxolotlEnvironment(release, in: ArtifactsFolder(artifacts.artifacts))
    try AxolotlSetup(environment, isForCUDA: isForCUDA).run(StopSignals.shared.interruption) {
      Console.error("· \($0)")
    }
    try report(environment)
  }
}

extension Manifest.Axolotl.Version: ExpressibleByArgument {}
