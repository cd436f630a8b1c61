package import Records
import Tensors

/// What the self-tests of two runs say about why their results may differ.
package struct PlatformComparison: Sendable, Equatable {
  /// The kinds of answer.
  package enum Finding: String, Sendable {
    /// Both platforms compute the same bits.
    case samePlatform
    /// A platform computes other bits than it should.
    case platformChanged
    /// Both platforms are right, each for the version that ran on it.
    case numericsChanged
    /// The two have no test in common.
    case unknown
  }

  /// What the digests say.
  package let finding: Finding
  /// Tests that both ran and that gave different digests, in the order of the first.
  package let differingTests: [String]
  /// The same for a person.
  package let sentence: String

  /// Compares two self-tests, which `names` call by the runs that they belong to.
  package init(
    _ first: RecordedSelfTest, _ second: RecordedSelfTest,
    names: (first: String, second: String) = ("the first run", "the second run")
  ) {
    let others = Dictionary(
      second.answers.answers.map { ($0.test, $0.digest) }, uniquingKeysWith: { first, _ in first })
    let common = first.answers.answers.filter { others[$0.test] != nil }
    let differing = common.filter { others[$0.test] != $0.digest }.map(\.test)
    let wrong = [(names.first, first), (names.second, second)].filter { _, selfTest in
      differing.contains { selfTest.failures.contains($0) }
    }
    differingTests = differing
    let list = differing.joined(separator: ", ")
    if common.isEmpty {
      finding = .unknown
      sentence =
        "The self-tests of \(names.first) and \(names.second) have no test in common, so they do not tell whether the platform changed."
    } else if differing.isEmpty {
      finding = .samePlatform
      sentence =
        "All \(common.count) self-tests gave the same bits in \(names.first) (\(first.instructionSet)) and \(names.second) (\(second.instructionSet)): what differs comes from the run, not from the platform."
    } else if wrong.isEmpty {
      finding = .numericsChanged
      sentence =
        "The numerics differ (\(list)) between the program versions of \(names.first) and \(names.second), and each gave its version's known answers: compare runs of one version."
    } else {
      finding = .platformChanged
      let place = wrong.map { "\($0.0) (\($0.1.instructionSet))" }.joined(separator: " and ")
      sentence =
        "The platform changed: \(list) gave other bits than the known answers in \(place); run `replicate doctor` there, because CPU, compiler or a library computes wrongly."
    }
  }
}
