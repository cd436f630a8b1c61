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
      manifest, expectations: expectations, scorer: ScorerVersion.text, items: items,
      inputs: inputs.recorded.filter { manifest.leavesOpen($0) }.map {
        Input(asset: $0.asset, file: $0.file, digest: $0.digest)
      })
  }

  private static func digest(of tasks: [TaskInput]) throws -> Digest {
    var hash = SHA256()
    for task in tasks {
      for (document, index) in zip(task.documents, task.documentIndices) {
        var choices: [String] = []
        switch document.answer {
        case .choice(let texts, _): choices = texts
        case .blank(let texts, _, let rest): choices = texts + [rest]
        case .text, .passage, .instructions: break
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

extension Manifest {
  /// Whether it is not the manifest that says by a digest what an input holds, although it is one that it names on the
  /// Hub: a commit says it to the Hub alone.
  fileprivate func leavesOpen(_ input: RecordedInput) -> Bool {
    guard case .hub(let hub)? = asset(named: input.asset)?.source else { return false }
    return hub.files.contains { file in
      file.sha256 == nil
        && (hub.files.count == 1 ? input.asset : "\(input.asset): \(file.path)") == input.file
    }
  }
}
