import Files
internal import LanguageModels
package import Recipes

/// The examples of a training, in the order in which epochs number them: a choice of the rows of a ``TokenTable``.
package struct PreparedExamples: Sendable {
  /// For each example the position of its conversation in the data.
  package private(set) var sources: [Int] = []
  /// Conversations left out because they have more tokens than wanted.
  package private(set) var droppedOverlong = 0
  /// Conversations left out because no token of theirs, after truncation, is to be learned.
  package private(set) var droppedUntrainable = 0
  /// Conversations that lost tokens and were kept.
  package private(set) var truncated = 0
  private let table: TokenTable

  /// Chooses examples as Axolotl prepares a data set: tokenise, shuffle, then drop.
  ///
  /// With a `shuffleSeed` the order is `numpy.random.default_rng(seed).permutation` of all conversations, before any is
  /// dropped; nil keeps their order. With a `limit` the first examples are kept; what is counted is counted up to the
  /// last of them. `lengths` is the rule that the table was made by.
  package init(
    _ table: TokenTable, shuffleSeed: UInt64?, lengths: LengthRule, limit: Int? = nil
  ) {
    self.table = table
    let order =
      shuffleSeed.map {
        PermutedCongruentialGenerator.permutation(count: table.rows.count, seed: $0)
      } ?? Array(table.rows.indices)
    for source in order where sources.count < limit ?? .max {
      let row = table.rows[source]
      if row.count > 0 {
        sources.append(source)
        truncated += row.fullCount > row.count ? 1 : 0
      } else if lengths.drops(row.fullCount) {
        droppedOverlong += 1
      } else {
        droppedUntrainable += 1
      }
    }
  }

  /// All of some examples that have tokens to learn, in their order, in memory.
  package init(_ examples: [TrainingExample]) throws {
    var writer = TokenTableWriter()
    for example in examples {
      writer.append(example.trainableCount > 0 ? example : nil, fullCount: example.inputIDs.count)
    }
    writer.finish()
    self.init(
      try TokenTable(bytes: writer.takeBytes()), shuffleSeed: nil,
      lengths: LengthRule(maximumLength: .max, overlong: .truncate))
  }

  /// Number of examples.
  package var count: Int { sources.count }

  /// Whether there is none.
  package var isEmpty: Bool { sources.isEmpty }

  /// An example.
  ///
  /// - Throws: ``FileError`` if it cannot be read any more.
  package func example(_ index: Int) throws -> TrainingExample {
    try table.example(table.rows[sources[index]])
  }

  /// Some examples side by side.
  ///
  /// - Throws: ``FileError`` if one cannot be read any more.
  func packed(_ batch: [Int]) throws -> PackedBatch {
    var packed = PackedBatch()
    for index in batch {
      let example = try example(index)
      packed.append(tokens: example.inputIDs, labels: example.labels)
    }
    return packed
  }

  /// Number of tokens of an example.
  package func tokenCount(_ index: Int) -> Int { table.rows[sources[index]].count }

  /// Number of tokens of an example that are predicted.
  package func trainableCount(_ index: Int) -> Int { table.rows[sources[index]].trainableCount }

  /// The largest token id of an example.
  package func largestID(_ index: Int) -> Int { table.rows[sources[index]].largestID }
}
