import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Atomic files and locks")
struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("A file is created and replaced, and nothing else stays in the folder")
  func replaces() throws {
    try AtomicFile.write([1, 2, 3], to: folder.path(of: "a"))
    try AtomicFile.write([], to: folder.path(of: "a"))
    #expect(try OpenFile.contents(of: folder.path(of: "a")) == [])
    try AtomicFile.write(to: ContainedPath(folder.path(of: "a"))) { file in
      #expect(try names().contains { $0.hasPrefix(AtomicFile.temporaryPrefix) })
      try file.write([4])
    }
    #expect(try OpenFile.contents(of: folder.path(of: "a")) == [4])
    #expect(try names() == ["a"])
  }

  @Test("A writer that fails leaves the old content and no temporary file")
  func failingWriter() throws {
    struct Failure: Error {}
    try AtomicFile.write([1], to: folder.path(of: "a"))
    #expect(throws: Failure.self) {
      try AtomicFile.write(to: ContainedPath(folder.path(of: "a"))) { file in
        try file.write([9])
        throw Failure()
      }
    }
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.path(of: "no/b")) }
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.path) }
    #expect(try OpenFile.contents(of: folder.path(of: "a")) == [1])
    #expect(try names() == ["a"])
  }

  @Test("Folders are created with those above them; a file in the way is an error")
  func folders() throws {
    try AtomicFile.createFolder(folder.path(of: "b/c/d"))
    try AtomicFile.createFolder(folder.path(of: "b/c/d"))
    try AtomicFile.write([1], to: folder.path(of: "b/c/d/e"))
    #expect(throws: FileError.self) {
      try AtomicFile.createFolder(folder.path(of: "b/c/d/e"))
    }
    #expect(throws: FileError.self) {
      try AtomicFile.createFolder(folder.path(of: "b/c/d/e/f"))
    }
  }

  @Test(
    "A path's folder",
    arguments: [("a", "."), ("a/b", "a"), ("/a", "/"), ("/a/b/", "/a"), ("/", "/")])
  func folderOfPath(path: String, expected: String) {
    #expect(AtomicFile.folder(of: path) == expected)
  }

  @Test("A lock is exclusive, is waited for, and is free again when its holder is killed")
  func locks() throws {
    let path = folder.path(of: "lock")
    #expect(try !FileLock.isHeld(at: ContainedPath(path)))
    do {
      let lock = try FileLock(path: ContainedPath(path))
      #expect(try FileLock.isHeld(at: ContainedPath(path)))
      #expect {
        _ = try FileLock(path: ContainedPath(path))
      } throws: {
        ($0 as? FileError)?.code == .locked
      }
      _ = consume lock
    }
    #expect(try !FileLock.isHeld(at: ContainedPath(path)))

    let program = "/usr/bin/flock"
    guard FileManager.default.isExecutableFile(atPath: program) else { return }
    let holder = Process()
    holder.executableURL = URL(filePath: program)
    // Without --no-fork, the killed process would leave a child that still holds the lock.
    holder.arguments = ["--no-fork", path, "sleep", "600"]
    try holder.run()
    defer { if holder.isRunning { holder.terminate() } }
    while try !FileLock.isHeld(at: ContainedPath(path)), holder.isRunning { usleep(1000) }
    #expect(throws: FileError.self) { _ = try FileLock(path: ContainedPath(path)) }
    kill(holder.processIdentifier, SIGKILL)
    _ = try FileLock(path: ContainedPath(path), waitingSeconds: 600)
  }

  @Test(
    "Times are UTC in RFC 3339",
    arguments: [
      (0, "1970-01-01T00:00:00.007Z"), (951_782_400, "2000-02-29T00:00:00.007Z"),
      (951_868_799, "2000-02-29T23:59:59.007Z"), (1_735_689_599, "2024-12-31T23:59:59.007Z"),
      (4_107_542_400, "2100-03-01T00:00:00.007Z"),
    ])
  func times(seconds: Int, text: String) {
    #expect(Timestamp.text(seconds: seconds, milliseconds: 7) == text)
    #expect(Timestamp.seconds(of: text) == seconds)
  }

  @Test(
    "What is no such time is not read",
    arguments: [
      "", "2025-06-01T12:34:56Z", "2025-02-30T00:00:00.000Z", "2025-06-01T24:00:00.000Z",
      "2025-13-01T00:00:00.000Z", "1969-12-31T23:59:59.000Z", "2025-06-01 12:34:56.789Z",
      "12025-06-01T12:34:56.78Z", "2025-06-01T12:34:60.000Z", "é025-06-01T12:34:56.000Z",
    ])
  func notTimes(text: String) {
    #expect(Timestamp.seconds(of: text) == nil)
  }

  @Test("The time of now is that of Foundation")
  func now() throws {
    // Its texts have whole milliseconds.
    let before = Date().addingTimeInterval(-0.001)
    let time = try Date(
      Timestamp.now(), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    #expect((before...Date()).contains(time))
  }
}
