import Files

extension RunIndex {
  /// The id of the newest finished run of a replication, or the text itself where no run has that name.
  ///
  /// A run that was scaled down stands for its replication only if there is no whole one.
  ///
  /// - Parameters:
  ///   - name: the name of a replication, the first digits of a record's id, or the path of a record's folder.
  ///   - artifacts: the folder with the records.
  /// - Returns: What ``SealedRecord/init(named:artifacts:)`` takes.
  /// - Throws: ``RunError`` `notFound` for a name that no finished run has, `index`, or ``FileError`` when the records cannot be
  ///   listed.
  package static func newestRecord(named name: String, artifacts: String) throws -> String {
    let runs = try RunIndex(reading: artifacts).runs.filter {
      $0.name == name && $0.state == .sealed
    }
    let store = RunStore(artifacts: artifacts)
    guard !runs.isEmpty || name.allSatisfy(\.isHexDigit) || name.contains("/") else {
      throw RunError(
        .notFound,
        "There is no finished run named \(English.quoted(name)) in \(store.path); `replicate run NAME` makes one, and `replicate log` lists them."
      )
    }
    let whole = runs.first { run in
      let history = try? SealedRecord(at: store.place(of: run.id)).history()
      return history?.overrides.isEmpty == true
    }
    return (whole ?? runs.first)?.id ?? name
  }
}
