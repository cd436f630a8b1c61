import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Records

@Suite("Sealed records under attack")
struct SealedRecordTests {
  private let fixtures: RunFixtures

  init() throws { fixtures = try RunFixtures() }

  /// Whether a change of the record is noticed, by reading or by looking for findings.
  private func isNoticed(_ path: String) -> Bool {
    do {
      return try !SealedRecord(at: path).findings().isEmpty
    } catch {
      return true
    }
  }

  @Test("A flipped bit in any file is noticed")
  func flippedBits() throws {
    let sealed = try fixtures.seal()
    let step = ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == "1" ? 1 : 61
    for file in try fixtures.files(of: sealed.id) {
      let whole = try OpenFile.contents(of: file)
      // All bytes of short files; a grid over long ones, finer in a long test.
      for index in stride(from: 0, to: whole.count, by: whole.count > 200 ? step : 1) {
        var changed = whole
        changed[index] ^= 1 << UInt8(index % 8)
        try put(changed, file)
        #expect(isNoticed(sealed.path), "\(file), byte \(index)")
      }
      try put(whole, file)
    }
    #expect(!isNoticed(sealed.path))
  }

  @Test("Whoever reads a record twice reads the same bytes, whatever happened to the file")
  func evidence() throws {
    let record = try fixtures.begin()
    try record.write([1], to: "samples/a")
    let sealed = try record.seal(RunFixtures.summary)
    #expect(try sealed.findings() == [])
    try put([2], sealed.path + "/samples/a")
    #expect(try sealed.contents(of: "samples/a") == [1])
    #expect(try sealed.findings() == [])
    #expect(try SealedRecord(at: sealed.path).findings().count == 1)
  }

  @Test("Added, removed and swapped files are noticed and named")
  func files() throws {
    let record = try fixtures.begin()
    try record.write([1], to: "samples/a")
    try record.write([2], to: "samples/b")
    let sealed = try record.seal(RunFixtures.summary)
    let (a, b) = (sealed.path + "/samples/a", sealed.path + "/samples/b")
    // A record reads each of its files once.
    func findings() throws -> [String] { try SealedRecord(at: sealed.path).findings() }

    try put([3], sealed.path + "/extra")
    #expect(try findings().map { $0.contains("/extra is not part") } == [true])
    try FileManager.default.removeItem(atPath: sealed.path + "/extra")

    try put([2], a)
    try put([1], b)
    let swapped = try findings()
    #expect(swapped.count == 2 && swapped[0].contains(a) && swapped[1].contains(b))
    try put([1], a)
    try FileManager.default.removeItem(atPath: b)
    #expect(try findings().count == 1)
    try put([2], b)
    #expect(try findings() == [])
  }

  @Test("An edited result is noticed even if its digests were computed anew")
  func resealedResults() throws {
    let sealed = try fixtures.seal()
    let path = sealed.path + "/record.json"
    var object = try #require(JSONParser.parse(OpenFile.contents(of: path)).objectValue)
    var summary = RunFixtures.summary
    summary.arms[1].metrics[0].value = 0.5
    object["results"] = summary.json
    try put(CanonicalJSON.encode(.object(object)), path)
    #expect(throws: RunError.self) { try SealedRecord(at: sealed.path) }
    object["results_sha256"] = JSON(try CanonicalJSON.digest(of: summary.json))
    try put(CanonicalJSON.encode(.object(object)), path)
    let findings = try SealedRecord(at: sealed.path).findings()
    #expect(findings.count == 1)
    #expect(findings.first?.contains("events.jsonl") == true)
  }

  @Test("A number whose decimal text was edited and whose bits were not is refused")
  func editedDecimal() throws {
    let sealed = try fixtures.seal()
    let path = sealed.path + "/record.json"
    let text = String(decoding: try OpenFile.contents(of: path), as: UTF8.self)
    try put(Array(text.replacing("\"decimal\":\"0.3\"", with: "\"decimal\":\"0.4\"").utf8), path)
    #expect {
      try SealedRecord(at: sealed.path)
    } throws: {
      "\($0)".contains("results.arms[1].metrics[1].value")
    }
  }

  @Test("A record under another name is refused")
  func renamed() throws {
    let sealed = try fixtures.seal()
    let other = fixtures.store.path(of: "000000000000")
    try FileManager.default.moveItem(atPath: sealed.path, toPath: other)
    #expect(runErrorCode { _ = try SealedRecord(at: other) } == .damaged)
  }

  @Test("Mutated files of a record are read or refused with a sentence, never more")
  func mutations() throws {
    let sealed = try fixtures.seal()
    let files = try fixtures.files(of: sealed.id)
    let originals = try files.map { try OpenFile.contents(of: $0) }
    try fuzz(40) { round, generator in
      let index = Int.random(in: 0..<files.count, using: &generator)
      let changed = mutated(originals[index], &generator)
      try put(changed, files[index])
      #expect(
        changed == originals[index] || isNoticed(sealed.path), "round \(round), \(files[index])")
      _ = fixtures.store.listing(of: sealed.id)
      try put(originals[index], files[index])
    }
    #expect(!isNoticed(sealed.path))
  }
}
