import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("An evaluation of a run") struct RunJournalTests {
  /// The notes of a run that is interrupted after as many documents as `count`; nil lets it finish.
  private func run(_ folder: TemporaryFolder, _ artifacts: String, after count: Int? = nil)
    async throws -> (notes: [String], results: Digest?)
  {
    let file = try ManifestFile.read("\(Checkout.manifests)/tiny.yaml").shortened(steps: 1)
    let interruption = Interruption()
    let seen = Mutex<(documents: Int, notes: [String])>((0, []))
    let runner = Runner(
      file, options: RunOptions(artifacts: folder.path(of: artifacts), threads: 2),
      interruption: interruption
    ) { event in
      seen.withLock { seen in
        switch event {
        case .note(let text): seen.notes.append(text)
        case .evaluating(let progress) where progress.completed > 0:
          seen.documents += 1
          if seen.documents == count { interruption.request() }
        default: break
        }
      }
    }
    var results: Digest?
    if count == nil {
      results = try await runner.run().record.resultsDigest
    } else {
      await #expect(throws: EngineError.self) { try await runner.run() }
    }
    return (seen.withLock { $0.notes }, results)
  }

  @Test("goes on after the documents that an interrupted run finished, to the same results")
  func resumes() async throws {
    let folder = try TemporaryFolder()
    _ = try await run(folder, "parted", after: 2)
    let work = folder.files().filter { $0.hasSuffix(".samples.jsonl") }
    #expect(work.count == 1)
    let journal = try #require(work.first)
    // The request is granted before the next document is finished, or right after it.
    let lines = try OpenFile.contents(of: folder.path(of: journal)).count {
      $0 == UInt8(ascii: "\n")
    }
    let parted = try await run(folder, "parted")
    let sentence = "goes on after \(lines - 1) documents"
    #expect(parted.notes.count { $0.contains(sentence) } == 1, "\(parted.notes)")
    #expect(!folder.files().contains { $0.hasSuffix(".samples.jsonl") })
    #expect(try await run(folder, "whole").results == parted.results)
  }

  @Test("starts anew where what was left of it is damaged")
  func damaged() async throws {
    let folder = try TemporaryFolder()
    _ = try await run(folder, "parted", after: 2)
    let name = try #require(folder.files().first { $0.hasSuffix(".samples.jsonl") })
    _ = try folder.write(Array("nonsense\n".utf8), to: name)
    let parted = try await run(folder, "parted")
    #expect(parted.notes.contains { $0.contains("starts anew: what was left of it is damaged") })
  }
}
