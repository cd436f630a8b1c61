import ArgumentParser
import Replication

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare two records: what was otherwise, and where that first shows.",
    discussion: """
      Candidate causes (manifest, inputs, program, code, environment, self-test) and observed effects: the first training \
      step that differs, and for every evaluation how many documents were answered otherwise, scored otherwise for the \
      same answer, or are not the same. Ends with 1 if results differ, with 2 if the records have nothing in common.
      """)

  @Argument(help: "First digits of the record's id, or its folder.", completion: .directory)
  var a: String
  @Argument(help: "The record that it is compared with.", completion: .directory)
  var b: String

  @OptionGroup var options: RecordOptions

  func run() throws {
    let records = try [a, b].map { try SealedRecord(named: $0, artifacts: options.artifacts) }
    let difference = try RecordDifference(records[0], records[1])
    if options.json {
      try Console.output(json: difference.json)
    } else {
      Console.output(difference.text)
    }
    if !difference.isSame { throw ExitCode(1) }
  }
}
