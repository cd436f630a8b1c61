import Files
import Foundation

extension ManifestDecoder {
  /// Reads `axolotl:`.
  func decodeAxolotl(_ reader: NodeReader) -> Manifest.Axolotl? {
    guard let mapping = reader.mapping(path: "axolotl") else { return nil }
    defer { mapping.finish() }
    var axolotl = Manifest.Axolotl()
    if let version = mapping.optional("version") {
      axolotl.version = version.choice(of: Manifest.Axolotl.Version.self) ?? axolotl.version
    }
    if let precision = mapping.optional("precision") {
      axolotl.precision = precision.choice(of: Manifest.Axolotl.Precision.self) ?? .float32
    }
    if let distribution = mapping.optional("distribution") {
      axolotl.distribution = distribution.choice(of: Manifest.Axolotl.Distribution.self) ?? .ddp
    }
    let settings = mapping.optional("settings")?.mapping(path: "axolotl.settings")
    axolotl.settings = (settings?.named() ?? []).compactMap { name, value in
      value.setting().map { (name, $0) }
    }
    for entry in mapping.optional("ignored")?.list() ?? [] {
      guard let name = entry.identifier() else { continue }
      if !axolotl.settings.contains(where: { $0.key == name }) {
        entry.report(
          .unknownReference,
          "'\(name)' is none of 'axolotl.settings', so nothing of it can be ignored")
      }
      axolotl.ignored.append(name)
    }
    axolotl.measuresRounding = mapping.optional("measure_rounding")?.boolean() ?? false
    return axolotl
  }
}

extension NodeReader {
  /// A setting of another program: true, false, a number or a text.
  fileprivate func setting() -> JSON? {
    guard let text = line("true, false, a number or a text") else { return nil }
    if isWord("true") || isWord("false") { return .bool(text == "true") }
    guard isWord(text), text.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil else {
      return .string(text)
    }
    return Int64(text).map(JSON.integer) ?? Double(text).map(JSON.number)
  }
}
