import ArgumentParser
import Files
import Replication

struct Index: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring the index of the records up to date, or make it anew.",
    discussion: """
      The index is made from the records alone and is brought up to date by every run; this is for records that were \
      received or removed, and for whoever does not trust that. `replicate log` is right without it, and slower.
      """)

  @Flag(help: "Forget everything and read all records again.")
  var rebuild = false

  @OptionGroup var options: RecordOptions

  func run() throws {
    let index = try RunIndex(artifacts: options.artifacts, rebuilding: rebuild)
    let path = RunIndex.path(artifacts: options.artifacts)
    if options.json {
      try Console.output(json: [
        "schema": "replicate/index/v1", "path": .string(path), "runs": JSON(index.runs.count),
        "notice": JSON(index.notice),
      ])
    } else {
      if let notice = index.notice { Console.error("· \(notice)") }
      let count = index.runs.count
      Console.output("\(path) lists \(count) run\(count == 1 ? "" : "s").")
    }
  }
}
