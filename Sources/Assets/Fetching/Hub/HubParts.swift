import Files
import Foundation

/// The files that a large download lies in until it is one: the file itself, which grows at its end, and later parts
/// beside it.
///
/// Whenever a process is killed, the next one finds in the file itself a beginning without a gap, and in each part the
/// beginning of that part.
struct HubParts: Sendable {
  /// A part that is fetched by itself.
  struct Piece: Sendable, Equatable {
    /// The bytes of the file that it holds once it is complete.
    let bytes: Range<Int>
    /// Where it lies.
    let place: ContainedPath
  }

  /// The file itself.
  let whole: ContainedPath
  /// Its size in the end.
  let bytes: Int
  /// How it is cut.
  let cutting: HubDownload.Cutting

  /// Where parts begin, and the end; 0 and the end alone for a file that is too small.
  private var borders: [Int] {
    let count = max(1, min(cutting.connections, bytes / max(1, cutting.smallestPart)))
    // Division first: no product of a size from outside overflows.
    let length = bytes / count
    return (0..<count).map { $0 * length } + [bytes]
  }

  private func place(from start: Int) -> ContainedPath {
    let suffix = ArtifactWriter.resumableSuffix
    return whole.parent.appending("\(whole.name.dropLast(suffix.count)).\(start)\(suffix)")
  }

  /// All parts' files that are there, of this cut and of others.
  private func others() throws -> [ContainedPath] {
    let prefix = whole.name.dropLast(ArtifactWriter.resumableSuffix.count) + "."
    return try AssetError.wrapping(.file) {
      try whole.parent.names().filter { $0.hasPrefix(prefix) && $0 != whole.name }
        .map { whole.parent.appending($0) }
    }
  }

  /// Bytes that are here of the file.
  func byteCount() throws -> Int {
    try ([whole] + others()).reduce(0) { $0 + (try FileTransfer.size(of: $1)) }
  }

  /// The parts that are still to be fetched, the first of which is the beginning of the file itself; one for all of it.
  ///
  /// What is left of another cut, or cannot be a part, is removed.
  func prepare() throws -> [Piece] {
    let borders = borders
    var size = try FileTransfer.size(of: whole)
    guard size < bytes, borders.count > 2 else {
      try removeOthers(but: [])
      return [Piece(bytes: 0..<bytes, place: whole)]
    }
    // The file itself has reached into this part. Either it was being joined to it, and is there as a whole, or not.
    let current = borders.lastIndex { $0 <= size } ?? 0
    let (start, end) = (borders[current], borders[current + 1])
    if current > 0, try FileTransfer.size(of: place(from: start)) == end - start {
      try AssetError.wrapping(.file) {
        try OpenFile(whole, flags: O_WRONLY).truncate(to: start)
      }
      size = start
    }
    let joined = size == start && current > 0 ? current - 1 : current
    var pieces = [Piece(bytes: 0..<borders[joined + 1], place: whole)]
    for index in joined + 1..<borders.count - 1 {
      let piece = Piece(
        bytes: borders[index]..<borders[index + 1], place: place(from: borders[index]))
      if try FileTransfer.size(of: piece.place) > piece.bytes.count {
        try FileTransfer.remove(piece.place)
      }
      pieces.append(piece)
    }
    try removeOthers(but: pieces.map(\.place))
    return pieces
  }

  /// Appends complete parts to the file itself, and removes each then.
  func join(_ pieces: [Piece]) throws {
    for piece in pieces.dropFirst() {
      try AssetError.wrapping(.file) {
        let part = try OpenFile.reading(piece.place)
        let file = try OpenFile(whole, flags: O_WRONLY | O_APPEND)
        _ = try part.copy(to: file)
        try piece.place.remove()
      }
    }
  }

  /// Removes everything that is here of the file.
  func remove() throws {
    try FileTransfer.remove(whole)
    try removeOthers(but: [])
  }

  private func removeOthers(but kept: [ContainedPath]) throws {
    for place in try others() where !kept.contains(place) { try FileTransfer.remove(place) }
  }
}
