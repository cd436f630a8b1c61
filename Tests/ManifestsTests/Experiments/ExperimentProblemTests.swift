import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Manifests

/// An edit of the valid file, and what is reported about it.
struct ExperimentProblem: Sendable, CustomTestStringConvertible {
  let old: String
  let new: String
  /// Part of the report.
  let expected: String

  init(_ old: String, _ new: String, _ expected: String) {
    self.old = old
    self.new = new
    self.expected = expected
  }

  var testDescription: String { expected }
}

struct ExperimentProblemTests {
  private static let problems = [
    // Names
    ExperimentProblem("task: left", "task: whole", "the row 'whole.acc' is already in this list"),
    ExperimentProblem("id: c2", "id: c1", "the claim 'c1' is already in this list"),
    ExperimentProblem(
      "sft: \"0.400\"", "stf: \"0.400\"", "there is no arm 'stf'; did you mean 'sft'?"),
    ExperimentProblem(
      "than: sft, rows: [{task: whole", "than: stf, rows: [{task: whole",
      "there is no arm 'stf'; did you mean 'sft'?"),
    ExperimentProblem(
      "rows: [{task: whole, metric: acc}]", "rows: [{task: whole, metric: acc_norm}]",
      "there is no row 'whole.acc_norm'; did you mean 'whole.acc'?"),
    ExperimentProblem(
      "source: record\n    required", "source: records\n    required",
      "there is no source 'records'; did you mean 'record'?"),
    ExperimentProblem(
      "n: 200\n    source: post", "n: 200", "lacks the key 'source', since there are several"),
    ExperimentProblem(
      "[left, right]", "[left, rigth]",
      "'whole.acc' is made from 'rigth', but there is no such row with the metric acc; did you mean 'right'?"
    ),
    ExperimentProblem("[left, right]", "[left, whole]", "but there is no such row"),
    ExperimentProblem("[left, right]", "[left, left]", "'left' is already in this list"),
    ExperimentProblem(
      "total_of: [left, right]", "total_of: [left, right]\n    mean_of: [left]",
      "'mean_of' does not belong here"),
    ExperimentProblem("n: 200", "n: 201", "'whole.acc' has 201 items, but its parts have 200"),
    ExperimentProblem("label: The whole", "lable: The whole", "did you mean 'label'?"),
    // Values
    ExperimentProblem("\"0.400\"", "\"1.001\"", "has to be a decimal number from 0 to 1"),
    ExperimentProblem(
      "\"12.5\", band", "\"100.1\", band", "has to be a decimal number from 0 to 100"),
    ExperimentProblem("\"0.400\"", "\"-0.1\"", "has to be a decimal number from 0 to 1"),
    ExperimentProblem("\"0.400\"", "\".4\"", "has to be a decimal number from 0 to 1"),
    ExperimentProblem("\"0.400\"", "nan", "has to be a decimal number from 0 to 1"),
    ExperimentProblem(
      "\"0.400\"", "\"0.00000000000000001\"", "has to be a decimal number from 0 to 1"),
    ExperimentProblem(
      "standard_error: \"0.035\"", "standard_error: \"3.5\"",
      "'standard_error' has to be a decimal number from 0 to 1"),
    ExperimentProblem("n: 200", "n: 0", "'n' has to be a whole number from 1"),
    // Bands
    ExperimentProblem(
      "[\"0.40\", \"0.42\", \"0.38\"]", "[\"0.40\"]", "'runs' has to have at least 2 runs"),
    ExperimentProblem(
      "runs: [\"12.0\", \"12.5\", \"12.6\", \"13.0\"]", "runs: [\"12.0\", \"12.5\"]",
      "'runs' has to have at least 4 runs"),
    ExperimentProblem(
      "binomial, level: 0.95", "binomial, level: 1.0", "'level' has to be a number between 0 and 1"),
    ExperimentProblem(
      "binomial, level: 0.95", "binomial, level: 0", "'level' has to be a number between 0 and 1"),
    ExperimentProblem(
      "discordance: 0.10,", "discordance: 1.10,",
      "'discordance' has to be a number above 0 and at most 1"),
    ExperimentProblem(
      "discordance_from: a guess, ", "", "lacks the key 'discordance_from'"),
    ExperimentProblem("lower: \"0.2\", ", "", "lacks the key 'lower'"),
    ExperimentProblem("lower: \"0.2\"", "lower: \"0.5\"", "'lower' is above 'upper'"),
    ExperimentProblem(", reason: It is so", "", "lacks the key 'reason'"),
    ExperimentProblem("kind: authored", "kind: invented", "'kind' has to be one of"),
    ExperimentProblem(
      "lower: \"0.44\"", "lower: \"0.45\"",
      "the lower limit is written as 0.45, but from its kind and inputs it is 0.43"),
    ExperimentProblem(
      "upper: \"0.56\"", "upper: \"0.563\"",
      "the upper limit is written as 0.563, but from its kind and inputs it is 0.565"),
    ExperimentProblem(
      "lower: \"0.44\"", "lower: \"0\"", "the lower limit \"0\" has fewer decimals than the value"),
    ExperimentProblem(
      "label: The left half\n    n: 100", "label: The left half\n    n: 100\n    runs: 3",
      "a band of the kind 'exact-count' is of one run, but the value is the mean of 3"),
    ExperimentProblem(
      "unit: fraction", "unit: fraction\nruns: 0", "'runs' has to be a whole number"),
    ExperimentProblem(
      "label: The right half\n    n: 100", "label: The right half",
      "a band of the kind 'binomial' is computed from the number of items, but the row has no 'n'"),
    ExperimentProblem(
      "band: {kind: rounding}", "band: {kind: rounding, lower: \"0.1\", upper: \"0.2\"}",
      "'lower' does not belong here"),
    ExperimentProblem(
      "band: {kind: rounding}", "band: {kind: authored, reason: I}", "limits of its own"),
    ExperimentProblem(
      "band: {kind: rounding}", "band: {kind: exact-count}",
      "a band of the kind 'exact-count' is computed from the number of items, but the row has no 'n'"
    ),
    // Claims
    ExperimentProblem(
      "better: {arm: eaft, than: sft, rows: [{task: whole",
      "better: {arm: eaft, than: eaft, rows: [{task: whole",
      "the arm 'eaft' is compared with itself"),
    ExperimentProblem("base: base,", "base: sft,", "'base' is one of the arms that are compared"),
    ExperimentProblem("margin: 0.01, ", "", "lacks the key 'margin'"),
    ExperimentProblem("margin: 0.01", "margin: 0", "'margin' has to be a number above 0"),
    ExperimentProblem(
      "untestable: It is a matter of taste.", "unknowable: It is.", "unknown key 'unknowable'"),
    ExperimentProblem("arms: [eaft, sft]", "arms: [eaft, eaft]", "'eaft' is already in this list"),
    ExperimentProblem("statement: It is nice., ", "", "lacks the key 'statement'"),
    // The file
    ExperimentProblem("schema: 1", "schema: 2", "'schema' is 2, but this build reads version 1"),
    ExperimentProblem("title: Everything", "titel: Everything", "did you mean 'title'?"),
  ]

  @Test("Every mistake is reported with its place and what was probably meant", arguments: problems)
  func reportsProblem(_ problem: ExperimentProblem) throws {
    let text = try ExperimentFixtures.edited(problem.old, problem.new)
    let error = try #require(throws: ManifestError.self) { try ExperimentFixtures.decode(text) }
    #expect(error.description.contains(problem.expected), "\(error)")
    let first = try #require(error.problems.first)
    #expect(first.line ?? 0 > 0 && first.column ?? 0 > 0 && first.file == "d.yaml")
  }

  @Test("The place of a wrong value is that of the value")
  func pointsAtValue() throws {
    let text = try ExperimentFixtures.edited("sft: \"0.400\"", "sft: \"4.00\"")
    let error = try #require(throws: ManifestError.self) { try ExperimentFixtures.decode(text) }
    #expect(
      error.description == """
        d.yaml:23:12: 'sft' has to be a decimal number from 0 to 1 as it is printed, of at most 16 digits, but it is '4.00'
                sft: "4.00"
                     ^~~~~~
        """)
  }

  @Test("A file that documents nothing is refused")
  func refusesEmptyFile() throws {
    let text = "schema: 1\nname: a\ntitle: A\nsources: {a: {title: A, location: a}}\n"
    let error = try #require(throws: ManifestError.self) { try ExperimentFixtures.decode(text) }
    #expect(error.description.contains("it documents nothing"))
  }

  @Test("A misspelled arm in a thousand rows is reported in no time")
  func reportsManyProblems() throws {
    let rows = (0..<1000).map { index in
      "  - {task: t\(index), metric: acc, label: L, values: {stf: \"0.5\"}}\n"
    }
    let text =
      "schema: 1\nname: a\ntitle: A\nsources: {a: {title: A, location: a}}\narms: {sft: S}\ncells:\n"
      + rows.joined()
    let error = try #require(throws: ManifestError.self) { try ExperimentFixtures.decode(text) }
    #expect(error.problems.count == 20 && error.omittedCount == 980)
  }

  @Test("Damaged files are read or refused with places that exist, and whatever is read is decoded")
  func survivesMutations() throws {
    let texts = [
      ExperimentFixtures.valid, try ExperimentFixtures.text("eaft-axolotl-blog"),
    ].map { Array($0.utf8) }
    var counts = (read: 0, refused: 0)
    try fuzz(60) { round, random in
      let bytes = texts[round % texts.count]
      let isGentle = Bool.random(using: &random)
      let input =
        isGentle ? nudged(bytes, &random) : mutated(bytes, &random, characters: "{}[]\",:-0.9 \n")
      do {
        let results = try DocumentedResultsDecoder.decode(input, name: "d.yaml")
        // The frontier of millions of items takes debug builds seconds.
        if results.cells.allSatisfy({ $0.count ?? 0 < 2000 }) {
          let table = DecodedTable(results, itemCounts: 500...510)
          #expect(table.rows.count == results.cells.count)
        }
        counts.read += 1
      } catch let error as ManifestError {
        #expect((1...20).contains(error.problems.count))
        for problem in error.problems {
          #expect(problem.line ?? 1 >= 1 && problem.column ?? 1 >= 1)
        }
        counts.refused += 1
      }
    }
    #expect(counts.read > 0 && counts.refused > 0)
  }

  @Test("Damaged recipes are read or refused, never more")
  func survivesRecipeMutations() throws {
    let bytes = Array(try ExperimentFixtures.text("eaft-axolotl-blog", "recipe.yaml").utf8)
    var counts = (read: 0, refused: 0)
    try fuzz(30) { _, random in
      let isGentle = Bool.random(using: &random)
      let input =
        isGentle ? nudged(bytes, &random) : mutated(bytes, &random, characters: "{}[]\",:-0.9 \n")
      do {
        _ = try RecipeDecoder.decode(input, name: "r.yaml")
        counts.read += 1
      } catch is ManifestError {
        counts.refused += 1
      }
    }
    #expect(counts.read > 0 && counts.refused > 0)
  }

  @Test(
    "Mistakes in a recipe are reported",
    arguments: [
      ("publication: post", "publication: pots", "there is no source 'pots'; did you mean 'post'?"),
      (
        "effect: {native: consumed, axolotl: unknown}", "effect: {native: consumed}",
        "lacks the key 'axolotl'"
      ),
      ("axolotl: unknown}", "axolotl: unkown}", "did you mean 'unknown'?"),
      ("key: eaft_k\n", "key: eaft_alpha\n", "'eaft_alpha' is already in this list"),
      (
        "{example: \"20\"", "{exmaple: \"20\"",
        "there is no source 'exmaple'; did you mean 'example'?"
      ),
    ])
  func reportsRecipeProblem(old: String, new: String, expected: String) throws {
    let text = try ExperimentFixtures.text("eaft-axolotl-blog", "recipe.yaml")
    let range = try #require(text.range(of: old))
    let edited = text.replacingCharacters(in: range, with: new)
    let error = try #require(throws: ManifestError.self) {
      try RecipeDecoder.decode(Array(edited.utf8), name: "r.yaml")
    }
    #expect(error.description.contains(expected), "\(error)")
  }
}
