import Files
import Tokenizers

extension GGUFVocabulary {
  /// The vocabulary in a GGUF file's metadata; throws ``ModelFileError``.
  init(of file: GGUFFile) throws {
    func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }
    func string(_ name: String) throws -> String? {
      switch file.metadata[key(name)] {
      case nil: return nil
      case .string(let text): return text
      case .some(let value): throw file.unexpected(value, key(name), "a text")
      }
    }
    func truth(_ name: String) throws -> Bool? {
      switch file.metadata[key(name)] {
      case nil: return nil
      case .bool(let value): return value
      case .some(let value): throw file.unexpected(value, key(name), "true or false")
      }
    }
    guard let model = try string("model"), let tokens = try file.strings(key("tokens")) else {
      throw ModelFileError(
        .malformed,
        "\(file.path) has no tokenizer: tokenizer.ggml.model or tokenizer.ggml.tokens is missing.")
    }
    let scores = try file.floats(key("scores")) ?? []
    let types = try file.integers(key("token_type"))
    let merges = try file.strings(key("merges"))
    for (name, isMissing, loss) in [
      ("token_type", types == nil, "which tokens are recognised in a text"),
      ("merges", merges == nil && model == "gpt2", "how letters become tokens"),
    ] where isMissing {
      throw ModelFileError(
        .malformed,
        "\(file.path) has no \(key(name)), so \(loss) cannot be told; convert the model anew with llama.cpp's convert_hf_to_gguf.py."
      )
    }
    for name in ["add_sep_token", "remove_extra_whitespaces", "escape_whitespaces"] {
      guard let value = try truth(name), value != (name == "escape_whitespaces") else { continue }
      throw ModelFileError(
        .unsupported, "\(file.path): \(key(name)) \(value) is not computed; \(!value) is.")
    }
    for (name, count) in [("scores", scores.count), ("token_type", types?.count ?? 0)]
    where count != 0 && count != tokens.count {
      throw ModelFileError(
        .malformed,
        "\(file.path): \(key(name)) has \(count) entries for \(tokens.count) tokens.")
    }
    func id(_ name: String) throws -> Int32? {
      switch file.metadata[key("\(name)_token_id")] {
      case nil: return nil
      case .unsigned(let id) where id < tokens.count: return Int32(exactly: id)
      case .some(let value):
        throw file.unexpected(value, key("\(name)_token_id"), "an id below \(tokens.count)")
      }
    }
    self.init(
      model: model, pre: try string("pre"), tokens: tokens, scores: scores,
      tokenTypes: types ?? [], merges: merges ?? [], beginOfSequenceID: try id("bos"),
      endOfSequenceID: try id("eos"), unknownID: try id("unknown"), paddingID: try id("padding"),
      addsBeginOfSequence: try truth("add_bos_token"),
      addsEndOfSequence: try truth("add_eos_token"),
      addsSpacePrefix: try truth("add_space_prefix"))
  }
}
