import Assets
import Files

extension StepCache {
  /// An entry by the name of its file.
  struct Entry: Sendable {
    /// Where it is.
    let place: ContainedPath
    /// What the file is named by.
    let key: Digest
    /// What the step left; nil for an entry that cannot be used, for the reason given.
    let result: StepResult?
    let problem: String?
  }

  /// All entries, sorted by name.
  func entries() throws -> [Entry] {
    try folder.names().compactMap { name in
      guard name.hasSuffix(".json"), let key = Digest(hex: name.dropLast(5)) else { return nil }
      var problem: String?
      var result: StepResult?
      do throws(FileError) {
        result = try find(key) { problem = $0 }
      } catch {
        problem = error.message
      }
      return Entry(place: folder.appending(name), key: key, result: result, problem: problem)
    }
  }
}
