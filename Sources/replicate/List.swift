import ArgumentParser
import Replication

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the manifests that can be run by name.")

  func run() {
    let entries = ManifestCatalog.standard.entries()
    let width = entries.map(\.name.count).max() ?? 0
    for entry in entries {
      let name = entry.name + String(repeating: " ", count: width - entry.name.count)
      switch entry.result {
      case .success(let manifest):
        let size = manifest.downloadBytes
        let download = size > 0 ? " (downloads \(Sizes.text(size)))" : ""
        Console.output("\(name)  \(manifest.title)\(download)\n")
      case .failure(let error): Console.output("\(name)  cannot be read: \(error)\n")
      }
    }
    if entries.isEmpty {
      Console.output("There is no folder of manifests here, above, or in the installation.\n")
    }
  }
}
