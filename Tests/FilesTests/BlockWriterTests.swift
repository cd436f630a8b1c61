import Files
import Foundation
import TestSupport
import Testing

@Suite("A file that is written in blocks")
struct BlockWriterTests {
  private static let block = 32 << 20

  /// A disk, and a file system in memory, which may not know writes past the page cache, where there is one.
  private static let places = [NSTemporaryDirectory(), "/dev/shm"].filter {
    FileManager.default.isWritableFile(atPath: $0)
  }

  /// Bytes with a period that divides no block.
  private static func bytes(_ count: Int) -> [UInt8] {
    let period = (0..<4093).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 3) }
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += period.prefix(count - bytes.count) }
    return bytes
  }

  @Test(
    "has the bytes it was given, whatever their pieces",
    arguments: [0, 1, block - 1, block, block + 1, 2 * block + 4097], places)
  func bytes(count: Int, place: String) throws {
    let folder = URL(filePath: place).appending(path: "replicate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "file").path
    try Data("old".utf8).write(to: URL(filePath: path))

    let bytes = Self.bytes(count)
    try AtomicFile.writeBlocks(to: ContainedPath(path)) { writer in
      var (start, piece) = (0, 1)
      while start < count {
        let end = min(start + piece, count)
        try writer.write(Array(bytes[start..<end]))
        (start, piece) = (end, piece * 3 + 1)
      }
      #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(bytes))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
  }

  @Test("leaves the old content and no trace if it is abandoned")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("old".utf8), to: "file")
    struct Abandoned: Error {}
    #expect(throws: Abandoned.self) {
      try AtomicFile.writeBlocks(to: ContainedPath(path)) { writer in
        try writer.write(Self.bytes(Self.block + 1))
        throw Abandoned()
      }
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
    #expect(folder.files() == ["file"])
  }
}
