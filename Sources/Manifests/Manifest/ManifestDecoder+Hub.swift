import Assets
import Provenance

extension ManifestDecoder {
  /// Reads an asset of the Hugging Face Hub: a repository, its revision and files.
  func decodeHub(
    _ mapping: MappingReader, _ kind: HubRepository.Kind, _ reader: NodeReader
  ) -> Manifest.AssetOrigin? {
    for key in ["sha256", "bytes"] {
      mapping.forbid(key, "each of the 'files' can have its own")
    }
    for key in ["member", "members"] {
      mapping.forbid(key, "only an asset with 'wheel' has members")
    }
    let name = valid(
      reader, HubRepository.isName, "an owner and a name, as in 'google/gemma-3-1b-it'")
    let revision = mapping.required("revision", "a commit of 40 hexadecimal digits").flatMap {
      valid($0, HubRepository.isRevision, "a commit, a branch or a tag")
    }
    let isGated = mapping.optional("gated").map { $0.boolean() } ?? false
    let files = mapping.required(
      "files", "paths with what is known of each, as in 'config.json: {}'"
    ).map(decodeHubFiles)
    guard let name, let revision, let isGated, let files else { return nil }
    return .hub(
      Manifest.HubFiles(
        repository: HubRepository(
          kind: kind, name: name, revision: revision, isGated: isGated), files: files))
  }

  private func decodeHubFiles(_ reader: NodeReader) -> [Manifest.HubFiles.File] {
    guard let mapping = reader.mapping(path: "files") else { return [] }
    guard (1...512).contains(mapping.entries.count) else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to have 1 to 512 entries, but it has \(mapping.entries.count)")
      return []
    }
    return mapping.entries.compactMap { entry in
      guard HubRepository.isPath(entry.key), let value = mapping.chosen(entry.key) else {
        decoding.report(
          .invalidValue, at: entry.position, length: max(1, entry.key.unicodeScalars.count),
          "'\(NodeReader.shortened(entry.key))' is not the path of a file in a repository: letters, digits and '._+=-', parts joined by '/', none of them hidden"
        )
        return nil
      }
      guard let known = value.mapping(path: "files.\(entry.key)") else { return nil }
      defer { known.finish() }
      return Manifest.HubFiles.File(
        path: entry.key, sha256: known.optional("sha256")?.digest(),
        bytes: known.optional("bytes").flatMap(decodeSize))
    }
  }

  private func valid(_ reader: NodeReader, _ isValid: (String) -> Bool, _ expected: String)
    -> String?
  {
    guard let text = reader.text(expected) else { return nil }
    guard isValid(text) else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to be \(expected), but it is '\(NodeReader.shortened(text))'")
      return nil
    }
    return text
  }
}
