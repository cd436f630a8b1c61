import Files
import Manifests
import Tokenizers
import Training

/// The examples that every arm of a seed is trained on, and their digest.
struct PreparedData: Sendable {
  /// The examples.
  let examples: PreparedExamples
  /// SHA-256 over number of examples and, for each, its length, token ids and labels as little-endian 32-bit words.
  let digest: Digest

  /// Renders, tokenises, shuffles and selects, as the manifest says.
  init(
    _ conversations: [[ChatMessage]], manifest: Manifest, tokenizer: Tokenizer, seed: UInt64
  ) throws {
    let data = manifest.trainingData
    examples = try PreparedExamples(
      conversations,
      builder: ExampleBuilder(
        tokenizer: tokenizer, template: manifest.model.chatTemplate,
        rule: LabelRule(trainsOnInputs: data.trainsOnInputs, endOfTurn: data.endOfTurn)),
      shuffleSeed: data.shuffle == .numpy ? seed : nil, maximumLength: data.sequenceLength,
      overlong: data.overlong, limit: data.exampleLimit)
    var words = [Int32(examples.examples.count)]
    for example in examples.examples {
      words.append(Int32(example.inputIDs.count))
      words += example.inputIDs
      words += example.labels
    }
    digest = words.map(\.littleEndian).withUnsafeBytes { SHA256.digest(of: $0) }
  }

  /// What was kept and left out, in one sentence.
  var sentence: String {
    let tokens = examples.examples.reduce(0) { $0 + $1.inputIDs.count }
    let learned = examples.examples.reduce(0) { $0 + $1.trainableCount }
    var text =
      "\(examples.examples.count) examples with \(tokens) tokens, \(learned) of them learned"
    if examples.droppedOverlong > 0 { text += "; \(examples.droppedOverlong) too long" }
    if examples.droppedUntrainable > 0 {
      text += "; \(examples.droppedUntrainable) with nothing to learn"
    }
    if examples.truncated > 0 { text += "; \(examples.truncated) cut off" }
    return text
  }
}
