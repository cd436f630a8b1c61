import ArgumentParser
import Manifests
import Reports

struct List: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the manifests that can be run by name.")

  @OptionGroup var printing: PrintingOptions

  func run() throws { try report(ManifestListing(ManifestCatalog.standard)) }
}
