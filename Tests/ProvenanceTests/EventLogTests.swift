import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Provenance

@Suite("Event log")
struct EventLogTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path(of: "events.jsonl") }

  init() throws { folder = try TemporaryFolder() }

  private func writeThreeEvents() throws {
    let log = try EventLog(creating: ContainedPath(path), recordID: "r1")
    try log.append(type: "created", ["name": "tiny"])
    try log.append(type: "step", ["loss": .exact(0.5), "text": "two\nlines, é"], isDurable: true)
    try log.append(type: "finished", [:])
  }

  private func bytes() throws -> [UInt8] { try OpenFile.contents(of: path) }

  private func put(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }

  @Test("The chain is the documented construction: heads computed with Python's hashlib")
  func golden() {
    // import hashlib; h = hashlib.sha256(b"replicate/chain/v1\0" + b"0123456789ab").digest()
    // for l in [b'{"a":1}\n', b"\n"]: h = hashlib.sha256(h + len(l).to_bytes(8, "big") + l).digest()
    var chain = EventChain(recordID: "0123456789ab")
    #expect(chain.head.hex == "6d7927bbb9816d11db679d4751d7674ae082813179c01b01ebde179e7838433e")
    Array("{\"a\":1}\n".utf8).withUnsafeBytes { chain.append($0) }
    #expect(chain.head.hex == "d7db8bfd2443121615f2a02206b8c45f0e434a0f7a998527da39ab884fd5fb1e")
    Array("\n".utf8).withUnsafeBytes { chain.append($0) }
    #expect(chain.head.hex == "8160e2f23fd8fde56e0c2fdfb2ff8e89a276f5e6b1940db1bcdf5444e0583e94")
    #expect(chain.count == 2)
  }

  @Test("What was appended is read back, in order, and a reopened log continues the chain")
  func roundTrip() throws {
    try writeThreeEvents()
    let first = try EventLog.read(ContainedPath(path), recordID: "r1")
    #expect(first.events.map(\.type) == ["created", "step", "finished"])
    #expect(first.events.map(\.index) == [0, 1, 2])
    #expect(first.events[1].data["text"] == "two\nlines, é")
    #expect(first.events[1].data["loss"]?.exactValue == 0.5)
    #expect(first.truncatedByteCount == 0)

    let log = try EventLog(opening: ContainedPath(path), recordID: "r1")
    #expect(log.chain == first.chain)
    try log.append(type: "resumed", ["from_step": 3])
    let second = try EventLog.read(ContainedPath(path), recordID: "r1")
    #expect(second.events.count == 4)
    #expect(second.chain == log.chain)
    #expect(second.chain.head != first.chain.head)
  }

  @Test("A last line cut off at any byte is removed, an event says so, and the rest is kept")
  func truncation() throws {
    try writeThreeEvents()
    let whole = try bytes()
    let lastStart = try #require(whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
    for end in lastStart..<whole.count {
      try put(Array(whole[..<end]))
      let unfinished = end - lastStart
      #expect(
        try EventLog.read(ContainedPath(path), recordID: "r1").truncatedByteCount == unfinished)
      let log = try EventLog(opening: ContainedPath(path), recordID: "r1")
      try log.append(type: "finished", [:])
      let content = try EventLog.read(ContainedPath(path), recordID: "r1")
      #expect(content.chain == log.chain)
      if unfinished == 0 {
        #expect(content.events.map(\.type) == ["created", "step", "finished"])
      } else {
        #expect(
          content.events.map(\.type) == ["created", "step", EventLog.truncatedLineType, "finished"])
        #expect(content.events[2].data["bytes"] == JSON(unfinished))
        #expect(
          content.events[2].data["sha256"]
            == JSON(SHA256.digest(of: Array(whole[lastStart..<end]))))
      }
    }
  }

  @Test("Every flipped bit is noticed: as a broken chain, or by another head")
  func bitFlips() throws {
    try writeThreeEvents()
    let whole = try bytes()
    let chain = try EventLog.read(ContainedPath(path), recordID: "r1").chain
    for index in whole.indices {
      var changed = whole
      changed[index] ^= 1 << UInt8(index % 8)
      if let content = try? EventLog.check(changed, recordID: "r1", path: path) {
        #expect(content.chain != chain, "byte \(index)")
      }
    }
  }

  @Test("Swapped, dropped, repeated and edited lines are refused, with the line named")
  func editedLines() throws {
    try writeThreeEvents()
    let lines = try bytes().split(separator: UInt8(ascii: "\n")).map { Array($0) + [0x0A] }
    func refusedLine(_ lines: [[UInt8]]) throws -> String? {
      try put(lines.flatMap { $0 })
      do {
        _ = try EventLog(opening: ContainedPath(path), recordID: "r1")
        return nil
      } catch let error as ProvenanceError {
        #expect(error.code == .brokenChain)
        return error.message.firstMatch(of: /line (\d+)/).map { String($0.1) }
      }
    }
    #expect(try refusedLine([lines[1], lines[0], lines[2]]) == "1")
    #expect(try refusedLine([lines[0], lines[2]]) == "2")
    #expect(try refusedLine([lines[0], lines[0], lines[1], lines[2]]) == "2")
    #expect(try refusedLine([lines[0], Array("{}\n".utf8), lines[1]]) == "2")
    #expect(try refusedLine([lines[0], [0x0A], lines[1]]) == "2")
    let edited = String(decoding: lines[1], as: UTF8.self).replacing("two", with: "six")
    #expect(try refusedLine([lines[0], Array(edited.utf8), lines[2]]) == "3")
    try put(lines.flatMap { $0 })
    #expect(throws: ProvenanceError.self) { try EventLog.read(ContainedPath(path), recordID: "r2") }
  }

  @Test("Nothing is begun or read by way of a link")
  func links() throws {
    let (home, root) = (try TemporaryFolder(), ContainedPath(root: folder.path))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(of: "out"), withDestinationPath: home.path)
    let log = root.appending("out").appending("events.jsonl")
    for body in [
      { _ = try EventLog(creating: log, recordID: "r") },
      { _ = try EventLog(opening: log, recordID: "r") },
      { _ = try EventLog.read(log, recordID: "r") },
    ] as [() throws -> Void] {
      #expect(throws: FileError.self) { try body() }
    }
    #expect(home.files().isEmpty)
  }

  @Test("A second owner is refused, in this process and in another, until the first is gone")
  func locking() throws {
    var log: EventLog? = try EventLog(creating: ContainedPath(path), recordID: "r1")
    #expect(throws: FileError.self) {
      try EventLog(creating: ContainedPath(path), recordID: "r1")
    }
    #expect {
      try EventLog(opening: ContainedPath(path), recordID: "r1")
    } throws: {
      ($0 as? FileError)?.code == .locked
    }
    #expect(try FileLock.isHeld(at: ContainedPath(path)))
    let program = "/usr/bin/flock"
    if FileManager.default.isExecutableFile(atPath: program) {
      #expect(try runProgram(program, ["--nonblock", path, "true"]).status == 1)
    }
    try log?.append(type: "still mine", [:])
    log = nil
    // A child that another test is starting has this process's files open for a moment.
    _ = try FileLock(path: ContainedPath(path), waitingSeconds: 600)
    _ = try EventLog(opening: ContainedPath(path), recordID: "r1")
  }

  @Test("A log that somebody else changes while it is open takes no further event")
  func changedWhileOpen() throws {
    let log = try EventLog(creating: ContainedPath(path), recordID: "r1")
    try log.append(type: "created", [:])
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("x\n".utf8))
    #expect {
      try log.append(type: "next", [:])
    } throws: {
      ($0 as? ProvenanceError)?.code == .brokenChain
    }
  }

  @Test("An event that canonical JSON cannot hold is refused and leaves the log as it was")
  func refusedEvent() throws {
    let log = try EventLog(creating: ContainedPath(path), recordID: "r1")
    try log.append(type: "created", [:])
    let before = try bytes()
    #expect(throws: FileError.self) { try log.append(type: "step", ["loss": .number(.nan)]) }
    #expect(try bytes() == before)
    try log.append(type: "step", ["loss": .exact(Double.nan)])
    #expect(try EventLog.read(ContainedPath(path), recordID: "r1").events.count == 2)
  }

  @Test("Events from many threads end up as whole lines of one chain")
  func threads() throws {
    let log = try EventLog(creating: ContainedPath(path), recordID: "r1")
    DispatchQueue.concurrentPerform(iterations: 100) { index in
      try? log.append(type: "step", ["index": JSON(index)])
    }
    let content = try EventLog.read(ContainedPath(path), recordID: "r1")
    #expect(content.events.count == 100)
    #expect(Set(content.events.compactMap { $0.data["index"]?.integerValue }).count == 100)
  }

  @Test("A mutated log is read or refused, never more")
  func mutations() throws {
    try writeThreeEvents()
    let whole = try bytes()
    let chain = try EventLog.read(ContainedPath(path), recordID: "r1").chain
    fuzz(300) { round, generator in
      let changed = mutated(whole, &generator)
      guard changed != whole, let content = try? EventLog.check(changed, recordID: "r1", path: path)
      else { return }
      #expect(content.chain != chain || content.truncatedByteCount > 0, "round \(round)")
    }
  }
}
