import Files
import Foundation
import Testing

@testable import Assets

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
