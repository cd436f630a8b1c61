import ArgumentParser
import Foundation
import Manifests
import Records
import Replication

struct Check: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge what records hold by documented results, without computing any anew.",
    discussion: """
      By default a record is judged by the expectations that its run was locked to. Several records are judged together: \
      `replicate import DIR --arm NAME` makes one for each arm out of what lm-evaluation-harness wrote. Ends with 0 if \
      every required verdict is REPRODUCED or CONSISTENT, 1 if one is DIVERGED, 3 if the evidence cannot be trusted \
      (TAMPERED, INVALID), 4 if nobody can tell (INCONCLUSIVE, UNTESTABLE), 5 if a required result is missing.
      """)

  @Argument(
    help: "First digits of records' ids, or paths of records' folders.", completion: .directory)
  var records: [String]

  @Option(
    help: "What to judge by: the name of an experiment, its folder, or a YAML file.",
    completion: .file(extensions: ["yaml"]))
  var against: String?

  @OptionGroup var judging: JudgingOptions

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    let start = ContinuousClock.now
    var outcome = try RecordCheck(
      records, artifacts: artifacts.artifacts,
      expectations: try against.map { try ExperimentCatalog.standard.experiment($0) }
    ).run()
    outcome.judgement.allowsInconclusive = judging.allowInconclusive
    let judgement = outcome.judgement
    try judging.write(
      judgement, of: outcome.records, by: outcome.expectations,
      seconds: (ContinuousClock.now - start) / .seconds(1))
    try report(outcome)
  }
}
