import Assets
import Files
import Foundation

/// The digest of a model's files: a GGUF file, or the files of a Hugging Face folder that a loader reads.
enum CheckpointDigest {
  /// Endings of the files of a folder that count; weights in other formats, images and text do not.
  private static let endings = [".safetensors", ".json", ".jinja", ".model"]

  /// Throws ``AssetError`` `file` unless there is a file or a folder at `path`; gives whether it is a folder.
  @discardableResult
  static func requireModel(at path: String) throws -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw AssetError(code: .file, message: "There is no model at \(path).")
    }
    return isFolder.boolValue
  }

  /// SHA-256 of the file at `path`, or of one line a file of the folder: digest, a space and the name.
  ///
  /// Links are followed, as download caches have them. Throws ``AssetError`` `file`.
  static func digest(of path: String) throws -> Digest {
    guard try requireModel(at: path) else { return try ArtifactStore.hash(fileAt: path).sha256 }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw AssetError(code: .file, message: "Could not list the folder \(path).")
    }
    let files = names.filter { name in
      !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) }
    }
    var hash = SHA256()
    for name in files.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      hash.update("\(try ArtifactStore.hash(fileAt: "\(path)/\(name)").sha256.hex) \(name)\n")
    }
    return hash.finalize()
  }
}
