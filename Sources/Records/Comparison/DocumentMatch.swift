import Files
import Manifests

/// The documents of a row that all runs of two models were asked, matched by their content.
struct DocumentMatch {
  /// The row of each run of the reference, and of the other model, with the same items in the same order.
  let reference: [ArmScores]
  let other: [ArmScores]
  /// Number of documents that only one of the models was asked.
  let onlyInReference: Int
  let onlyInOther: Int
  /// Number of matched documents whose content another one has too, so that their order decided.
  let ambiguous: Int
  /// Number of matched documents.
  let count: Int

  /// Matches the runs of two models.
  ///
  /// Of documents with equal content, the first of one model is matched with the first of the other, and so on. The order of
  /// the documents and their numbers decide nothing else, not even the last bit of a sum.
  ///
  /// - Returns: nil if a run lacks the row, or has it twice.
  init?(_ name: DocumentedResults.RowName, _ reference: ComparedModel, _ other: ComparedModel) {
    let first = reference.runs.compactMap { IdentifiedRow(name, $0) }
    let second = other.runs.compactMap { IdentifiedRow(name, $0) }
    guard first.count == reference.runs.count, second.count == other.runs.count,
      let origin = first.first
    else { return nil }
    let rows = first + second
    let common = rows.dropFirst().reduce(Set(origin.items.keys)) { $0.intersection($1.items.keys) }
    func lacking(_ rows: [IdentifiedRow]) -> Int {
      rows.reduce(Set()) { $0.union($1.items.keys) }.subtracting(common).count
    }
    onlyInReference = lacking(first)
    onlyInOther = lacking(second)
    count = common.count
    let keys = common.map { (text: $0.content.hex, key: $0) }
      .sorted { ($0.text, $0.key.occurrence) < ($1.text, $1.key.occurrence) }.map(\.key)
    ambiguous = keys.count { key in
      key.occurrence > 0 || common.contains(ContentKey(content: key.content, occurrence: 1))
    }
    // Sentences call a document what the reference calls it.
    let names = keys.map { origin.items[$0]?.id ?? "" }
    let clusters = keys.map { origin.items[$0]?.cluster }
    func scores(_ row: IdentifiedRow) -> ArmScores {
      let items = keys.indices.compactMap { place in
        row.items[keys[place]].map {
          ArmScores.Item(
            id: names[place], prompt: keys[place].content, scores: $0.scores,
            cluster: clusters[place], weight: $0.weight)
        }
      }
      return ArmScores(
        arm: row.arm, seed: row.seed,
        rows: [
          ArmScores.Row(
            task: name.task, metric: name.metric, items: items, contradiction: row.contradiction)
        ])
    }
    self.reference = first.map(scores)
    self.other = second.map(scores)
  }
}

/// A document by its content, and by how many of the same content come before it.
private struct ContentKey: Hashable {
  let content: Digest
  let occurrence: Int
}

/// A row of a run with its items by their content.
private struct IdentifiedRow {
  let arm: String
  let seed: UInt64?
  let contradiction: String?
  private(set) var items: [ContentKey: ArmScores.Item] = [:]

  init?(_ name: DocumentedResults.RowName, _ run: ArmScores) {
    let rows = run.rows.filter { $0.task == name.task && $0.metric == name.metric }
    guard rows.count == 1, let row = rows.first else { return nil }
    arm = run.arm
    seed = run.seed
    contradiction = row.contradiction
    var counts: [Digest: Int] = [:]
    for item in row.items {
      let occurrence = counts[item.prompt, default: 0]
      counts[item.prompt] = occurrence + 1
      items[ContentKey(content: item.prompt, occurrence: occurrence)] = item
    }
  }
}
