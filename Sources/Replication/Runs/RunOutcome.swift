import Files
package import Records

/// What a run came to: the sealed record, and what is read out of it.
package struct RunOutcome: Sendable, Equatable {
  /// The record.
  package let record: SealedRecord
  /// Values that were set in place of the manifest's own.
  package let overrides: [String]
  /// Why nothing was computed, if nothing was.
  package let reuse: String?
  /// The arms' scores side by side; nil without two arms to compare.
  package let table: ResultTable?
  /// How the results compare with what is documented; nil for a manifest without expectations.
  package var judgement: Judgement?

  /// The exit code of a command that ends with this outcome: that of the judgement.
  package var exitCode: Int32 { judgement?.exitCode ?? ExitStatus.success }
}
