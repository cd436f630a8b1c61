import Files
import Yams

/// The settings of another program, as its YAML file has them.
package enum ForeignSettings {
  /// The keys at the top that have one short value, with that as it is written, in the order of the file.
  ///
  /// - Throws: ``ManifestError`` for what is no YAML, no mapping, or larger than a manifest may be.
  package static func read(
    _ bytes: [UInt8], name: String
  ) throws(ManifestError) -> [(key: String, text: String)] {
    let decoding = ManifestDecoding(
      try ManifestSource(bytes: bytes, name: name), subject: "the configuration")
    let settings = decoding.root()?.named().compactMap { key, value in
      value.node.scalar.flatMap { Self.isShort($0.string) ? (key: key, text: $0.string) : nil }
    }
    return try decoding.finished(settings)
  }

  private static func isShort(_ text: String) -> Bool {
    !text.isEmpty && text.unicodeScalars.count <= 200 && !text.contains(where: \.isNewline)
  }
}
