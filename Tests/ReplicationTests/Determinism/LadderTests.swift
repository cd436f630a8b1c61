import Foundation
import LanguageModels
import TestSupport
import Testing

@testable import Files
@testable import Manifests
@testable import Provenance
@testable import Records
@testable import Replication
@testable import Tensors

@Suite("The ladder of determinism") struct LadderTests {
  @Test(
    "is read as rungs and ranges",
    arguments: [
      ("D0..D4", [0, 1, 2, 3, 4]), ("D2", [2]), ("D0,D3", [0, 3]), ("D6,D1..D2,D1", [1, 2, 6]),
      ("d5", [5]), ("D3..D3", [3]), ("D0, D6", [0, 6]),
    ])
  func ranges(_ text: String, _ numbers: [Int]) throws {
    #expect(try Rung.ladder(text).map(\.rawValue) == numbers)
  }

  @Test(
    "refuses nonsense with a sentence",
    arguments: [
      "", "D7", "D", "0..4", "D0..", "..D4", "D0...D4", "D0..D2..D4", "D4..D0", "D0,,D1", "D0-D4",
      "é", ",", "D00", "D0.D4", "\u{0}",
    ])
  func nonsense(_ text: String) {
    #expect {
      try Rung.ladder(text)
    } throws: { error in
      (error as? DeterminismError)?.code == .ladder && "\(error)".hasSuffix(".")
    }
  }

  @Test("refuses a request of a child process that no parent writes")
  func requests() async throws {
    let file = try await TracedToy().file
    let options = RunOptions(artifacts: "", threads: 1)
    func json(_ request: some Encodable) throws -> String {
      String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
    }
    var request = TraceRequest(threads: 1)
    _ = try TracedChild(file, options: options, request: try json(request))
    request.limits.sequences = 0
    for text in [try json(request), try json(TraceRequest(threads: 0)), "", "{}", "[1"] {
      #expect(throws: DeterminismError.self) {
        try TracedChild(file, options: options, request: text)
      }
    }
    _ = try KillableRun(file, options: options, request: "{}")
    for text in ["{\"steps\":0}", "", "[]"] {
      #expect(throws: DeterminismError.self) {
        try KillableRun(file, options: options, request: text)
      }
    }
  }

  @Test("kills a run in every part of it")
  func killPoints() async throws {
    let toy = try await TracedToy()
    let tiny = try ManifestFile.read(toy.file.path).manifest
    func points(_ manifest: Manifest, steps: Int) -> [String] {
      KillAndResume.points(manifest, steps: ["sft": steps, "eaft": steps]).map(\.text)
    }
    #expect(
      points(tiny, steps: 20) == [
        "after step 1 of sft", "after step 5 of sft", "2 ms after step 5 of sft",
        "between saving and keeping the checkpoint after step 5 of sft",
        "after step 11 of sft", "after step 20 of sft", "after step 10 of eaft",
        "during the evaluation of base on mmlu", "during the evaluation of eaft on gsm8k",
      ])
    #expect(points(toy.file.manifest, steps: 2).count == 7)
    // The same for a training whose length is declared in epochs: steps are counted, not declared.
    #expect(KillAndResume.points(tiny, steps: [:]).count == 2)
  }

  @Test("refuses a child that computed with other kernels or threads than it was told to")
  func childSettings() throws {
    let response = TraceResponse(instructionSet: "avx2", threads: 2)
    try LadderChild.check(response, threads: 2, instructionSet: "avx2")
    for (threads, set) in [(3, "avx2"), (2, "generic")] {
      #expect {
        try LadderChild.check(response, threads: threads, instructionSet: set)
      } throws: { error in
        (error as? DeterminismError)?.code == .child && "\(error)".contains("avx2 and 2 threads")
      }
    }
  }

  @Test(
    "gives a run its inputs on another file system, where links are not possible",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func linking() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write([1, 2, 3], to: "input")
    let other = "/dev/shm/replicate-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: other) }
    for path in ["\(other)/store/input", "\(folder.path)/store/input"] {
      for _ in 0..<2 { try InputSources.linkFile(ContainedPath(source), to: ContainedPath(path)) }
      #expect(try OpenFile.contents(of: path) == [1, 2, 3])
    }
  }

  @Test("says before the work that a result cannot be written where it is to be")
  func outputs() throws {
    let folder = try TemporaryFolder()
    try DeterminismLadder.prepareOutput("\(folder.path)/new/junit.xml")
    let file = try folder.write([1], to: "file")
    for path in [folder.path, "\(file)/junit.xml", "/proc/nowhere/junit.xml"] {
      #expect {
        try DeterminismLadder.prepareOutput(path)
      } throws: { ($0 as? DeterminismError)?.code == .output }
    }
  }
}
