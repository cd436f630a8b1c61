import Files
import Foundation
import Manifests
import Scoring
import Synchronization

/// The samples of an evaluation that is not finished, in a file that a kill at any moment leaves usable.
///
/// The first line tells which evaluation it is; every further line is a sample as ``SampleResult/jsonLine`` has it. A
/// last line that a kill has cut off is dropped.
final class EvaluationJournal: Sendable {
  /// Seconds after which samples are also safe from a machine that stops.
  private static let secondsBetweenSaves = 5.0
  private static let format = "replicate/evaluation-journal/v1"

  private let place: ContainedPath
  private var path: String { place.path }
  private let file: OpenFile
  /// Keeps other processes out while this object lives.
  private let lock: FileLock
  private let lastSave = Mutex(ContinuousClock.now)

  /// Opens the journal at a place or creates an empty one.
  ///
  /// - Throws: ``FileError`` `locked` if another process writes it, `unwritable` if it cannot be written.
  init(path place: ContainedPath) throws(FileError) {
    self.place = place
    lock = try FileLock(path: place)
    file = try OpenFile(place, flags: O_RDWR | O_APPEND)
  }

  /// The samples that an evaluation with this identity left, in the order in which they were finished.
  ///
  /// `identity` is an object with all that the samples depend on.
  ///
  /// - Throws: ``EvaluationCommandError`` `output` if the journal is that of another evaluation or damaged.
  func begin(_ identity: JSON) throws -> [SampleResult] {
    let bytes = try OpenFile.contents(of: place)
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let unfinished = lines.popLast() ?? []
    guard let header = lines.first else { return try beginAnew(identity) }
    let other = try self.identity(in: header)
    // A journal without samples binds nobody.
    guard lines.count > 1 else { return try beginAnew(identity) }
    try check(other, identity)
    if !unfinished.isEmpty { try file.truncate(to: bytes.count - unfinished.count) }
    return try lines.dropFirst().enumerated().map { index, line in
      do {
        return try SampleResult(jsonLine: line)
      } catch let error as EvaluationError {
        throw EvaluationCommandError(
          .output,
          "Line \(index + 2) of \(path), an unfinished evaluation, is damaged: \(error.message) Remove the file to begin anew."
        )
      }
    }
  }

  /// Forgets what the file holds and begins with nothing.
  func beginAnew(_ identity: JSON) throws -> [SampleResult] {
    try file.truncate(to: 0)
    let header: JSON = ["journal": .string(Self.format), "identity": identity]
    try file.write(try CanonicalJSON.encode(header) + [UInt8(ascii: "\n")])
    try file.synchronize()
    try place.parent.synchronizeFolder()
    return []
  }

  private func identity(in header: ArraySlice<UInt8>) throws -> JSON.Object {
    let found = try? JSONParser.parse(Array(header), source: path)
    guard found?["journal"]?.stringValue == Self.format,
      let other = found?["identity"]?.objectValue
    else {
      throw EvaluationCommandError(
        .output,
        "\(path) is not an unfinished evaluation of this version; remove it or choose another folder with --output."
      )
    }
    return other
  }

  private func check(_ other: JSON.Object, _ identity: JSON) throws {
    let keys = identity.objectValue?.keys ?? []
    let differing = keys.filter { other[$0] != identity[$0] }
    guard differing.isEmpty, other.keys.count == keys.count else {
      throw EvaluationCommandError(
        .output,
        "\(path) holds an unfinished evaluation that differs in \(differing.joined(separator: ", ")): finish it with its own command, remove the file, or choose another folder with --output."
      )
    }
  }

  /// Adds a sample; when this returns, no kill of this process can lose it.
  func append(_ sample: SampleResult) throws(FileError) {
    try file.write(Array((sample.jsonLine + "\n").utf8))
    let isDue = lastSave.withLock { last in
      let now = ContinuousClock.now
      guard now - last >= .seconds(Self.secondsBetweenSaves) else { return false }
      last = now
      return true
    }
    if isDue { try file.synchronize() }
  }

  /// Removes the journal, whose samples are stored elsewhere by now.
  func remove() throws(FileError) {
    try place.remove()
  }

  /// Removes the file if it holds no sample: it was only created to find out whether it can be.
  func removeIfEmpty() {
    guard let bytes = try? OpenFile.contents(of: place) else { return }
    if bytes.count(where: { $0 == UInt8(ascii: "\n") }) < 2 { try? place.remove() }
  }
}
