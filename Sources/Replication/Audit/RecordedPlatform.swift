import Files
import Records
import Tensors

/// Whether this machine and build compute the bits that a record's did.
struct RecordedPlatform: Sendable {
  /// Why the bits may be others, in a sentence; nil if they are the same.
  private let difference: String?

  /// Compares the self-tests of all processes that worked on a run, and what products were computed with, with those
  /// of this process.
  ///
  /// - Throws: ``FileError`` for a session without a self-test.
  init(_ record: SealedRecord, numerics: Numerics) throws {
    var difference: String?
    for session in record.sessions {
      let field = JSONField(session, source: "\(record.path)/\(RecordFile.summary)")
      let comparison = PlatformComparison(
        try RecordedSelfTest(field["self_test"]), .ofThisProcess,
        names: ("the recorded run", "this process"))
      if comparison.finding != .samePlatform { difference = comparison.sentence }
      guard numerics == .openblas else { continue }
      let library = session["environment"]?["libraries"]?["openblas"]?.stringValue ?? "none"
      if library != Numerics.openBLASVersion {
        difference =
          "The run computed with OpenBLAS \(library), and this machine has \(Numerics.openBLASVersion)."
      }
    }
    self.difference = difference
  }

  /// Whether the bits have to be the same.
  var isThisOne: Bool { difference == nil }

  /// How answers agree that do.
  var agreement: String {
    isThisOne ? "every bit as recorded" : "as recorded within what two arithmetics differ by"
  }

  /// What a comparison with another platform is worth.
  var notes: [String] {
    guard let difference else { return [] }
    return [
      difference,
      "So only log-likelihoods were compared, and within a tolerance: answers that were forged by less are not found, and neither are generated texts. An audit on the recorded platform is stronger.",
    ]
  }
}
