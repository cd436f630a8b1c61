import Files
import Foundation

/// A model as it is compared: what it scored, row by row, each document known by its content.
package struct ComparedModel: Sendable {
  /// What tables and sentences call it; no other model of the comparison has the same label.
  package let label: String
  /// Where its scores come from: a path, or a record's id.
  package let source: String
  /// What a person has to know of them, in sentences.
  package let notes: [String]
  /// The scores, by seed where there are several; the prompt of an item is the digest of all that makes it this document.
  let runs: [ArmScores]

  init(label: String, source: String, notes: [String], runs: [ArmScores]) {
    self.label = label
    self.source = source
    self.notes = notes
    self.runs = runs.map { ArmScores(arm: label, seed: $0.seed, rows: $0.rows) }
  }

  /// The same model by another name.
  func labelled(_ label: String) -> ComparedModel {
    ComparedModel(label: label, source: source, notes: notes, runs: runs)
  }

  /// The models with labels that are all different: what is the same is told apart by more of its path, else by a number.
  static func labelled(_ models: [ComparedModel]) -> [ComparedModel] {
    var models = models
    let counts = Dictionary(grouping: models, by: \.label).mapValues(\.count)
    for index in models.indices where counts[models[index].label] ?? 0 > 1 {
      let path = URL(filePath: models[index].source).standardizedFileURL.pathComponents
      guard path.count > 2 else { continue }
      models[index] = models[index].labelled(path.suffix(2).joined(separator: "/"))
    }
    var used: Set<String> = []
    for index in models.indices {
      var label = models[index].label
      var number = 2
      while !used.insert(label).inserted {
        label = "\(models[index].label) (\(number))"
        number += 1
      }
      models[index] = models[index].labelled(label)
    }
    return models
  }
}

extension ArmScores.Row {
  /// The row with what makes each item this document, instead of its prompt alone.
  func identified(by contents: [String: Digest]) -> ArmScores.Row {
    ArmScores.Row(
      task: task, metric: metric,
      items: items.map {
        ArmScores.Item(
          id: $0.id, prompt: contents[$0.id] ?? $0.prompt, scores: $0.scores,
          cluster: $0.cluster, weight: $0.weight)
      }, contradiction: contradiction)
  }

  /// The row as one that cannot be judged, for a reason in a sentence.
  func refused(_ why: String) -> ArmScores.Row {
    ArmScores.Row(task: task, metric: metric, items: items, contradiction: why)
  }
}
