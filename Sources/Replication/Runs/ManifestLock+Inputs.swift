import Files
import Manifests
import Records
import Scoring

extension ManifestLock {
  /// The lock of a manifest with its expectations, over the inputs that it names.
  init(_ manifest: Manifest, expectations: [UInt8]?, inputs: RunInputs) throws {
    let items = try manifest.evaluations.map { evaluation in
      let tasks = try inputs.taskInputs(evaluation)
      return Items(
        evaluation: evaluation.name, count: tasks.reduce(0) { $0 + $1.documents.count },
        digest: try Self.digest(of: tasks))
    }
    try self.init(
      manifest, expectations: expectations, scorer: ScorerVersion.text, items: items)
  }

  private static func digest(of tasks: [TaskInput]) throws -> Digest {
    var hash = SHA256()
    for task in tasks {
      for (document, index) in zip(task.documents, task.documentIndices) {
        var choices: [String] = []
        switch document.answer {
        case .choice(let texts, _): choices = texts
        case .blank(let texts, _, let rest): choices = texts + [rest]
        case .text, .instructions: break
        }
        hash.update(
          try CanonicalJSON.encode([
            .string(task.task.name), JSON(index), .string(document.question),
            .array(choices.map(JSON.string)), .string(document.target),
          ]))
      }
    }
    return hash.finalize()
  }
}
