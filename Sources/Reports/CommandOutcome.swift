package import Files
import Manifests
import Records
import Replication

/// What a command came to: as it is told to a person, to a program, and to whoever started the command.
package protocol CommandOutcome {
  /// What a person reads.
  var text: ReportText { get }
  /// The same as one object, for programs.
  var json: JSON { get }
  /// What the command ends with, one of ``ExitStatus``.
  var exitCode: Int32 { get }
}

extension CommandOutcome {
  /// Nothing can be wrong with most outcomes: what could is an error.
  package var exitCode: Int32 { ExitStatus.success }
}

extension AnchorExchange.Outcome: CommandOutcome {}
extension AxolotlImport.Outcome: CommandOutcome {}
extension HarnessImport.Outcome: CommandOutcome {}
extension LogDifference: CommandOutcome {}
extension RecordExport.Outcome: CommandOutcome {}
extension RecordRescoring.Outcome: CommandOutcome {}
extension ResumeCertificate: CommandOutcome {}
extension SampleProofCheck: CommandOutcome {}

extension AuditReport: CommandOutcome {
  package var text: ReportText { AuditText.text(self) }
}

extension AxolotlEnvironment: CommandOutcome {
  package var text: ReportText { "Axolotl \(version.rawValue) is installed in \(folder)." }
  package var json: JSON {
    [
      "schema": "replicate/engine/v1", "engine": "axolotl", "version": .string(version.rawValue),
      "training": .string(training), "evaluation": .string(evaluation),
    ]
  }
}

extension DoctorReport: CommandOutcome {
  package var text: ReportText { DoctorText.text(self) }
  package var json: JSON { DoctorJSON.json(self) }
}

extension EvaluationOutcome: CommandOutcome {
  package var text: ReportText { EvaluationText.text(self) }
  package var json: JSON { EvaluationJSON.json(self) }
}

extension GarbageCollection.Outcome: CommandOutcome {
  package var text: ReportText { HousekeepingText.text(self) }
  package var json: JSON { HousekeepingJSON.json(self) }
}

extension LadderOutcome: CommandOutcome {
  /// The conclusion; rungs are told when they are done.
  package var text: ReportText { LadderText.conclusion(self) }
  package var json: JSON { LadderJSON.json(self) }
}

extension ModelComparison: CommandOutcome {
  package var text: ReportText { ComparisonText.text(self) }
  package var json: JSON { ComparisonJSON.json(self) }
}

extension PowerAnalysis: CommandOutcome {
  package var text: ReportText { PowerText.text(self) }
  package var json: JSON { PowerJSON.json(self) }
}

extension RecordCheck.Outcome: CommandOutcome {
  package var text: ReportText {
    ReportText(paragraphs: [VerdictText.heading(self), VerdictText.text(judgement)])
  }
  package var json: JSON { VerdictJSON.json(self) }
  package var exitCode: Int32 { judgement.exitCode }
}

extension RecordDifference: CommandOutcome {
  package var exitCode: Int32 { isSame ? ExitStatus.success : ExitStatus.different }
}

extension RecordOverview: CommandOutcome {
  package var text: ReportText { RecordText.text(self) }
  package var json: JSON { RecordJSON.json(self) }
}

extension RunLog: CommandOutcome {
  package var text: ReportText { RunLogText.text(self) }
  package var json: JSON { RunLogJSON.json(self) }
}

extension RunOutcome: CommandOutcome {
  package var text: ReportText { OutcomeText.text(self) }
  package var json: JSON { OutcomeJSON.json(self) }
}

extension RunPlan: CommandOutcome {
  package var text: ReportText { PlanText.text(self) }
  package var json: JSON { OutcomeJSON.json(self) }
  package var exitCode: Int32 { missing == nil ? ExitStatus.success : ExitStatus.unavailable }
}

extension SampleProof: CommandOutcome {
  /// The object, as a file of it has to be.
  package var text: ReportText {
    ReportText(((try? OutcomeJSON.text(json)) ?? "").split(separator: "\n").map(String.init))
  }
}

extension StoreVerification.Outcome: CommandOutcome {
  package var text: ReportText { HousekeepingText.text(self) }
  package var json: JSON { HousekeepingJSON.json(self) }
}
