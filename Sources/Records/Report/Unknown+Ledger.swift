import Files
import Manifests

extension Unknown {
  /// Everything that is not known of these runs and of their verdicts.
  static func all(_ accounts: [RunAccount], _ check: RecordCheck.Outcome?) -> [Unknown] {
    accounts.flatMap { ofRun($0) } + (check.map { ofVerdicts($0) } ?? [withoutExpectations])
  }

  private static let withoutExpectations = Unknown(
    subject: "expectations",
    sentence: "Nothing is documented that these results could be held against.",
    remedy: "A run of a manifest with expectations, or `--against EXPERIMENT`.")

  private static func ofRun(_ account: RunAccount) -> [Unknown] {
    let record = account.record
    var unknowns: [Unknown] = []
    func add(_ subject: String, _ sentence: String, _ remedy: String?) {
      unknowns.append(Unknown(subject: subject, sentence: sentence, remedy: remedy))
    }
    if record.isImported {
      add(
        "computation",
        "The results of the record \(record.id) were imported: nothing here says how they were computed.",
        "A run of the same manifest with an engine of this program.")
      unknowns += record.summary.unknowns
    }
    let trained = record.summary.arms.filter { $0.seed != nil }
    let seeds = Set(trained.map(\.seed)).count
    if !trained.isEmpty, seeds < DifferenceTest.leastSeedCount {
      add(
        "seeds",
        "How much results vary between trainings is not known from \(English.count(seeds, "seed")).",
        "At least \(DifferenceTest.leastSeedCount) seeds.")
    }
    if !trained.isEmpty, record.checkpoints.isEmpty, !record.isImported {
      add(
        "trainings",
        "No checkpoint between the first and the last step was kept: an audit has to train an arm again from its beginning.",
        "A run that keeps checkpoints.")
    }
    for program in account.programs {
      guard let commit = program.commit else {
        add("code", "Which commit replicate \(program.version) was built from is not known.", nil)
        continue
      }
      if let patch = program.patch {
        add(
          "code",
          "The program was built from the commit \(commit.prefix(12)) and changes with the SHA-256 \(patch.hex.prefix(12)), which nobody has reviewed as a commit.",
          "A run of a program that was built from a clean commit.")
      }
    }
    let unlicensed = account.inputs.filter { $0.license == nil }.map(\.asset)
    if !unlicensed.isEmpty {
      add("licences", "No licence is stated of \(English.list(unlicensed)).", nil)
    }
    for input in account.manifest?.unpinned ?? [] {
      add("inputs", "The input \(input.asset) has no digest: \(input.reason)", nil)
    }
    let processors = Set(
      record.sessions.map { English.shown($0["environment"]?["processor"] ?? .null) })
    if processors.count == 1, !record.isImported {
      add(
        "machines",
        "All of the run was computed on one kind of processor; that another gives the same bits this record does not show.",
        "The same run on another machine, and `replicate diff`.")
    }
    return unknowns
  }

  private static func ofVerdicts(_ check: RecordCheck.Outcome) -> [Unknown] {
    var unknowns: [Unknown] = []
    if !check.isLocked {
      unknowns.append(
        Unknown(
          subject: "lock",
          sentence:
            "Nothing shows that the expectations were written before the results were known.",
          remedy: "A run that is locked to them before it begins."))
    }
    for notice in check.judgement.notices {
      unknowns.append(Unknown(subject: "precedence", sentence: notice, remedy: nil))
    }
    if let notice = check.judgement.recordedNotice {
      unknowns.append(Unknown(subject: "scores", sentence: notice, remedy: nil))
    }
    for verdict in check.judgement.verdicts {
      for finding in verdict.findings {
        if [.inconclusive, .untestable, .skipped].contains(finding.status) {
          unknowns.append(
            Unknown(subject: verdict.id, sentence: finding.why, remedy: remedy(finding)))
        }
        if case .authored(let reason)? = finding.band?.kind {
          unknowns.append(
            Unknown(
              subject: verdict.id,
              sentence:
                "The limits were chosen by whoever wrote the expectations, not computed: \(reason)",
              remedy: "Bands from repeated runs."))
        }
      }
    }
    return unknowns
  }

  private static func remedy(_ finding: Finding) -> String? {
    switch finding.status {
    case .skipped: return "An evaluation of \(finding.row.map { "\($0)" } ?? "it")."
    case .untestable: return "Other items, or more of them."
    default: break
    }
    if let smallest = finding.smallestDetectable {
      return
        "More items or seeds: a difference of \(Decimals.fixed(smallest, 4)) would be noticed four times in five."
    }
    guard let interval = finding.test?.interval else { return nil }
    return
      "More seeds or documents: an interval narrower than \(Decimals.fixed(interval.lower, 4)) to \(Decimals.fixed(interval.upper, 4))."
  }
}
