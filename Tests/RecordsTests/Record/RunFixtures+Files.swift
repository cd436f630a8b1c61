import RecordFixtures

@testable import Records

extension RunFixtures {
  /// Paths of all regular files of a record.
  func files(of id: String) throws -> [String] {
    let names = try RecordFile.names(inRecord: store.place(of: id)).files
    return (names + [RecordFile.events, RecordFile.summary]).map { "\(store.path(of: id))/\($0)" }
  }
}
