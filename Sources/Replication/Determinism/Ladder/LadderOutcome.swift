package import Assets
import Files
package import Records

/// What a rung came to.
package struct RungResult: Sendable, Equatable {
  /// How it ended.
  package enum Status: Sendable, Equatable {
    /// Every variant gave the bits of the reference.
    case identical
    /// One did not.
    case different
    /// Nothing was compared, for this reason.
    case skipped(String)
  }

  /// One execution that was compared, and where it parted from the reference.
  package struct Variant: Sendable, Equatable {
    /// What was varied: "3 threads".
    package let title: String
    /// Empty if nothing differs.
    package let divergences: [Divergence]
  }

  /// The rung.
  package let rung: Rung
  /// What was compared.
  package let variants: [Variant]
  /// Why nothing was compared; nil if something was.
  package var reason: String?
  /// What else a reader should know, one sentence each.
  package var notes: [String] = []
  /// Whether somebody asked for this rung by name; skipping it is then no success.
  package var isNamed = false
  /// Time that it took.
  package let seconds: Double

  /// How it ended.
  package var status: Status {
    if let reason { return .skipped(reason) }
    return variants.allSatisfy(\.divergences.isEmpty) ? .identical : .different
  }
}

/// What the whole ladder came to.
package struct LadderOutcome: Sendable, Equatable {
  /// The manifest's name.
  package let name: String
  /// Steps to which training was shortened; nil if it was not.
  package let steps: Int?
  /// The arithmetic of evaluation and of training, and the instruction set of the reference.
  package let numerics: String
  package let instructionSet: String
  /// The rungs, lowest first.
  package let rungs: [RungResult]
  /// Where a golden file was written.
  package var recorded: String?
  /// Whether one was to be written and could not be.
  package var isRecordingFailed = false
  /// Time that all of it took.
  package let seconds: Double

  /// The exit code of a command that ends with this outcome.
  ///
  /// 6 for a difference; else 5 if the golden file could not be written, and 7 if a rung that somebody named, or all of
  /// them, could not be verified.
  package var exitCode: Int32 {
    if rungs.contains(where: { $0.status == .different }) {
      return ExitStatus.nondeterministic
    }
    if isRecordingFailed { return ExitStatus.incomplete }
    if rungs.contains(where: { $0.isNamed && $0.reason != nil }) {
      return ExitStatus.unavailable
    }
    let isVacuous = !rungs.isEmpty && !rungs.contains { $0.status == .identical }
    return isVacuous && recorded == nil ? ExitStatus.unavailable : ExitStatus.success
  }
}

/// What the ladder tells while it works.
package enum LadderEvent: Sendable {
  /// An input is being brought.
  case asset(AssetEvent)
  /// A sentence about what is being done.
  case note(String)
  /// A rung is done.
  case rung(RungResult)
}
