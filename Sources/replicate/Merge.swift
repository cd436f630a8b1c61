import ArgumentParser
import Records
import Replication
import Reports

struct Merge: AsyncParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring finished steps of other artifacts folders, so that machines can share a run.",
    discussion: """
      Each machine does a part with `run --only`; the run that is given after merging makes the record. Every file is \
      hashed on the way, but what a step says of its own results is believed: merge what machines of yours did.
      """)

  @Argument(help: "Artifacts folder to bring from.", completion: .directory)
  var from: String

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() async throws {
    try report(
      await WorkMerge(from: from, to: artifacts.artifacts).run { Console.error("· \($0)") })
  }
}
