import Foundation
import TestSupport
import Testing

@testable import Manifests

/// Holds the tables of docs/manifest.md against the decoder; REPLICATE_RENEW_MANIFEST_PAGE=1 writes them anew and keeps
/// what the page says of each key.
@Suite("The page on manifests")
struct ManifestPageTests {
  private static let page = Checkout.folder.appending(path: "docs/manifest.md")
  /// What stands between the page's own words and the tables.
  private static let marker =
    "<!-- The tables are written by ManifestPageTests; edit the last column only. -->\n"

  @Test("lists every key that the decoder asks for, and what may stand behind it")
  func keys() throws {
    let keys = try schema().keys
    let unread = keys.filter { $0.values.isEmpty }.map { "\($0.mapping).\($0.name)" }
    #expect(unread.isEmpty, "keys that no manifest of the repository and no sample here has")
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    let start = try #require(page.range(of: Self.marker)).upperBound
    let renewed = page[..<start] + tables(keys, meanings: meanings(in: page))
    if ProcessInfo.processInfo.environment["REPLICATE_RENEW_MANIFEST_PAGE"] != nil {
      try Data(renewed.utf8).write(to: Self.page)
    }
    #expect(page == renewed)
    #expect(!page.contains("|  |\n"), "every key is explained")
  }

  private func schema() throws -> ManifestSchema {
    let schema = ManifestSchema()
    let folder = Checkout.folder.appending(path: "manifests")
    for name in [
      "smollm2-135m-conflict", "smollm2-135m-math", "gemma-270m-math", "gemma-1b-numina",
      "qwen3-4b-numina", "tiny",
    ] {
      let bytes = try Data(contentsOf: folder.appending(path: "\(name).yaml"))
      _ = try ManifestDecoder.decode([UInt8](bytes), name: name, schema: schema)
    }
    // Problems do not matter here: the decoder asks for every key before it says what is wrong.
    _ = try? ManifestDecoder.decode([UInt8](Self.sample.utf8), name: "sample", schema: schema)
    return schema
  }

  /// What no manifest of the repository uses.
  private static let sample = """
    schema: 1
    overrides: ["title=x"]
    engine: native
    unpinned:
      b: a reason
    wheels:
      w: {pypi: p==1, file: p.whl}
    assets:
      a: {wheel: w, members: list.txt, license: MIT}
      b: {https: "https://example.org/b", bytes: 1}
      c: {file: c.json, obtain: by hand}
      d: {concatenate: [{wheel: w, member: x}]}
      e: {dataset: owner/name, revision: main, gated: true, files: {x.json: {bytes: 1}}}
      f: {hub: owner/name, revision: main, files: {x.json: {sha256: "0", bytes: 1}}}
    data:
      train:
        fields:
          user: &rule
            field: q
            remove_prefix: a
            remove_suffix: b
            first_words: 1
            add_prefix: c
            replace_words: {share: 1, seed: 1, by: [a]}
          assistant: *rule
        take: 3
        train_on_inputs: false
        train_on_end_of_turn: all
    training:
      ranks: 2
      warmup_steps: 3
      epochs: 1
      precision: fp32
      order: torch
      reduction: token-window
      optimizer: {betas: [0.9, 0.999], epsilon: 1.0e-8}
    arms:
      a: {objective: eaft, preset: paper, optional: true, reduction: token-window, precision: fp32}
      b: {objective: eaft, k: 20, alpha: 1.0, normalizer: {constant: 3.0}}
      d: {objective: eaft, k: 20, alpha: 1.0, normalizer: ln-k}
      c: {objective: masked, entropy_quantile: 0.2, probability_quantile: 0.2}
    axolotl:
      version: 0.21.0
      precision: bfloat16
      distribution: ddp
      settings: {x: 1}
      ignored: [x]
      measure_rounding: true
    evaluation:
      tasks:
        - task: mmlu
          name: x
          one_row_per: field
          limit_per_subject: 2
          fields: {question: {field: q, remove_prefix: "Q: ", remove_suffix: "."}}
        - task: gsm8k
          samples: {count: 2, temperature: 1.0, top_p: 0.9, seed: 1}
        - task: ifeval
          language_data: {punkt: a, langdetect_profiles: a, langdetect_messages: a}
    inspection:
      weights: true
      tokens: {examples: 1, entropy_quantile: 0.1, probability_quantile: 0.1}
    """

  // MARK: - Tables

  private func tables(_ keys: [ManifestSchema.Key], meanings: [String: String]) -> String {
    var text = ""
    func add(_ mapping: String) {
      let own = keys.filter { $0.mapping == mapping }
      guard !own.isEmpty else { return }
      let rows = own.map { key in
        let meaning = meanings["\(mapping).\(key.name)"] ?? ""
        return "| `\(key.name)` | \(presence(key)) | \(values(key)) | \(meaning) |\n"
      }
      let title = mapping.isEmpty ? "At the top" : "`\(mapping)`"
      text += "\n## \(title)\n\n| key | | value | meaning |\n|---|---|---|---|\n" + rows.joined()
      for key in own {
        let place = ManifestSchema.place(of: key.name, in: mapping)
        add(place)
        add("\(place)[]")
      }
    }
    add("")
    return text
  }

  private func presence(_ key: ManifestSchema.Key) -> String {
    if key.name == "NAME" { return "your choice" }
    for case .oneOf(let keys) in key.presences {
      return "one of " + keys.map { "`\($0)`" }.joined(separator: ", ")
    }
    if key.presences.count > 1 { return "depends" }
    return key.presences.contains(.required) ? "required" : "optional"
  }

  private func values(_ key: ManifestSchema.Key) -> String {
    let values = key.values.filter { value in
      // Of a list, only what its entries are is told, if that is known.
      value != "a list" || !key.values.contains { $0.hasPrefix("a list of: ") }
    }
    return values.joined(separator: "; or ").replacing("|", with: "\\|")
  }

  /// What the page says of each key, by its place.
  private func meanings(in page: String) -> [String: String] {
    var (mapping, meanings) = ("", [String: String]())
    for line in page.split(separator: "\n") {
      if line.hasPrefix("## ") {
        let title = line.dropFirst(3)
        mapping = title.hasPrefix("`") ? String(title.dropFirst().dropLast()) : ""
      }
      let cells = line.split(separator: " | ", omittingEmptySubsequences: false)
      guard line.hasPrefix("| `"), cells.count == 4 else { continue }
      let name = cells[0].dropFirst(3).dropLast()
      meanings["\(mapping).\(name)"] = cells[3].hasSuffix(" |") ? String(cells[3].dropLast(2)) : ""
    }
    return meanings
  }
}
