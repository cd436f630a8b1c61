import ArgumentParser
import Replication

struct Rescore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Compute all scores of a record anew from its stored outputs, without model and data.",
    discussion: """
      Lists each score that changed, whether another answer is taken out of the same output (text differs) or the same \
      answer gets another score (scorer differs). Ends with 1 if a score changed, with 3 if the record is not as it \
      was sealed, with 7 if IFEval's samples need --language-data.
      """)

  @Argument(
    help: "First digits of a record's id, or the path of a record's folder.",
    completion: .directory)
  var record: String

  @OptionGroup var rescoring: RescoringOptions

  func run() throws {
    let outcome = try RecordRescoring(
      record, artifacts: rescoring.artifacts, languageData: rescoring.languageData
    ).run()
    if rescoring.json {
      try Console.output(json: outcome.json)
    } else {
      Console.output(outcome.text)
    }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }
}
