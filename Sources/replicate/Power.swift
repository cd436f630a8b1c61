import ArgumentParser
import Replication

struct Power: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Show which differences a manifest could ever detect, and how many items and seeds it takes.",
    discussion: """
      Looks at the manifest, its documented results, its lock and, for numbers of items, how often the arms differ and how \
      far seeds are apart, at the last finished run of it; downloads and computes nothing.
      """)

  @OptionGroup var manifest: ManifestArgument

  @Option(help: "Folder for downloads, unfinished work and records.", completion: .directory)
  var artifacts = "artifacts"

  @Flag(help: "Print one JSON object on standard output.")
  var json = false

  func run() throws {
    let analysis = try PowerAnalysis(try manifest.read(), artifacts: artifacts)
    if json {
      try Console.output(json: PowerJSON.json(analysis))
    } else {
      Console.output(PowerText.text(analysis))
    }
  }
}
