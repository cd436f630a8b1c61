package import Files
package import Manifests
package import Records

/// What fixing a replication came to.
package struct LockOutcome: CommandOutcome {
  /// What is fixed to what.
  package let text: ReportText
  /// The lock as its file holds it.
  package let json: JSON

  /// Tells of the lock of a manifest.
  ///
  /// - Parameters:
  ///   - lock: The lock.
  ///   - file: The manifest.
  ///   - isUnchanged: Whether there was an equal one already.
  /// - Throws: An error if the lock's own text is none.
  package init(_ lock: ManifestLock, of file: ManifestFile, isUnchanged: Bool) throws {
    let path = ManifestLock.path(of: file)
    json = try JSONParser.parse(lock.encoded(), source: path)
    let expectations =
      lock.expectations.map { "the expectations \($0.hex.prefix(12))" } ?? "no expectations"
    let counts = lock.items.map { "\($0.count) of \($0.evaluation)" }.joined(separator: ", ")
    text =
      "\(path) \(isUnchanged ? "holds already" : "fixes") the manifest \(lock.manifest.hex.prefix(12)), \(expectations), the scorer (\(lock.scorer)) and the items (\(counts))."
  }
}
