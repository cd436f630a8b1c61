import ArgumentParser
import Assets
import Records
import Replication

struct Diff: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Compare two records, or two logs of other engines, and name where they first differ.",
    discussion: """
      Of records: candidate causes (manifest, inputs, program, code, environment, self-test) and observed effects: the \
      first training step that differs, how far losses, gradient norms and weights then lie apart and whether rounding \
      explains it, and for every evaluation how many documents were answered otherwise, scored \
      otherwise for the same answer, or are not the same. Of logs, which are files or folders that are no records: where \
      two trainer_state.json, or two outputs of lm-evaluation-harness, first differ by a bit. Ends with 1 if results of \
      records differ, with 6 if logs do, with 2 if the two have nothing in common.
      """)

  @Argument(
    help: "First digits of a record's id, or its folder; or a log.", completion: .file())
  var a: String
  @Argument(help: "The record or log that it is compared with.", completion: .file())
  var b: String

  @Option(
    help:
      "Which run of lm-evaluation-harness in the first folder: the beginning of its date, as in 2026-01-31T23-59; else the newest."
  )
  var date: String?

  @Option(help: "Which run in the second folder, which may be the same folder.")
  var otherDate: String?

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    if [a, b].contains(where: LogComparison.isPath(ofLog:)) {
      return try report(LogComparison.compare(a, b, dates: (date, otherDate)))
    }
    guard date == nil, otherDate == nil else {
      throw ValidationError(
        "--date and --other-date choose runs in folders of lm-evaluation-harness, not records.")
    }
    let records = try [a, b].map {
      try SealedRecord(named: $0, artifacts: artifacts.artifacts)
    }
    try report(
      RecordDifference(
        records[0], records[1],
        weightsIn: ArtifactStore(ArtifactsFolder(artifacts.artifacts))))
  }
}
