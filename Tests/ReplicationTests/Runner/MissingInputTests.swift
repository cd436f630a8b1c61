import Files
import Foundation
import Provenance
import Synchronization
import TestSupport
import Testing

@testable import Assets
@testable import Manifests
@testable import Records
@testable import Replication

@Suite("A run whose inputs are not here") struct MissingInputTests {
  private static let commit = String(repeating: "c", count: 40)

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The toy's manifest with its text edited, in a folder beside copies of its files.
  private func toyManifest(_ edit: (String) throws -> String) throws -> ManifestFile {
    let manifests = Checkout.manifests
    let copy = folder.path(of: "manifests")
    try? FileManager.default.removeItem(atPath: copy)
    try FileManager.default.copyItem(atPath: manifests, toPath: copy)
    // A lock of the toy would not be one of the edited text.
    try? FileManager.default.removeItem(atPath: "\(copy)/tiny.lock.json")
    let text = try edit(try String(contentsOfFile: "\(copy)/tiny.yaml", encoding: .utf8))
    try text.write(toFile: "\(copy)/tiny.yaml", atomically: true, encoding: .utf8)
    return try ManifestFile.read("\(copy)/tiny.yaml")
  }

  /// The toy with its data on the Hub, and one file that is not there.
  private func file(optional: String = "") throws -> ManifestFile {
    try toyManifest { text in
      let start = try #require(text.range(of: "    file: tiny/train.jsonl\n"))
      let end = try #require(text.range(of: "  mmlu:\n"))
      let hub = """
            dataset: owner/chats
            revision: \(Self.commit)
            files:
              data/train.jsonl:
                sha256: 4e2a0605630cc749d7785c6546b5449051f48d625dfa84e8cb103f15fa16972a
                bytes: 22942
            gated: true
            license: Some Terms

        """
      return text.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: hub)
        .replacing("    file: tiny/mmlu.jsonl\n", with: "    file: tiny/absent.jsonl\n")
        .replacing("  eaft:\n    objective", with: "  eaft:\n\(optional)    objective")
    }
  }

  private func runner(
    _ file: ManifestFile, copies: [LocalCopy] = [], isOffline: Bool = false,
    report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) -> Runner {
    var options = RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2)
    options.localCopies = copies
    options.isOffline = isOffline
    return Runner(file, options: options, report: report)
  }

  private var toy: String { folder.path(of: "manifests/tiny") }

  private func copies(train: String? = nil) -> [LocalCopy] {
    [
      LocalCopy(asset: "train", path: train ?? "\(toy)/train.jsonl"),
      LocalCopy(asset: "mmlu", path: "\(toy)/mmlu.jsonl"),
    ]
  }

  @Test("names everything that is missing, with page, command and option, before anything is done")
  func namesEverything() async throws {
    let file = try file()
    let message = await assetError(.missing) {
      try await runner(file, isOffline: true) { _ in Issue.record("Something was begun.") }.run()
    }
    #expect(
      message == """
        tiny cannot be run here yet; nothing was downloaded or computed.

        2 inputs are missing:

        train: the data set owner/chats of the Hugging Face Hub, Some Terms
          accept the terms at https://huggingface.co/datasets/owner/chats
          hf auth login
          hf download owner/chats data/train.jsonl --repo-type dataset --revision \(Self.commit) --local-dir inputs/train

        mmlu: there is no file or folder at \(file.folder)/tiny/absent.jsonl
          put it there, or name a copy

        Then give the same command with these options (or other paths):
          --asset train=inputs/train \\
          --asset mmlu=PATH
        """)
    #expect(!FileManager.default.fileExists(atPath: folder.path(of: "artifacts")))
    let plan = try await runner(file, isOffline: true).plan()
    #expect(plan.missing?.text.plain == message && plan.missing?.inputs.count == 2)
  }

  @Test("says of terms that nobody here has accepted where that is done, and what comes then")
  func namesTerms() async throws {
    let file = try file()
    let message = await assetError(.missing) {
      try await runner(file) { _ in Issue.record("Something was begun.") }.run()
    }
    #expect(
      message.contains(
        """
        train: the data set owner/chats of the Hugging Face Hub, Some Terms
          accept the terms at https://huggingface.co/datasets/owner/chats
          hf auth login, or set HF_TOKEN
          then the same command downloads 1 file
        """))
    // With a token it is something to download, like what has no terms.
    var options = RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2)
    options.hub = HubAccess(HubEnvironment(["HF_TOKEN": "hf_a"]))
    options.localCopies = [copies()[1]]
    let plan = try await Runner(file, options: options, report: { _ in }).plan()
    #expect(plan.missing == nil)
    #expect(
      plan.downloads == [
        PlannedDownload(
          item: "train", bytes: 22_942,
          sha256: Digest(hex: "4e2a0605630cc749d7785c6546b5449051f48d625dfa84e8cb103f15fa16972a"))
      ])
  }

  @Test("goes on with local copies, to the results that the declared files would have given")
  func usesCopies() async throws {
    let (file, copies) = (try file(), copies())
    let outcome = try await runner(file, copies: copies).run()
    let tiny = try ManifestFile.read(
      "\(Checkout.manifests)/tiny.yaml")
    let expected = try await runner(tiny).run()
    #expect(outcome.record.resultsDigest == expected.record.resultsDigest)
  }

  @Test("refuses a copy with another content, one that is not there, and one of no asset")
  func refusesWrongCopies() async throws {
    let file = try file()
    let other = try folder.write(Array("{}\n".utf8), to: "other.jsonl")
    // Too short, as is seen before anything else is looked at.
    let short = await assetError(.wrongDigest) {
      try await runner(file, copies: [LocalCopy(asset: "mmlu", path: other)]).run()
    }
    #expect(short.contains("has the wrong size: expected") && short.contains("found 3"))
    let wrong = await assetError(.wrongDigest) {
      try await runner(file, copies: copies(train: other)).run()
    }
    #expect(wrong.contains("expected") && wrong.contains("found"))
    _ = await assetError(.invalidAsset) {
      try await runner(file, copies: copies(train: "/nonexistent")).run()
    }
    let stray = copies() + [LocalCopy(asset: "trian", path: other)]
    await #expect {
      try await runner(file, copies: stray).run()
    } throws: { error in
      "\(error)".contains("there is no asset 'trian'") && "\(error)".contains("mean 'train'")
        && (error as? ManifestError)?.problems[0].code == .unknownReference
    }
  }

  @Test("starts from a model of the Hub, to the same run wherever its files are found")
  func usesModelOfTheHub() async throws {
    var options = RunOptions(artifacts: folder.path(of: "artifacts"), threads: 2)
    options.modelFolder = folder.path(of: "models")
    _ = try await Runner(try toyManifest { $0 }, options: options, report: { _ in }).run()
    let saved = folder.path(of: "models/sft-42")
    let names = try FileManager.default.contentsOfDirectory(atPath: saved).sorted()
    let file = try toyManifest { text in
      let assets = try #require(text.range(of: "  config:\n    file: tiny/config.json"))
      let train = try #require(text.range(of: "  train:\n    file"))
      let hub = """
          toy:
            hub: owner/toy
            revision: \(Self.commit)
            files: {\(names.map { "\($0): {}" }.joined(separator: ", "))}

        """
      var text = text.replacingCharacters(in: assets.lowerBound..<train.lowerBound, with: hub)
      let model = try #require(text.range(of: "model:\n  config: config"))
      let data = try #require(text.range(of: "data:\n"))
      text.replaceSubrange(
        model.lowerBound..<data.lowerBound,
        with: "model:\n  pretrained: toy\n  chat_template: gemma3\n\n")
      return text
    }
    let copies = [LocalCopy(asset: "toy", path: saved)]
    let fromCopy = try await runner(file, copies: copies).run()
    #expect(fromCopy.reuse == nil)
    let cache = folder.path(of: "cache/models--owner--toy/snapshots")
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: saved, toPath: "\(cache)/\(Self.commit)")
    options.modelFolder = nil
    options.mirrorFolders = [folder.path(of: "cache")]
    let fromCache = try await Runner(file, options: options, report: { _ in }).run()
    #expect(fromCache.reuse != nil && fromCache.record == fromCopy.record)
  }

  @Test("runs an optional arm only when asked to, as another run that reuses what is done")
  func optionalArms() async throws {
    let (file, copies) = (try file(optional: "    optional: true\n"), copies())
    let plan = try await runner(file, copies: copies).plan()
    #expect(plan.optionalArms == ["eaft"])
    let without = try await runner(file, copies: copies).run()
    #expect(without.record.summary.arms.map(\.name) == ["base", "sft"])
    let trained = Mutex(Set<String>())
    let with = try await runner(try file.selecting(arms: ["eaft"]), copies: copies) { event in
      if case .trained(let progress) = event { _ = trained.withLock { $0.insert(progress.arm) } }
    }.run()
    #expect(with.record.summary.arms.map(\.name) == ["base", "sft", "eaft"])
    #expect(trained.withLock { $0 } == ["eaft"])
    #expect(with.record.identity != without.record.identity)
  }
}
