import Files
import Foundation
import TestSupport
import Testing

@testable import Records

/// Folders that the harness itself wrote, made with Tests/HarnessParity/make_folders.py --few.
@Suite("Folders of the harness itself") struct RealHarnessTests {
  /// A version, how many scores and values of its folder are compared, and of which groups values are not.
  struct Version: CustomTestStringConvertible {
    let name: String
    let scores: Int
    let values: Int
    let unchecked: [String]
    var testDescription: String { name }
  }

  static let versions = [
    // Nothing says which tasks groups of others consist of, nor in which order errors were computed.
    Version(
      name: "0.4.0", scores: 17, values: 27,
      unchecked: [
        "local_facts", "local_mmlu", "local_numbers", "local_other", "local_stem", "local_world",
      ]),
    // A group of a group of tasks with different metrics.
    Version(name: "0.4.3", scores: 19, values: 39, unchecked: ["local_world"]),
    Version(name: "0.4.13", scores: 19, values: 56, unchecked: []),
  ]

  private static let names = """
    local_arc=arc_challenge local_gsm8k=gsm8k local_mmlu=mmlu local_stem=mmlu_stem \
    local_other=mmlu_other local_anatomy=mmlu_anatomy local_astronomy=mmlu_astronomy \
    local_virology=mmlu_virology local_nutrition=mmlu_nutrition
    """

  /// Copies a version's folder; gives the copy.
  private func copy(_ version: String, to folder: TemporaryFolder) throws -> String {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let copy = folder.path(of: "copy")
    try FileManager.default.copyItem(
      atPath: fixtures.appending(path: "interchange/harness-\(version)").path, toPath: copy)
    return copy
  }

  private func compare(_ folder: String) throws -> HarnessComparison {
    let names = try TaskNames(Self.names.split(separator: " ").map(String.init))
    return HarnessComparison(
      try HarnessFolder(at: folder, names: names, languageData: nil), names: names)
  }

  private func results(in folder: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return "\(folder)/\(try #require(names.first { $0.hasPrefix("results") }))"
  }

  @Test("agree, and what cannot be checked in them is said", arguments: versions)
  func agrees(version: Version) throws {
    let folder = try TemporaryFolder()
    let comparison = try compare(copy(version.name, to: folder))
    #expect(comparison.exitCode == 0)
    #expect(comparison.comparedScores == version.scores)
    #expect(comparison.comparedAggregates == version.values)
    #expect(
      comparison.recorded.map(\.name).sorted()
        == ["boolean", "colour", "even", "odd"].map { "local_\($0)" })
    let unchecked = ["facts", "mmlu", "numbers", "other", "stem", "world"].map { "local_\($0)" }
      .filter { name in
        comparison.notes.contains { note in
          note.contains("not checked")
            && (note.hasPrefix("Of \(name),") || note.hasPrefix("The scores of \(name) "))
        }
      }
    #expect(unchecked == version.unchecked)
  }

  @Test(
    "show every number of their results that is changed, unless they say that it is not checked",
    arguments: versions)
  func planted(version: Version) throws {
    let folder = try TemporaryFolder()
    let copy = try copy(version.name, to: folder)
    let path = try results(in: copy)
    let content = try #require(try LogDocument.read(path).objectValue)
    let notes = try compare(copy).notes.filter { $0.contains("not checked") }
    var planted = 0
    for (task, entry) in content["results"]?.objectValue?.members ?? [] {
      for (key, value) in entry.objectValue?.members ?? [] where key.contains(",") {
        guard let number = value.doubleValue,
          !notes.contains(where: {
            $0.hasPrefix("The scores of \(task) ")
              || $0.hasPrefix("Of \(task),") && $0.contains(key)
          })
        else { continue }
        var changed = content
        for part in ["results", "groups"] {
          guard var all = content[part]?.objectValue, var entry = all[task]?.objectValue else {
            continue
          }
          entry[key] = .number(number + 1e-9)
          all[task] = .object(entry)
          changed[part] = .object(all)
        }
        try Data(PythonJSON.indented(.object(changed)).utf8).write(to: URL(filePath: path))
        let comparison = try compare(copy)
        #expect(
          comparison.aggregateDifferences.contains { $0.task == task && $0.name == key },
          "\(task) \(key)")
        planted += 1
      }
    }
    #expect(planted == version.values - (version.name == "0.4.13" ? 16 : 0))
  }

  @Test(
    "show a score that is changed, of tasks that are not known by the results", arguments: versions)
  func changedScore(version: Version) throws {
    let folder = try TemporaryFolder()
    let copy = try copy(version.name, to: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: copy)
    for task in ["local_anatomy", "local_boolean"] {
      let name = try #require(names.first { $0.contains(task) })
      let path = "\(copy)/\(name)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let score = try #require(text.firstMatch(of: /"acc": ([01])\.0/))
      let other = score.output.1 == "1" ? "0" : "1"
      try Data(text.replacing(score.output.0, with: "\"acc\": \(other).0", maxReplacements: 1).utf8)
        .write(to: URL(filePath: path))
      let comparison = try compare(copy)
      #expect(comparison.exitCode == 1)
      #expect(
        comparison.differences.contains { $0.task == task }
          || comparison.aggregateDifferences.contains { $0.task == task }, "\(task)")
    }
  }

  @Test("say of groups by themselves what they say of them beside the tasks", arguments: versions)
  func groups(version: Version) throws {
    let folder = try TemporaryFolder()
    let copy = try copy(version.name, to: folder)
    let path = try results(in: copy)
    var content = try #require(try LogDocument.read(path).objectValue)
    var groups = try #require(content["groups"]?.objectValue)
    var entry = try #require(groups["local_world"]?.objectValue)
    entry["acc,none"] = .number(0.99)
    groups["local_world"] = .object(entry)
    content["groups"] = .object(groups)
    try Data(PythonJSON.indented(.object(content)).utf8).write(to: URL(filePath: path))
    #expect(
      try compare(copy).aggregateDifferences.map(\.name) == ["acc,none among the groups"])
  }

  @Test("that count no documents lack one whose number is left out")
  func missingNumber() throws {
    let folder = try TemporaryFolder()
    let copy = try copy("0.4.0", to: folder)
    let path = "\(copy)/seed__0_local_boolean.jsonl"
    let rows = try #require(try LogDocument.read(path).arrayValue)
    try Data(PythonJSON.indented(.array(Array(rows.dropFirst()))).utf8).write(
      to: URL(filePath: path))
    let comparison = try compare(copy)
    #expect(comparison.exitCode == 1 && comparison.aggregateDifferences.isEmpty)
    #expect(
      comparison.shortages.map { $0.hasPrefix("local_boolean: 1 of 2 documents are missing") } == [
        true
      ])
  }
}
