import Files
import Manifests

/// Documents that results count, or that stand before others, and that samples lack.
struct MissingDocuments: Equatable {
  /// How many are not there.
  let count: Int
  /// How many were evaluated, by the results or, where they do not count them, at least.
  let total: Int

  /// Holds what was found against `n-samples`; nil if nothing is missing.
  ///
  /// Versions before 0.4.3 do not count documents, but evaluate all of them up to a limit, so that a number that is left out
  /// is one that is missing.
  ///
  /// - Parameters:
  ///   - results: the results of the run.
  ///   - task: the task, by the results' name for it.
  ///   - found: how many documents have samples.
  ///   - last: the highest number of a document that has samples, from 0.
  ///   - isComplete: whether the hash of all samples is the one that the results give; nil if that is not known.
  init?(results: JSON?, task: String, found: Int, last: Int, isComplete: Bool?) {
    // Of documents that were chosen with --samples, the count is that of the whole split: the hash knows better.
    guard isComplete != true else { return nil }
    let counted = results?["n-samples"]?[task]?["effective"]?.doubleValue.flatMap(
      Int.init(exactly:))
    let total = counted ?? (last < Int.max ? last + 1 : last)
    guard total > found else { return nil }
    count = total - found
    self.total = total
  }

  /// The shortage in words.
  func sentence(of task: String) -> String {
    "\(task): \(count) of \(English.count(total, "document")) are missing; of the rest, every score was compared, but no value of the whole."
  }
}

/// The hash that results give for the samples of a task, held against the samples.
struct TaskHash {
  /// Whether both are the same; nil where the results give none or a line lacks its hashes.
  let isSame: Bool?

  /// Hashes the hashes of lines in the order of the file.
  init(results: JSON?, task: String, of hashes: [(number: Int, hash: String)], lines: Int) {
    guard let expected = results?["task_hashes"]?[task]?.stringValue, hashes.count == lines else {
      isSame = nil
      return
    }
    let all = hashes.sorted { $0.number < $1.number }.map(\.hash).joined()
    isSame = SHA256.digest(of: all).hex == expected
  }
}
