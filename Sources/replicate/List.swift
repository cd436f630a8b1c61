import ArgumentParser
import Files
import Manifests
import Replication
import Reports

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
        let notes = notes(on: manifest)
        let rest = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        Console.output("\(name)  \(manifest.title)\(rest)")
      case .failure(let error):
        Console.output(ReportText(error, prefix: "\(name)  cannot be read: "))
      }
    }
    if entries.isEmpty {
      Console.output("There is no folder of manifests here, above, or in the installation.")
    }
  }

  /// What is to be known before a run.
  private func notes(on manifest: Manifest) -> [String] {
    var notes: [String] = []
    if manifest.downloadBytes > 0 {
      notes.append("downloads \(Sizes.text(manifest.downloadBytes))")
    }
    let brought = manifest.assets.filter { if case .hub = $0.source { true } else { false } }
    if !brought.isEmpty {
      notes.append("\(brought.count) inputs of the Hugging Face Hub are yours to bring")
    }
    let optional = manifest.declaredArms.filter(\.isOptional).map(\.name)
    if !optional.isEmpty { notes.append("optional arms: \(optional.joined(separator: ", "))") }
    return notes
  }
}
