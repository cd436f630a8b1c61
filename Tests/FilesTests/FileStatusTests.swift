import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Status of files, and shared locks")
struct FileStatusTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Files, folders and links are told apart, and links are not followed")
  func kinds() throws {
    let file = try folder.write([1, 2, 3], to: "a/file")
    let link = folder.path(of: "link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    let status = try #require(try FileStatus(at: ContainedPath(file)))
    #expect(status.kind == .file && status.byteCount == 3 && status.linkCount == 1)
    #expect(try FileStatus(at: ContainedPath(folder.path(of: "a")))?.kind == .folder)
    #expect(try FileStatus(at: ContainedPath(link))?.kind == .link)
    #expect(try FileStatus(at: ContainedPath("/dev/null"))?.kind == .other)
    #expect(try FileStatus(at: ContainedPath(folder.path(of: "absent"))) == nil)
    #expect(throws: FileError.self) {
      try FileStatus(at: ContainedPath("\(file)/below"))
    }
    #expect(throws: FileError.self) {
      try FileStatus(at: ContainedPath("\(folder.path)/\(String(repeating: "a", count: 300))"))
    }
  }

  @Test("Another file under the same name, other bytes and another name all show")
  func changes() throws {
    let path = try folder.write([1], to: "file")
    let first = try #require(try FileStatus(at: ContainedPath(path)))
    #expect(try FileStatus(at: ContainedPath(path)) == first)
    try AtomicFile.write([1], to: path)
    let second = try #require(try FileStatus(at: ContainedPath(path)))
    #expect(second.inode != first.inode)
    _ = link(path, folder.path(of: "other"))
    let third = try #require(try FileStatus(at: ContainedPath(path)))
    #expect(third.linkCount == 2 && third.modified == second.modified)
    #expect(third.changed >= second.changed)
  }

  @Test("Times are in order, and their distance is in seconds")
  func times() {
    let early = FileStatus.Time(seconds: 1_748_779_200, nanoseconds: 900_000_000)
    let late = FileStatus.Time(seconds: 1_748_779_202, nanoseconds: 400_000_000)
    #expect(early < late && !(late < early))
    #expect(late.seconds(since: early) == 1.5)
    #expect(early.text == "2025-06-01T12:00:00.900Z")
  }

  @Test("Many share a lock, which keeps out who wants it alone, and the other way round")
  func sharing() throws {
    let path = folder.path(of: "lock")
    do {
      let first = try FileLock(sharing: ContainedPath(path))
      let second = try FileLock(sharing: ContainedPath(path))
      #expect(throws: FileError.self) { _ = try FileLock(path: ContainedPath(path)) }
      #expect(try !FileLock.isHeld(at: ContainedPath(path)))
      #expect(try FileLock.isHeld(at: ContainedPath(path), isShared: true))
      withExtendedLifetime(first) {}
      withExtendedLifetime(second) {}
    }
    let alone = try FileLock(path: ContainedPath(path))
    #expect {
      _ = try FileLock(sharing: ContainedPath(path))
    } throws: {
      ($0 as? FileError)?.code == .locked
    }
    withExtendedLifetime(alone) {}
  }
}
