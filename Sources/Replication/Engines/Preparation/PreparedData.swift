import Files
import Manifests
import Recipes
import Records
import Training

/// The examples that every arm of a seed is trained on, and their digest.
struct PreparedData: Sendable {
  /// The examples.
  let examples: PreparedExamples
  /// SHA-256 over number of examples and, for each, its length, token ids and labels as little-endian 32-bit words.
  let digest: Digest
  /// What the record of a run says of them.
  let recorded: RecordedPreparation
}

extension PreparedData {
  /// Shuffles and selects, as the manifest says.
  ///
  /// - Parameters:
  ///   - table: What the data was prepared to, and its digest.
  ///   - preparation: What prepared it.
  ///   - seed: Of the order.
  ///   - believed: May know the digest, for which all examples have to be read; nil to compute it.
  ///   - cache: Remembers a digest that was computed; nil to write nothing.
  /// - Throws: ``FileError`` if the tokens cannot be read, or the digest not remembered.
  init(
    _ table: DataPreparation.Table, of preparation: DataPreparation, seed: UInt64,
    believing believed: StepCache?, remembering cache: StepCache?
  ) throws {
    let data = preparation.data
    let shuffleSeed = data.shuffle == .numpy ? seed : nil
    examples = PreparedExamples(
      table.content, shuffleSeed: shuffleSeed, lengths: data.lengths, limit: data.exampleLimit)
    let key = try CanonicalJSON.digest(of: [
      "step": "choose/1", "tokens": JSON(table.digest),
      "shuffle_seed": JSON(shuffleSeed.map { String($0) }),
      "limit": JSON(data.exampleLimit.map { String($0) }),
    ])
    let details = try believed?.find(key).map { JSONField($0.details, source: "the step \(key)") }
    if let details {
      digest = try details["examples"].digest()
    } else {
      digest = try Self.digest(of: examples)
      try cache?.store(StepResult(outputs: [:], details: ["examples": JSON(digest)]), for: key)
    }
    recorded = RecordedPreparation(
      seed: seed, tokensKey: preparation.key, choiceKey: key, tokens: table.digest,
      examples: digest)
  }

  private static func digest(of examples: PreparedExamples) throws -> Digest {
    var hash = SHA256()
    hash.update(bytes(of: [Int32(examples.count)]))
    for index in 0..<examples.count {
      let example = try examples.example(index)
      hash.update(
        bytes(of: [Int32(example.inputIDs.count)] + example.inputIDs + example.labels))
    }
    return hash.finalize()
  }

  private static func bytes(of words: [Int32]) -> [UInt8] {
    words.map(\.littleEndian).withUnsafeBytes(Array.init)
  }

  /// Tokens of all examples.
  var tokenCount: Int { (0..<examples.count).reduce(0) { $0 + examples.tokenCount($1) } }

  /// What was kept and left out, in one sentence.
  var sentence: String {
    let learned = (0..<examples.count).reduce(0) { $0 + examples.trainableCount($1) }
    var text = "\(examples.count) examples with \(tokenCount) tokens, \(learned) of them learned"
    if examples.droppedOverlong > 0 { text += "; \(examples.droppedOverlong) too long" }
    if examples.droppedUntrainable > 0 {
      text += "; \(examples.droppedUntrainable) with nothing to learn"
    }
    if examples.truncated > 0 { text += "; \(examples.truncated) cut off" }
    return text
  }
}
