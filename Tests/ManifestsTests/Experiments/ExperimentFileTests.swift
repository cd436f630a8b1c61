import Files
import Foundation
import Provenance
import Scoring
import TestSupport
import Testing

@testable import Manifests

struct ExperimentFileTests {
  private static let names = ["eaft-axolotl-blog", "eaft-paper"]

  @Test(
    "Every experiment of the project can be read and is called like its folder", arguments: names)
  func readsExperiment(name: String) throws {
    let file = try ExperimentFile.read(Checkout.experiments.appending(path: name).path)
    #expect(file.results.name == name)
    let recipe = try file.requiredRecipe()
    #expect(recipe.name == name)
    #expect(recipe.entries.contains { $0.published != nil })
    #expect(recipe.entries.contains { $0.published == nil })
  }

  @Test("The blog's table is transcribed whole: ten rows of two arms, nine claims")
  func transcribesBlog() throws {
    let results = try ExperimentFixtures.decode(try ExperimentFixtures.text("eaft-axolotl-blog"))
    #expect(results.arms.map(\.name) == ["eaft", "sft", "base"])
    let printed = results.cells.map { $0.values.map(\.text) }
    #expect(
      printed == [
        ["0.3153", "0.3096"], ["0.2959", "0.2912"], ["0.3578", "0.3474"], ["0.2544", "0.2490"],
        ["0.3643", "0.3614"], ["0.3900", "0.4030"], ["0.5372", "0.5504"], ["0.1721", "0.1736"],
        ["0.3481", "0.3515"], ["0.5780", "0.5779"],
      ])
    #expect(results.cells.allSatisfy { $0.values.map(\.arm) == ["eaft", "sft"] })
    // One row a benchmark decides, and all ten values together hold 19 times in 20.
    let required = results.cells.filter(\.isRequired)
    #expect(required.map(\.task) == ["mmlu", "ifeval", "gsm8k", "arc_challenge", "hellaswag"])
    let count = Double(required.reduce(0) { $0 + $1.values.count })
    let counts = results.cells.map(\.count)
    #expect(counts == [14042, 4705, 3077, 3153, 3107, 541, 834, 1319, 1172, 10042])
    for value in results.cells.flatMap(\.values) {
      guard case .conditionalFlip(let discordance, let origin, let level) = value.band?.kind else {
        Issue.record("\(value.text) has another band")
        continue
      }
      #expect(discordance == 0.1 && origin.contains("assumption"))
      #expect(abs(level - pow(0.95, 1 / count)) < 5e-5)
    }
    #expect(results.claims.count == 9)
    let aime = try #require(results.claims.first { $0.id == "no-correct-aime-answer" })
    #expect(
      aime.test
        == .noneCorrect(
          arms: ["eaft", "sft"],
          rows: [
            .init(task: "aime24", metric: "exact_match"),
            .init(task: "aime25", metric: "exact_match"),
          ], count: 30))
    for claim in results.claims {
      if case .untestable = claim.test { #expect(!claim.isRequired) }
    }
  }

  @Test(
    "Every row that a claim is about is one that some benchmark here measures", arguments: names)
  func namesMeasuredRows(name: String) throws {
    let results = try ExperimentFixtures.decode(try ExperimentFixtures.text(name))
    var measured: Set<String> = []
    for benchmark in Benchmark.all {
      let names = benchmark.groups.isEmpty ? [benchmark.name] : benchmark.groups.map(\.name)
      for task in names + benchmark.tasks.map(\.name) {
        for metric in benchmark.tasks[0].metrics {
          for filter in benchmark.tasks[0].filters {
            measured.insert("\(task).\(MetricResult.key(metric, filter))")
          }
        }
      }
    }
    for claim in results.claims {
      let rows: [DocumentedResults.RowName] =
        switch claim.test {
        case .better(_, _, _, let rows), .worse(_, _, _, let rows), .notBetter(_, _, let rows, _),
          .equivalent(_, _, let rows, _), .retained(_, _, _, let rows), .ratio(_, _, _, let rows),
          .noneCorrect(_, let rows, _, _):
          rows
        case .frontier(_, _, let cost, let gain, _): [cost, gain]
        case .untestable: []
        }
      for row in rows {
        let isMeasured = measured.contains("\(row)") || measured.contains("\(row),none")
        #expect(isMeasured, "\(claim.id) is about \(row)")
      }
    }
  }

  @Test("Values, claims and digests are known by the lines that they stand in")
  func knowsLines() throws {
    let (_, lines) = try DocumentedResultsDecoder.decodeWithLines(
      Array(ExperimentFixtures.valid.utf8), name: "d.yaml")
    let text = ExperimentFixtures.valid.split(separator: "\n", omittingEmptySubsequences: false)
    func line(_ id: String) throws -> Substring { text[try #require(lines[id]) - 1] }
    #expect(try line("results").hasPrefix("results:"))
    #expect(try line("whole.acc.sft").contains("sft: \"0.400\""))
    #expect(try line("right.acc.base").contains("base: {value"))
    #expect(try line("c4").contains("id: c4"))
    #expect(lines.count == 1 + 10 + 6)
  }

  @Test("The recipe tells that Axolotl has no eaft_normalize")
  func listsUnknownKey() throws {
    let file = try ExperimentFile.read(
      Checkout.experiments.appending(path: "eaft-axolotl-blog").path)
    let recipe = try file.requiredRecipe()
    #expect(recipe.unknownKeys(of: "axolotl") == ["eaft_normalize"])
    #expect(recipe.unknownKeys(of: "native").isEmpty)
  }

  @Test("An experiment is found by name from a folder below, by its folder, and by its file")
  func findsExperiments() throws {
    let catalog = ExperimentCatalog(
      workingDirectory: Checkout.folder.appending(path: "Sources").path,
      executablePath: "/nowhere/bin/replicate")
    let folder = Checkout.experiments.appending(path: "eaft-paper").path
    let byName = try catalog.experiment("eaft-paper")
    #expect(try catalog.experiment(folder).results == byName.results)
    #expect(try catalog.experiment(folder + "/").results == byName.results)
    #expect(try catalog.experiment(folder + "/documented.yaml").results == byName.results)
    let error = try #require(throws: ManifestError.self) { try catalog.experiment("eaft-papers") }
    #expect(error.description.contains("did you mean 'eaft-paper'?"))
  }

  @Test("An installation's experiments are found beside its manifests")
  func findsInstalledExperiments() throws {
    let folder = try TemporaryFolder()
    let text = try ExperimentFixtures.text("eaft-paper")
    _ = try folder.write(
      Array(text.utf8), to: "prefix/share/replicate/experiments/eaft-paper/documented.yaml")
    let catalog = ExperimentCatalog(
      workingDirectory: folder.path, executablePath: folder.path(of: "prefix/bin/replicate"))
    let file = try catalog.experiment("eaft-paper")
    #expect(try file.recipe() == nil)
    #expect(throws: ManifestError.self) { try file.requiredRecipe() }
    #expect(throws: ManifestError.self) { try catalog.experiment("none") }
    #expect(throws: ManifestError.self) { try catalog.experiment("./none.yaml") }
  }

  @Test("A file may document nothing but the digest of results")
  func readsDigestOnly() throws {
    let results = try ExperimentFixtures.decode(
      """
      schema: 1
      name: tiny
      title: The toy
      sources: {record: {title: A record, location: here}}
      results: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      """)
    #expect(results.resultsDigest?.hex.hasPrefix("0123") == true)
    #expect(results.cells.isEmpty && results.claims.isEmpty && results.arms.isEmpty)
  }

  @Test("All that the schema has is read, and values stand in the order of the arms")
  func readsEverything() throws {
    let results = try ExperimentFixtures.decode(ExperimentFixtures.valid)
    #expect(results.cells.map(\.id).last == "average.mean")
    let right = results.cells[2]
    #expect(right.values.map(\.arm) == ["eaft", "sft", "base"])
    #expect(right.values[2].band?.stored == Band.Stored(lower: "0.2", upper: "0.4"))
    #expect(results.cells[0].values[0].standardError == "0.035")
    #expect(results.cells[0].values[1].band == Band(kind: .rounding, stored: nil))
    #expect(results.cells[3].unit == .percent && !results.cells[3].isRequired)
    #expect(results.claims.map(\.id) == ["c1", "c2", "c3", "c4", "c5", "c6"])
  }
}
