import Files

/// The last lines of a program's log, and whether there is room for what it writes, which they may not tell.
struct LogTail {
  /// Bytes below which a failure may come of the disk.
  private static let littleRoom = 10_000_000

  let sentence: String

  init(of log: ContainedPath, lines count: Int = 8) {
    let text = (try? OpenFile.contents(of: log)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    // A progress bar writes over its own line.
    let lines = text.split(whereSeparator: \.isNewline).filter {
      !$0.allSatisfy(\.isWhitespace)
    }
    // On one line, since what a terminal is told of strangers' text has no others.
    let last = lines.suffix(count).map { $0.prefix(300) }.joined(separator: " | ")
    let said =
      lines.isEmpty
      ? "It printed nothing." : "The last lines of its log, \(log.path): \(last) |"
    let folder = log.parent.path
    let free = MachineRoom(folder: folder).freeDisk
    guard let free, free < Self.littleRoom else {
      sentence = said
      return
    }
    sentence =
      "\(said) Of the disk that it writes to, only \(free / 1000) kB are free at \(folder): make room there."
  }
}
