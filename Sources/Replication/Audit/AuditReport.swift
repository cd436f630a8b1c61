import Files
package import Records

/// What an audit of a record found, level by level: each says by itself what it proves.
package struct AuditReport: Sendable, Equatable {
  /// The levels, those first that disprove a forged record with the least effort.
  package enum Level: String, Sendable, CaseIterable {
    /// The chain of the log and the digests of all files.
    case digests
    /// The commit that the record was anchored as, which whoever seals a record anew cannot replace elsewhere.
    case anchor
    /// Every arm, seed, step and document that the manifest and the lock ask for, and the same batches for all arms.
    case completeness
    /// Metrics from the recorded scores of documents, and verdicts from the expectations.
    case metrics
    /// What follows from the pinned inputs alone: documents, prompts and choices, and what every step learned from.
    case inputs
    /// Weights and kept checkpoints, which the record vouches for and does not hold.
    case artifacts
    /// Answers and scores from the recorded responses.
    case rescoring
    /// Answers of the recorded weights, given again.
    case reevaluation
    /// Training, executed again.
    case replay

    /// What is checked, in words.
    package var text: String {
      switch self {
      case .digests: "chain and digests"
      case .anchor: "anchor in git"
      case .completeness: "completeness"
      case .metrics: "metrics and verdicts"
      case .inputs: "documents and batches"
      case .artifacts: "weights and checkpoints"
      case .rescoring: "scores from responses"
      case .reevaluation: "answers, given again"
      case .replay: "training, replayed"
      }
    }
  }

  /// What came of a level.
  package enum Status: String, Sendable {
    /// Everything that was checked is as recorded.
    case passed
    /// Something is not.
    case failed
    /// Nothing was checked, for the reason given.
    case skipped
    /// Something that was asked for cannot be checked here, for the reason given.
    case unavailable
  }

  /// One level.
  package struct Entry: Sendable, Equatable {
    /// What was checked.
    package let level: Level
    /// What is wrong, a sentence each, with the thing named; empty if nothing is.
    package var findings: [String] = []
    /// What was checked, or why nothing was, in sentences.
    package var notes: [String] = []
    /// Whether anything was checked.
    package var isDone = true
    /// What kept something that was asked for from being checked, in one sentence; it says nothing of the record.
    package var obstacle: String?

    /// What came of it.
    package var status: Status {
      guard findings.isEmpty else { return .failed }
      if obstacle != nil { return .unavailable }
      return isDone ? .passed : .skipped
    }
  }

  /// The audited record.
  package let record: String
  package let path: String
  /// Whether it was imported from another program's output, not executed.
  package var isImported = false
  /// Levels in the order in which they were done.
  package var entries: [Entry] = []
  /// The verdict on the record's results, if it was locked to expectations and its evidence holds.
  package var judgement: Judgement?

  /// Whether nothing that was checked contradicts the record.
  package var isIntact: Bool { entries.allSatisfy { $0.findings.isEmpty } }

  /// 0 if nothing contradicts the record, 3 if something does, 7 if what was asked for could not be checked here.
  ///
  /// The verdict on its results is another matter: ``judgement``.
  package var exitCode: Int32 {
    guard isIntact else { return ExitStatus.tampered }
    return entries.contains { $0.status == .unavailable }
      ? ExitStatus.unavailable : ExitStatus.success
  }
}
