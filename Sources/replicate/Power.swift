import ArgumentParser
import Records
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

  @OptionGroup var artifacts: ArtifactsOption
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try report(PowerAnalysis(manifest.read(), artifacts: artifacts.artifacts))
  }
}
