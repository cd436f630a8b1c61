import Files
import Foundation
import Testing

@testable import Assets

/// The files that make_assets.py wrote.
enum AssetFixtures {
  /// Path of a fixture.
  static func path(_ name: String) throws -> String {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    return folder.appendingPathComponent(name).path
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
