import ArgumentParser
import Manifests
import Reports

struct Validate: ParsableCommand, ReportingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check manifests without running anything.")

  @Argument(
    help: "Names of manifests, or paths of YAML files.", completion: .file(extensions: ["yaml"]))
  var manifests: [String]

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    let files = try manifests.map { try ManifestCatalog.standard.manifest($0) }
    for file in files {
      for asset in file.manifest.assets { _ = try file.assets(of: asset) }
    }
    try report(ManifestListing(valid: files))
  }
}
