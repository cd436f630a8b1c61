import Files
import Tensors
import Tokenizers

/// Writes a GGUF vocabulary as the `tokenizer.json` and `tokenizer_config.json` of a Hugging Face folder.
///
/// The components are those that the models' own files have, so that the `tokenizers` library gives the same ids.
enum TokenizerJSON {
  /// A `tokenizer.json`; throws ``ModelFileError`` for a vocabulary that `Tokenizer` does not read either.
  static func bytes(of vocabulary: GGUFVocabulary) throws -> [UInt8] {
    switch (vocabulary.model, vocabulary.preparation) {
    case ("gpt2", let preparation?) where !vocabulary.addsSpaces:
      return byteLevel(vocabulary, preparation)
    case ("llama", _): return sentencePiece(vocabulary)
    default:
      throw ModelFileError(
        .unsupported,
        "A tokenizer of the model \(vocabulary.model) with the pretokenizer \(vocabulary.pre ?? "(none)") and add_space_prefix \(vocabulary.addsSpaces) cannot be written as tokenizer.json."
      )
    }
  }

  /// A `tokenizer_config.json` that names the special tokens.
  static func configurationBytes(of vocabulary: GGUFVocabulary) -> [UInt8] {
    var fields = ["\"clean_up_tokenization_spaces\": false"]
    if let adds = vocabulary.addsBeginOfSequence { fields.append("\"add_bos_token\": \(adds)") }
    for (name, id) in [
      ("bos", vocabulary.beginOfSequenceID), ("eos", vocabulary.endOfSequenceID),
      ("pad", vocabulary.paddingID), ("unk", vocabulary.unknownID),
    ] {
      if let id, vocabulary.tokens.indices.contains(Int(id)) {
        fields.append("\"\(name)_token\": \(JSONText.quoted(vocabulary.tokens[Int(id)]))")
      }
    }
    fields.append("\"tokenizer_class\": \"PreTrainedTokenizerFast\"")
    return Array("{\n  \(fields.sorted().joined(separator: ",\n  "))\n}\n".utf8)
  }

  private static func byteLevel(
    _ vocabulary: GGUFVocabulary, _ preparation: BytePreparation
  ) -> [UInt8] {
    let hasOwnPattern = preparation.pattern.regex == WordPattern.gpt2.regex
    var steps = [
      #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":\#(hasOwnPattern)}"#
    ]
    if !hasOwnPattern {
      let regex = JSONText.quoted(preparation.pattern.regex)
      steps.insert(
        #"{"type":"Split","pattern":{"Regex":\#(regex)},"behavior":"Isolated","invert":false}"#,
        at: 0)
    }
    if preparation.splitsDigits {
      steps.insert(#"{"type":"Digits","individual_digits":true}"#, at: 0)
    }
    let pretokenizer =
      steps.count == 1
      ? steps[0]
      : #"{"type":"Sequence","pretokenizers":[\#(steps.joined(separator: ","))]}"#
    let merges = vocabulary.merges.map { merge in
      let sides = merge.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        .map { JSONText.quoted(String(Substring($0))) }
      return "[\(sides.joined(separator: ","))]"
    }
    return file(
      vocabulary, normalizer: preparation.composes ? #"{"type":"NFC"}"# : "null",
      pretokenizer: pretokenizer,
      decoder:
        #"{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"#,
      unknown: "null", usesByteFallback: false, ignoresMerges: preparation.ignoresMerges,
      merges: merges)
  }

  private static func sentencePiece(_ vocabulary: GGUFVocabulary) -> [UInt8] {
    var marked = vocabulary
    // llama.cpp's converter turns the space marks of user-defined tokens into spaces.
    for (id, type) in zip(vocabulary.tokens.indices, vocabulary.tokenTypes) where type == 4 {
      marked.tokens[id] = String(
        decoding: vocabulary.tokens[id].utf8.flatMap { $0 == 0x20 ? Array("▁".utf8) : [$0] },
        as: UTF8.self)
    }
    let unknown = vocabulary.unknownID.flatMap { id in
      vocabulary.tokens.indices.contains(Int(id))
        ? JSONText.quoted(vocabulary.tokens[Int(id)]) : nil
    }
    let replacement = #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}"#
    let prepends = vocabulary.addsSpaces
    return file(
      marked,
      normalizer: prepends
        ? #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},\#(replacement)]}"#
        : replacement,
      pretokenizer: prepends
        ? "null"
        : #"{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}"#,
      decoder:
        #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}\#(prepends ? #",{"type":"Strip","content":" ","start":1,"stop":0}"# : "")]}"#,
      unknown: unknown ?? "null", usesByteFallback: true, ignoresMerges: false,
      merges: SentencePieceMerges(marked).pairs().map { left, right in
        "[\(JSONText.quoted(left)),\(JSONText.quoted(right))]"
      })
  }

  private static func file(
    _ vocabulary: GGUFVocabulary, normalizer: String, pretokenizer: String, decoder: String,
    unknown: String, usesByteFallback: Bool, ignoresMerges: Bool, merges: [String]
  ) -> [UInt8] {
    let tokens = vocabulary.tokens.enumerated().map { "\(JSONText.quoted($1)):\($0)" }
    return Array(
      """
      {"version":"1.0","truncation":null,"padding":null,
      "added_tokens":[\(addedTokens(vocabulary).joined(separator: ",\n"))],
      "normalizer":\(normalizer),
      "pre_tokenizer":\(pretokenizer),
      "post_processor":\(postProcessor(vocabulary)),
      "decoder":\(decoder),
      "model":{"type":"BPE","dropout":null,"unk_token":\(unknown),"continuing_subword_prefix":null,\
      "end_of_word_suffix":null,"fuse_unk":\(usesByteFallback),"byte_fallback":\(usesByteFallback),\
      "ignore_merges":\(ignoresMerges),
      "vocab":{\(tokens.joined(separator: ",\n"))},
      "merges":[\(merges.joined(separator: ",\n"))]}}

      """.utf8)
  }

  /// Control tokens are special; user-defined ones are only cut out of the text before anything else.
  private static func addedTokens(_ vocabulary: GGUFVocabulary) -> [String] {
    zip(vocabulary.tokens.indices, vocabulary.tokenTypes).compactMap { id, type in
      guard type == 3 || type == 4, !vocabulary.tokens[id].isEmpty else { return nil }
      let content = JSONText.quoted(vocabulary.tokens[id])
      return
        #"{"id":\#(id),"content":\#(content),"single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":\#(type == 3)}"#
    }
  }

  /// Puts the begin-of-sequence token before a text and the end-of-sequence token behind it, where the vocabulary asks
  /// for them.
  private static func postProcessor(_ vocabulary: GGUFVocabulary) -> String {
    let begin = vocabulary.beginsTexts ? vocabulary.beginOfSequenceID : nil
    let end = vocabulary.endsTexts ? vocabulary.endOfSequenceID : nil
    let ids = [begin, end].compactMap(\.self).filter {
      vocabulary.tokens.indices.contains(Int($0))
    }
    guard !ids.isEmpty else { return "null" }
    func name(_ id: Int32) -> String { JSONText.quoted(vocabulary.tokens[Int(id)]) }
    func part(_ text: String, _ type: Int) -> String {
      func token(_ id: Int32) -> String {
        #"{"SpecialToken":{"id":\#(name(id)),"type_id":\#(type)}}"#
      }
      return
        ([begin.map(token), #"{"Sequence":{"id":"\#(text)","type_id":\#(type)}}"#, end.map(token)])
        .compactMap(\.self).joined(separator: ",")
    }
    let first = part("A", 0)
    let tokens = (begin == end ? [ids[0]] : ids).map { id in
      #"\#(name(id)):{"id":\#(name(id)),"ids":[\#(id)],"tokens":[\#(name(id))]}"#
    }.joined(separator: ",")
    return
      #"{"type":"TemplateProcessing","single":[\#(first)],"pair":[\#(first),\#(part("B", 1))],"special_tokens":{\#(tokens)}}"#
  }
}
