import Files
import Foundation

/// A checkpoint of Axolotl that is whole, as the plugin's manifest in it says, which is written last.
struct AxolotlCheckpoint: Sendable {
  /// The step after which it was saved.
  let step: Int
  /// Its folder.
  let path: String
  /// SHA-256 of its manifest, which has the digest of every file.
  let root: Digest

  private static let manifest = "replicate.json"

  /// The newest whole one in a folder; what is not whole is removed, and `note` told.
  ///
  /// - Throws: ``FileError`` if the folder cannot be read or changed.
  static func newest(in folder: ContainedPath, _ note: (String) -> Void) throws
    -> AxolotlCheckpoint?
  {
    let numbered = try folder.names().compactMap { name in
      name.hasPrefix("checkpoint-") ? Int(name.dropFirst("checkpoint-".count)) : nil
    }
    for step in numbered.sorted(by: >) {
      let place = folder.appending("checkpoint-\(step)")
      do {
        return try AxolotlCheckpoint(at: place, step: step)
      } catch {
        note("the checkpoint after step \(step) is passed over and removed: \(error)")
        try place.remove()
      }
    }
    return nil
  }

  /// Verifies every file of a checkpoint.
  private init(at place: ContainedPath, step: Int) throws {
    let source = place.appending(Self.manifest)
    let bytes = try OpenFile.contents(of: source)
    let content = JSONField(
      try JSONParser.parse(bytes, source: source.path), source: source.path)
    guard try content["step"].integer() == step else {
      throw EngineError(.damagedWeights, "\(source.path) is of another step.")
    }
    let files = try content["files"].members()
    guard files.contains(where: { $0.key == "trainer_state.json" }) else {
      throw EngineError(.damagedWeights, "\(source.path) lists no trainer_state.json.")
    }
    for (name, file) in files {
      let found = try SHA256.digest(ofFileAt: place.appending(name).path)
      guard found == (try file["sha256"].digest()) else {
        throw EngineError(.damagedWeights, "\(place.appending(name).path) was changed.")
      }
    }
    self.step = step
    path = place.path
    root = SHA256.digest(of: bytes)
  }
}
