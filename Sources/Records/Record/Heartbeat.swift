import Dispatch
package import Files
import Foundation

/// A run's sign of life: a file in its record whose time of change is renewed while the process works.
///
/// It tells that the process is alive and not that it gets on, which the log tells. The file is made by this object only,
/// so that a record that was sealed, and its heartbeat removed, never gets another one.
final class Heartbeat: Sendable {
  /// Seconds between two signs; half of what is promised, so that a busy machine keeps the promise too.
  private static let interval = 15

  private let file: OpenFile
  // On a queue of its own: those that computations share may be full for hours.
  // nonisolated(unsafe): set up before anybody else has this object, and only cancelled then.
  nonisolated(unsafe) private let timer = DispatchSource.makeTimerSource(
    queue: DispatchQueue(label: "replicate.heartbeat", qos: .utility))

  /// Begins to give signs of life in a record's folder, which may be renamed later.
  ///
  /// - Throws: ``FileError`` `unwritable`.
  init(inFolder folder: ContainedPath) throws(FileError) {
    // Made anew: the times of a file that somebody else put there are not this process's to change.
    file = try OpenFile(
      folder.appending(RecordFile.heartbeat), flags: O_WRONLY | O_CREAT | O_EXCL)
    beat()
    timer.setEventHandler { [weak self] in self?.beat() }
    timer.schedule(
      deadline: .now() + .seconds(Heartbeat.interval), repeating: .seconds(Heartbeat.interval),
      leeway: .seconds(1))
    timer.resume()
  }

  deinit { timer.cancel() }

  private func beat() { futimens(file.rawValue, nil) }
}

/// When a run that is not sealed was last heard of.
package struct SignsOfLife: Sendable, Equatable {
  /// When the last event was written to the log.
  package let lastEvent: FileStatus.Time?
  /// When the process last said that it is alive; of an older version nil.
  package let heartbeat: FileStatus.Time?

  /// Seconds without a heartbeat after which a person is told: several times what is promised.
  package static let patience = 120.0

  /// The later of both.
  package var latest: FileStatus.Time? {
    [lastEvent, heartbeat].compactMap(\.self).max()
  }

  /// Looks at the record in a folder.
  package init(ofRecordAt place: ContainedPath) throws(FileError) {
    lastEvent = try FileStatus(at: place.appending(RecordFile.events))?.modified
    heartbeat = try FileStatus(at: place.appending(RecordFile.heartbeat))?.modified
  }
}
