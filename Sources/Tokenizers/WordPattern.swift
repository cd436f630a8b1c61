/// A pattern that cuts text into words, as the `Split` of a `tokenizer.json` has it.
///
/// A row of ``all`` is all that a new one needs, where its rules are those of another with other numbers.
package struct WordPattern: Sendable {
  /// How the pattern is written out as a scanner.
  enum Rules: Sendable {
    /// GPT-2's: a space before letters, digits or signs belongs to them.
    case spaces
    /// Any sign before letters belongs to them, a number has up to so many digits and no space before it, line breaks
    /// end what they follow.
    case lines(longestNumber: Int)
  }

  /// The regular expression, to the letter as files write it.
  package let regex: String
  let rules: Rules

  /// Every pattern that the program has.
  static let all = [gpt2, llama3, qwen2]

  /// GPT-2's, which `ByteLevel` has built in.
  package static let gpt2 = WordPattern(
    regex: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    rules: .spaces)

  /// Llama 3's, which is that of OpenAI's cl100k.
  static let llama3 = WordPattern(
    regex:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    rules: .lines(longestNumber: 3))

  /// Qwen's, from Qwen 2 to Qwen 3: each digit is a word.
  static let qwen2 = WordPattern(
    regex:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    rules: .lines(longestNumber: 1))
}

/// How a family of byte-level tokenizers prepares text, by the name that GGUF files have for it.
///
/// A GGUF says no more than the name; the rest is that of the family's `tokenizer.json`.
package struct BytePreparation: Sendable {
  /// `tokenizer.ggml.pre`.
  package let name: String
  /// Whether each digit is first cut out on its own.
  package var splitsDigits = false
  /// The pattern of the words.
  package var pattern = WordPattern.gpt2
  /// Whether characters are composed first (Unicode's form NFC).
  package var composes = false
  /// Whether a word that is a token stays whole, whatever the merges say.
  package var ignoresMerges = false
  /// Whether a text begins with the begin-of-sequence token where the file does not say.
  var addsBeginOfSequence = false

  /// Every preparation that the program has.
  static let all = [
    BytePreparation(name: "smollm", splitsDigits: true),
    BytePreparation(name: "gpt-2"),
    BytePreparation(
      name: "llama-bpe", pattern: .llama3, ignoresMerges: true, addsBeginOfSequence: true),
    BytePreparation(name: "qwen2", pattern: .qwen2, composes: true),
    BytePreparation(name: "dbrx", pattern: .llama3),
    BytePreparation(name: "mpt", composes: true),
    BytePreparation(name: "olmo", composes: true),
  ]
}
