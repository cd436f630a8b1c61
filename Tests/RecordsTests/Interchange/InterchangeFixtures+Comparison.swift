import Files
import RecordFixtures
import TestSupport

@testable import Manifests
@testable import Records

extension InterchangeFixtures {
  /// Scores what was written anew, without a record.
  func compare(_ names: TaskNames = TaskNames()) throws -> HarnessComparison {
    HarnessComparison(
      try HarnessFolder(at: folder.path(of: "out"), names: names, languageData: nil), names: names)
  }

  /// The lines that a person reads of differences.
  func text(_ comparison: HarnessComparison) -> String {
    (comparison.differences.map(\.sentence) + comparison.aggregateDifferences.map(\.sentence))
      .joined(separator: "\n")
  }

  /// The code of the error that reading what was written throws, and its sentence.
  func failure() -> (code: InterchangeError.Code?, sentence: String)? {
    do {
      _ = try compare()
      return nil
    } catch {
      return ((error as? InterchangeError)?.code, "\(error)")
    }
  }
}
