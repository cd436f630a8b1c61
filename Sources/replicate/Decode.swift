import ArgumentParser
import Foundation
import Manifests
import Replication
import Reports

struct Decode: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find the whole numbers behind a published table, and what in it cannot be.",
    discussion: """
      Says which counts of right answers each value can stand for, which numbers of items all values of a row fit, whether \
      groups add up to totals and values to means, and which differences between arms could ever be significant. Runs \
      nothing. Ends with 1 if a value, sum or mean is impossible as printed.
      """)

  @Argument(
    help: "Name of an experiment, or the path of its folder or of a YAML file.",
    completion: .file(extensions: ["yaml"]))
  var experiment: String

  @Option(
    help: ArgumentHelp(
      "Numbers of items that all rows are tried with.", valueName: "first..last"))
  var nRange: ItemRange?

  @Flag(help: "Print what the publication says of its settings and leaves open, instead.")
  var recipe = false

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    let file = try ExperimentCatalog.standard.experiment(experiment)
    if recipe, !printing.json {
      Console.output(DecodingRecipeText.text(try file.requiredRecipe()))
      return
    }
    let table = DecodedTable(file.results, itemCounts: nRange?.range)
    let ledger = recipe ? try file.requiredRecipe() : try file.recipe()
    try report(DecodingOutcome(table, of: file, recipe: ledger))
  }
}

/// A range of numbers of items, written as "500..600".
struct ItemRange: ExpressibleByArgument {
  /// The range.
  let range: ClosedRange<Int>

  init?(argument: String) {
    let ends = argument.components(separatedBy: "..").map { Int($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1],
      (1...1_000_000_000).contains(first), (first...(first + 1_000_000)).contains(last)
    else { return nil }
    range = first...last
  }
}

extension ExperimentCatalog {
  /// Where this process looks for experiments.
  static var standard: ExperimentCatalog {
    ExperimentCatalog(
      workingDirectory: FileManager.default.currentDirectoryPath,
      executablePath: Bundle.main.executablePath ?? CommandLine.arguments[0])
  }
}
