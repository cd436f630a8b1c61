import Assets
package import Files

/// What a finished step left: files in the content-addressed store, and small results.
package struct StepResult: Sendable, Equatable {
  /// Digests of the output files, by what they are: "weights", "samples".
  package var outputs: [String: Digest]
  /// Results that are small enough to be kept here.
  package var details: JSON

  /// Creates a result.
  package init(outputs: [String: Digest], details: JSON) {
    self.outputs = outputs
    self.details = details
  }
}

/// Finished steps by their identity keys, so that nothing is computed twice: `<artifacts>/steps/<key>.json`.
///
/// A key is a digest of everything that a step's result depends on. An entry is written only after its outputs are
/// durable, appears whole or not at all, and carries a digest of itself; one that was damaged counts as absent. Whether
/// the outputs are still in the store is for the caller to check.
package struct StepCache: Sendable {
  /// The folder.
  let folder: ContainedPath

  private static let schema = "replicate/step/v1"

  /// The cache inside an artifacts folder, which need not exist yet.
  package init(artifacts: String) { folder = ArtifactsFolder(artifacts).steps }

  /// The result of a finished step, or nil.
  ///
  /// - Parameters:
  ///   - key: The step's identity.
  ///   - damaged: Called with a sentence if there is an entry that cannot be used.
  /// - Returns: What ``store(_:for:)`` was given.
  /// - Throws: ``FileError`` `unreadable` if the entry exists and cannot be read.
  package func find(_ key: Digest, damaged: (String) -> Void = { _ in }) throws(FileError)
    -> StepResult?
  {
    let file = place(of: key)
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try OpenFile.contents(of: file)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
    do throws(FileError) {
      return try StepCache.read(bytes, key: key, file: file.path)
    } catch {
      damaged("the entry of a finished step cannot be used: \(error.message)")
      return nil
    }
  }

  /// Remembers a finished step, whose outputs must be durable by now.
  package func store(_ result: StepResult, for key: Digest) throws(FileError) {
    let body = try StepCache.body(result, key: key)
    let entry: JSON = ["step": body, "sha256": JSON(try CanonicalJSON.digest(of: body))]
    try folder.createFolder()
    try AtomicFile.write(try CanonicalJSON.encode(entry), to: place(of: key))
  }

  private func place(of key: Digest) -> ContainedPath { folder.appending("\(key).json") }

  private static func body(_ result: StepResult, key: Digest) throws(FileError) -> JSON {
    var outputs = JSON.Object()
    for (name, digest) in result.outputs.sorted(by: { $0.key < $1.key }) {
      outputs[name] = JSON(digest)
    }
    return [
      "schema": .string(schema), "key": JSON(key), "outputs": .object(outputs),
      "details": result.details,
    ]
  }

  private static func read(_ bytes: [UInt8], key: Digest, file: String) throws(FileError)
    -> StepResult
  {
    let field = JSONField(try JSONParser.parse(bytes, source: file), source: file)
    let body = field["step"]
    guard try field["sha256"].digest() == CanonicalJSON.digest(of: body.value ?? .null) else {
      throw FileError(
        .invalidJSON, "\(file) does not hash to the digest that it carries.")
    }
    guard try body["schema"].string() == schema else {
      throw body["schema"].failure("\"\(schema)\"")
    }
    guard try body["key"].digest() == key else {
      throw body["key"].failure("the key that the file is named by")
    }
    var outputs: [String: Digest] = [:]
    for (name, digest) in try body["outputs"].members() { outputs[name] = try digest.digest() }
    return StepResult(outputs: outputs, details: body["details"].value ?? [:])
  }
}
