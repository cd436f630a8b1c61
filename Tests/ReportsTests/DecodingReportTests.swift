import Files
import Foundation
import TestSupport
import Testing

@testable import Manifests
@testable import Reports

@Suite("Reports of decoded tables") struct DecodingReportTests {
  /// The blog's table, with item counts looked for in a few numbers; decoding it takes debug builds a while.
  private static let blog = Result {
    let file = try ExperimentFile.read(
      Checkout.experiments.appending(path: "eaft-axolotl-blog").path)
    return (file: file, table: DecodedTable(file.results, itemCounts: 500...510))
  }

  /// What is printed of two arms with these rows.
  private func text(_ rows: String) throws -> String {
    let text = """
      schema: 1
      name: t
      title: T
      sources: {s: {title: S, location: s}}
      arms: {a: A, b: B}
      cells:
      \(rows)

      """
    let results = try DocumentedResultsDecoder.decode(Array(text.utf8), name: "d.yaml")
    return DecodingText.text(DecodedTable(results, itemCounts: 500...510), path: "d.yaml").plain
  }

  @Test(
    "The text shows every row with its counts, and the recommendation of caution for instructions")
  func writesText() throws {
    let lines = DecodingText.text(try Self.blog.get().table, path: "d.yaml").plain.split(
      separator: "\n")
    func line(_ beginning: String) -> Substring { lines.first { $0.hasPrefix(beginning) } ?? "" }
    func words(_ line: Substring) -> [Substring] { line.split(separator: " ") }
    #expect(
      words(line("MMLU (Total)")).map(String.init) == [
        "MMLU", "(Total)", "14042*", "0.3153", "4427", "0.0039", "0.3096", "4347", "0.0039",
        "+0.0057", "+1.03",
      ])
    #expect(
      words(line("IFEval, prompts")).map(String.init) == [
        "IFEval,", "prompts", "541", "0.3900", "211", "0.0210", "0.4030", "218", "0.0211",
        "-0.0130", "-0.44",
      ])
    #expect(lines.contains { $0.hasPrefix("Never significant") && $0.contains("HellaSwag") })
    let whole = lines.joined(separator: " ")
    for part in [
      "IFEval, instructions: instructions of one prompt are not independent",
      "MMLU Other: questions of one subject are not independent",
      "HellaSwag: questions of one source are not independent", "by clusters",
    ] { #expect(whole.contains(part), "\(part)") }
    #expect(!whole.contains("best case"))
    #expect(lines.last == "Everything that is printed is possible.")
  }

  @Test("The JSON is one object with all that the text shows")
  func writesJSON() throws {
    let (file, table) = try Self.blog.get()
    let text = try OutcomeJSON.text(
      DecodingJSON.json(table, file: file, recipe: try file.recipe()))
    let object = try JSONParser.parse(Array(text.utf8))
    #expect(object["schema"]?.stringValue == "replicate/decode/v1")
    #expect(object["exit_code"]?.integerValue == 0)
    let rows = try #require(object["rows"]?.arrayValue)
    #expect(rows.count == 10)
    #expect(rows[0]["values"]?.arrayValue?.first?["count"]?.integerValue == 4427)
    let independent = rows.map { $0["independent_items"]?.boolValue }
    #expect(independent == [false, false, false, false, false, true, false, true, true, false])
    let chance = try #require(
      rows[5]["values"]?.arrayValue?.first?["random_value_impossible"]?.exactValue)
    #expect(abs(chance - 0.9459) < 1e-12)
    let compared = try #require(object["comparisons"]?.arrayValue?.first?["rows"]?.arrayValue)
    #expect(compared[0]["frontier"]?["largest_discordance"]?.integerValue == 1624)
    #expect(compared[9]["frontier"]?["never_significant"]?.boolValue == true)
    let entries = try #require(object["recipe"]?["entries"]?.arrayValue)
    let normalize = try #require(entries.first { $0["key"]?.stringValue == "eaft_normalize" })
    #expect(normalize["effect"]?["axolotl"]?.stringValue == "unknown")
  }

  @Test("The text says where counts are not unique, and what is impossible")
  func doubts() throws {
    let ambiguous = try text(
      "  - {task: t, metric: acc, label: T, n: 1000, values: {a: \"0.50\", b: \"0.48\"}}")
    #expect(ambiguous.contains("that is the best case"))
    let impossible = try text(
      "  - {task: t, metric: acc, label: T, n: 541, values: {a: \"0.3901\", b: \"0.4030\"}}")
    #expect(
      impossible.contains("no whole number of right answers to 541 items is printed as 0.3901"))
    #expect(!impossible.contains("Everything that is printed is possible."))
  }

  @Test("Means of several runs are shown as such, and no frontier is claimed for them")
  func runs() throws {
    let file = try ExperimentFile.read(Checkout.experiments.appending(path: "eaft-paper").path)
    let table = DecodedTable(file.results, itemCounts: 500...510)
    let text = DecodingText.text(table, path: "d.yaml").plain
    #expect(text.contains("n × 3: each value is the mean of 3 runs") && text.contains("30 × 3"))
    #expect(!text.contains("Never significant"))
    #expect(
      text.contains("13 of 13 means of 3 runs are multiples of 1/n") && text.contains("(p 6e-7)"))
    #expect(text.contains("+3.3†") && text.contains("† A printed mean cannot be"))
    for contradiction in table.contradictions { #expect(text.contains(contradiction.message)) }
  }

  @Test("A recipe is shown with each of its keys")
  func recipe() throws {
    let recipe = try Self.blog.get().file.requiredRecipe()
    let text = DecodingRecipeText.text(recipe).plain
    for entry in recipe.entries { #expect(text.contains(entry.key)) }
  }
}
