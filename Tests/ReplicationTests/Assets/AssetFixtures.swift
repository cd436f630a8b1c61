import Foundation
import Provenance
import Testing

@testable import Replication

/// The files that make_assets.py wrote.
enum AssetFixtures {
  /// Path of a fixture.
  static func path(_ name: String) throws -> String {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return folder.appendingPathComponent("assets/\(name)").path
  }

  /// Content of a fixture.
  static func bytes(_ name: String) throws -> [UInt8] {
    try OpenFile.contents(of: path(name))
  }

  /// A digest that no content has.
  static func otherDigest() throws -> Digest {
    try #require(Digest(hex: String(repeating: "0", count: 64)))
  }
}

/// A folder that exists as long as this value.
final class TemporaryFolder {
  /// Absolute path.
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and gives its path.
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = "\(path)/\(name)"
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Relative paths of all files below, sorted.
  func files() -> [String] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.filter { name in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: "\(path)/\(name)", isDirectory: &isFolder)
      return exists && !isFolder.boolValue
    }.sorted()
  }
}

/// The message of the asset error that `body` throws; records an issue if it throws none.
func assetError<Result>(
  _ code: AssetError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Result
) async -> String {
  do {
    _ = try await body()
    Issue.record("No error was thrown.", sourceLocation: sourceLocation)
  } catch let error as AssetError {
    #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
    return error.message
  } catch {
    Issue.record("Another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
  return ""
}
