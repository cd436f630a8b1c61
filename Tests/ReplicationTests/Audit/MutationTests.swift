import Files
import Foundation
import TestSupport
import Testing

@testable import Assets
@testable import Records
@testable import Replication

/// Single changes of a record and of what it vouches for, each of which an audit must find and name.
@Suite("A record under single mutations") struct MutationTests {
  /// A file as it was sealed.
  private struct Target {
    let path: String
    let bytes: [UInt8]
    /// What a finding has to name: the file, or for weights and checkpoints the digest that they are stored under.
    let name: String
  }

  private enum Kind: CaseIterable {
    case flippedBit, changedByte, insertedByte, droppedByte, truncated, emptied, removed
    case droppedLine, duplicatedLine, swappedLines, changedDigit, exchanged, added
  }

  /// 65 mutations in every run, 2600 in a long one.
  private static let count =
    ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == "1" ? 2600 : 65

  @Test("is found out every time, with the file named; untouched it passes")
  func mutations() async throws {
    let toy = try await AuditToy()
    let record = try toy.record()
    var targets: [Target] = []
    let names = record.files.map(\.name) + [RecordFile.events, RecordFile.summary]
    for path in names.map({ "\(record.path)/\($0)" }) {
      targets.append(
        Target(path: path, bytes: try OpenFile.contents(of: path), name: path))
    }
    let weights = record.summary.arms.compactMap { $0.digests["weights"] }
    let stored =
      Set(weights).map(toy.store.path)
      + record.checkpoints.map { toy.checkpoints.path(of: $0.root) }
    for path in stored.sorted() {
      targets.append(
        Target(path: path, bytes: try OpenFile.contents(of: path), name: path))
    }
    var counts: [String: Int] = [:]
    for round in 0..<Self.count {
      var generator = SeededGenerator(seed: UInt64(round))
      // Large files would have most bits and few kinds of content: every file is as likely, and meets every kind.
      let kind = Kind.allCases[round % Kind.allCases.count]
      let target = targets[(round + round / Kind.allCases.count) % targets.count]
      let mutation = Self.apply(kind, to: target, targets, &generator)
      guard let mutation else { continue }
      let findings = await Self.findings(toy)
      #expect(
        findings.contains { $0.contains(mutation) }, "\(kind) of \(target.path): \(findings)")
      counts["\(kind)", default: 0] += findings.isEmpty ? 0 : 1
      try? FileManager.default.removeItem(atPath: target.path + "-added")
      try Self.put(target.bytes, at: target.path)
    }
    #expect(await Self.findings(toy) == [])
    let total = counts.values.reduce(0, +)
    print("\(total) mutations found:", counts.sorted { $0.key < $1.key }.map { "\($0) \($1)" })
    #expect(total > Self.count * 4 / 5)
  }

  /// Everything that an audit that only reads has against the record.
  private static func findings(_ toy: AuditToy) async -> [String] {
    do {
      return try await toy.audit().entries.flatMap(\.findings)
    } catch {
      return ["\(error)"]
    }
  }

  /// Changes the file; gives what has to be named, or nil if the kind does not apply or changes nothing.
  private static func apply(
    _ kind: Kind, to target: Target, _ targets: [Target], _ generator: inout SeededGenerator
  ) -> String? {
    var bytes = target.bytes
    guard !bytes.isEmpty else { return nil }
    let index = Int.random(in: bytes.indices, using: &generator)
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let line = Int.random(in: lines.indices, using: &generator)
    let other = Int.random(in: lines.indices, using: &generator)
    switch kind {
    case .flippedBit: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case .changedByte: bytes[index] = UInt8.random(in: 0...255, using: &generator)
    case .insertedByte:
      bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
    case .droppedByte: bytes.remove(at: index)
    case .truncated: bytes.removeLast(bytes.count - index)
    case .emptied: bytes = []
    case .removed:
      // What only lies in the store may be cleared away; the record says so and does not fail.
      guard target.path.contains("/records/") else { return nil }
      unlink(target.path)
      return target.name
    case .droppedLine: lines.remove(at: line)
    case .duplicatedLine: lines.insert(lines[line], at: line)
    case .swappedLines: lines.swapAt(line, other)
    case .changedDigit:
      let digits = bytes.indices.filter { 0x30...0x39 ~= bytes[$0] }
      guard let place = digits.randomElement(using: &generator) else { return nil }
      bytes[place] = 0x30 + (bytes[place] - 0x30 + 1) % 10
    case .exchanged:
      guard let source = targets.randomElement(using: &generator) else { return nil }
      bytes = source.bytes
    case .added:
      guard target.path.contains("/records/") else { return nil }
      try? put(target.bytes, at: target.path + "-added")
      return target.path + "-added"
    }
    switch kind {
    case .droppedLine, .duplicatedLine, .swappedLines:
      bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    default: break
    }
    guard bytes != target.bytes else { return nil }
    try? put(bytes, at: target.path)
    return target.name
  }

  private static func put(_ bytes: [UInt8], at path: String) throws {
    // Files of the store are read-only, and a checkpoint may have a second name.
    unlink(path)
    try Data(bytes).write(to: URL(filePath: path))
  }
}
