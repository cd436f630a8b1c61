import Files

/// The folder that a training with Axolotl left, with what of it a record keeps.
///
/// No link in it is followed: whoever gives a folder away decides what lies in it, not what else is read here.
struct AxolotlFolder {
  /// The folder.
  let path: String
  /// The files that are kept.
  let files: [ImportedTraining.File: [UInt8]]
  /// Digests of the files with the final weights, by their names; empty if there are none.
  let weights: [String: Digest]
  /// What they tell.
  let training: ImportedTraining

  /// The largest model card or configuration; those of this kind have some thousand bytes.
  private static let largestText = 1 << 24

  /// Reads a folder.
  ///
  /// - Parameters:
  ///   - path: the `output_dir` of the training.
  ///   - settings: Axolotl's YAML file; nil to take what the model card has.
  ///   - events: what the plugin wrote; nil for the file of that name in the folder, if there is one.
  /// - Throws: What reading throws, ``FileError`` `link` for a link in the place of a file; see ``ImportedTraining``.
  init(_ path: String, settings: String?, events: String?) throws {
    let folder = ContainedPath(root: path)
    let names = try folder.names()
    var files: [ImportedTraining.File: [UInt8]] = [:]
    if let log = try Self.log(in: folder, names) {
      files[.log] = try Self.contents(of: log, limit: LogDocument.largest)
    }
    for (file, limit) in [
      (ImportedTraining.File.events, LogDocument.largest), (.model, Self.largestText),
      (.card, Self.largestText),
    ] where names.contains(file.rawValue) {
      files[file] = try Self.contents(of: folder.appending(file.rawValue), limit: limit)
    }
    for (file, path, limit) in [
      (ImportedTraining.File.events, events, LogDocument.largest),
      (.settings, settings, Self.largestText),
    ] {
      if let path { files[file] = try Self.contents(of: ContainedPath(path), limit: limit) }
    }
    self.path = folder.path
    self.files = files
    training = try ImportedTraining(files, in: folder.path)
    weights = try Self.weights(in: folder, names)
    try checkSaved()
  }

  /// The log in the folder itself, or else in its last checkpoint that has one.
  private static func log(
    in folder: ContainedPath, _ names: [String]
  ) throws -> ContainedPath? {
    let name = ImportedTraining.File.log.rawValue
    if names.contains(name) { return folder.appending(name) }
    let steps = names.compactMap { checkpoint in
      checkpoint.wholeMatch(of: /checkpoint-(0|[1-9][0-9]{0,17})/).flatMap { Int($0.1) }
    }
    for step in steps.sorted(by: >) {
      let log = folder.appending("checkpoint-\(step)/\(name)")
      if try FileStatus(at: log) != nil { return log }
    }
    return nil
  }

  private static func contents(of place: ContainedPath, limit: Int) throws -> [UInt8] {
    let file = try OpenFile.reading(place)
    let size = try file.byteCount()
    guard size <= limit else {
      throw InterchangeError(
        .damaged, "\(place.path) has \(size) bytes; a file of its kind has at most \(limit).")
    }
    return try file.contents()
  }

  /// The digests of `model.safetensors`, or of the parts of one.
  private static func weights(
    in folder: ContainedPath, _ names: [String]
  ) throws -> [String: Digest] {
    let pattern = /model(-[0-9]{1,9}-of-[0-9]{1,9})?\.safetensors/
    var weights: [String: Digest] = [:]
    for name in names where name.wholeMatch(of: pattern) != nil {
      weights[name] = try OpenFile.reading(folder.appending(name)).digest().sha256
    }
    return weights
  }

  /// Refuses weights that are not those that the plugin saw saved.
  private func checkSaved() throws(InterchangeError) {
    for (name, digest) in weights.sorted(by: { $0.key < $1.key }) {
      guard let saved = training.saved?[name], saved != digest else { continue }
      throw InterchangeError(
        .damaged,
        "\(path)/\(name) is not what Axolotl saved: it has the SHA-256 \(digest), but the plugin wrote \(saved)."
      )
    }
  }

  /// What the folder does not tell, its weights included.
  var unknowns: [Unknown] {
    guard weights.isEmpty || training.saved == nil else { return training.unknowns }
    let sentence =
      weights.isEmpty
      ? "What the final weights are is not known: the folder holds no model.safetensors."
      : "That \(English.list(weights.keys.sorted())) came out of the training that the log tells of is not known: nothing ties one to the other."
    return training.unknowns + [
      Unknown(
        subject: "final weights", sentence: sentence,
        remedy: "`replicate run NAME --engine axolotl`, whose plugin writes their digest.")
    ]
  }
}
