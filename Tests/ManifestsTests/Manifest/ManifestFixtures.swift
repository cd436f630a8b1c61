import Foundation
import TestSupport

@testable import Manifests

/// The manifests that tests read and edit.
enum ManifestFixtures {
  /// The folder of fixtures.
  static let folder = Checkout.folder.appending(
    path: "Tests/ManifestsTests/Fixtures/manifest")

  /// A manifest that uses most of the schema.
  static func validText() throws -> String {
    try String(contentsOf: folder.appending(path: "valid.yaml"), encoding: .utf8)
  }

  /// That manifest, read.
  static func valid() throws -> Manifest { try decode(validText()) }

  /// Reads a text as the file "m.yaml".
  static func decode(_ text: String) throws -> Manifest {
    try ManifestDecoder.decode(Array(text.utf8), name: "m.yaml")
  }
}
