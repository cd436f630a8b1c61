import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Files
@testable import Provenance
@testable import Records

@Suite("A clock that was set back") struct ClockTests {
  @Test("A run that began in the future goes on, is sealed, and stays intact")
  func future() throws {
    let fixtures = try RunFixtures()
    var record: RunRecord? = try fixtures.begin()
    try record?.append(.unknown(type: "note", ["text": "before"]))
    let (id, path) = (try #require(record?.id), try #require(record?.path))
    record = nil
    // The same events, as a clock 80 years ahead would have dated them.
    let log = "\(path)/\(RecordFile.events)"
    var chain = EventChain(recordID: id)
    var bytes: [UInt8] = []
    for event in try EventLog.read(ContainedPath(log), recordID: id).events {
      let later = Event(
        index: event.index, time: "2106" + event.time.dropFirst(4), type: event.type,
        data: event.data)
      let line = try later.line(previous: chain.head)
      line.withUnsafeBytes { chain.append($0) }
      bytes += line
    }
    try put(bytes, log)

    let resumed = try fixtures.begin()
    #expect(resumed.id == id)
    let sealed = try resumed.seal(RunFixtures.summary)
    #expect(try sealed.findings() == [])
    #expect(sealed.created.hasPrefix("2106") && !sealed.sealed.hasPrefix("2106"))
    #expect(try RunStore(artifacts: fixtures.folder.path).list().map(\.status) == [.sealed])
  }
}
