/// A documented result and what this run says about it.
package struct ExpectationCheck: Sendable, Equatable {
  /// How the two compare.
  package enum Status: String, Sendable {
    /// The result lies within the declared tolerance.
    case consistent = "CONSISTENT"
    /// It does not.
    case diverged = "DIVERGED"
    /// This run has no such result.
    case skipped = "SKIPPED"
  }

  /// What was documented.
  package let expectation: Manifest.Expectation
  /// The value of this run, averaged over seeds.
  package let observed: Double?
  /// How the two compare.
  package let status: Status

  /// Compares the table's values with the manifest's expectations.
  init(_ expectation: Manifest.Expectation, observed: Double?) {
    self.expectation = expectation
    self.observed = observed
    guard let observed, let expected = Double(expectation.expected),
      let tolerance = Double(expectation.tolerance)
    else {
      status = .skipped
      return
    }
    // Written so that a NaN diverges.
    status = abs(observed - expected) <= tolerance ? .consistent : .diverged
  }
}
