import ArgumentParser
import Manifests
import Replication

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check manifests without running anything.")

  @Argument(
    help: "Names of manifests, or paths of YAML files.", completion: .file(extensions: ["yaml"]))
  var manifests: [String]

  func run() throws {
    for name in manifests {
      let file = try ManifestCatalog.standard.manifest(name)
      for asset in file.manifest.assets { _ = try file.assets(of: asset) }
      let optional = file.manifest.declaredArms.filter(\.isOptional).map(\.name)
      let arms = optional.isEmpty ? "" : " (optional arms: \(optional.joined(separator: ", ")))"
      Console.output("\(file.path) is valid: \(file.manifest.title)\(arms)")
    }
  }
}
