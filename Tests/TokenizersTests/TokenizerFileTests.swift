import Files
import Testing

@testable import Tokenizers

/// What is refused, and by which sentence.
@Suite struct TokenizerFileTests {
  /// A tokenizer.json of four byte-level tokens, with parts replaced.
  private func file(
    vocabulary: String = #"{"a":0,"b":1,"ab":2,"<e>":3}"#, merges: String = #"[["a","b"]]"#,
    model: String = "", added: String = "", rest: String = ""
  ) -> [UInt8] {
    """
    {"version":"1.0","added_tokens":[\(added)],"normalizer":null,
    "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},
    "decoder":{"type":"ByteLevel"},\(rest)
    "model":{"type":"BPE"\(model),"merges":\(merges),"vocab":\(vocabulary)}}
    """.bytes
  }

  private func message(_ bytes: [UInt8], config: String? = nil) -> String? {
    do {
      _ = try Tokenizer(tokenizerJSON: bytes, tokenizerConfigJSON: config?.bytes)
      return nil
    } catch {
      return (error as? TokenizerError)?.message ?? "another error"
    }
  }

  @Test("A sound file is read, whatever the order of its keys")
  func sound() throws {
    let tokenizer = try Tokenizer(
      tokenizerJSON: file(added: #"{"id":4,"content":"<x>","special":true}"#),
      tokenizerConfigJSON: nil)
    #expect(tokenizer.encode("abba<x>ab") == [2, 1, 0, 4, 2])
    #expect(tokenizer.decode([2, 4, 0, 99, -1], skippingSpecialTokens: true) == "aba")
    #expect(tokenizer.vocabularySize == 5)
    #expect(tokenizer.beginOfSequenceID == nil)
  }

  @Test("add_bos_token counts for nothing beside a tokenizer.json, as in transformers 5")
  func beginOfSequence() throws {
    let config = #"{"bos_token":"<e>","add_bos_token":true}"#.bytes
    let plain = try Tokenizer(tokenizerJSON: file(), tokenizerConfigJSON: config)
    #expect(plain.encode("a", addingSpecialTokens: true) == [0])
    #expect(plain.encode("a<e>") == [0, 3])
    #expect(plain.decode([0, 3], skippingSpecialTokens: true) == "a")
    let template = """
      "post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}}],
      "special_tokens":{}},
      """
    let templated = try Tokenizer(
      tokenizerJSON: file(rest: template), tokenizerConfigJSON: config)
    #expect(templated.encode("a", addingSpecialTokens: true) == [0])
    #expect(templated.beginOfSequenceID == 3)
  }

  @Test("A special token that the vocabulary lacks gets the next id")
  func furtherToken() throws {
    let tokenizer = try Tokenizer(
      tokenizerJSON: file(), tokenizerConfigJSON: #"{"eos_token":"<y>"}"#.bytes)
    #expect(tokenizer.endOfSequenceID == 4)
    #expect(tokenizer.encode("a<y>b") == [0, 4, 1])
  }

  @Test("Components that the program does not have are refused by name")
  func unsupported() {
    let cases: [([UInt8], String)] = [
      (file(rest: #""normalizers":1,"#), "has the key “normalizers”"),
      (file(model: #","dropout":0.1"#), "sets “dropout” to a number"),
      (file(model: #","byte_fallback":true"#), "sets “byte_fallback” to true"),
      (file(model: #","end_of_word_suffix":"</w>""#), "sets “end_of_word_suffix”"),
      (file(vocabulary: "[]"), "only models of type “BPE” are read"),
      (
        file(added: #"{"id":3,"content":"<e>","lstrip":1}"#),
        "The added token “<e>” of tokenizer.json: “lstrip” is a number; it must be true or false"
      ),
      (file(vocabulary: #"{"a":0,"b":1,"ab":4}"#), "Token id 4 is out of range"),
      (
        file(rest: #""post_processor":{"type":"BertProcessing"},"#),
        "The post_processor of tokenizer.json (BertProcessing) is not one that this program has"
      ),
    ]
    for (bytes, sentence) in cases {
      let message = message(bytes)
      #expect(message?.contains(sentence) == true, "\(message ?? "read")")
    }
    for (old, new) in [
      (#""normalizer":null"#, #""normalizer":{"type":"NFKC"}"#),
      (
        #""normalizer":null"#,
        #""normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]}"#
      ),
      (#""use_regex":true"#, #""use_regex":false"#),
      (#""add_prefix_space":false"#, #""add_prefix_space":true"#),
      (#""decoder":{"type":"ByteLevel"}"#, #""decoder":{"type":"WordPiece"}"#),
      (#""type":"BPE""#, #""type":"Unigram""#),
    ] {
      let text = String(decoding: file(), as: UTF8.self).replacing(old, with: new)
      let message = message(text.bytes)
      #expect(message?.contains("program") == true, "\(message ?? "read")")
    }
  }

  /// A tokenizer.json whose pretokenizer is a Split by Qwen's pattern and ByteLevel.
  private func splitFile() -> String {
    let regex = WordPattern.qwen2.regex.replacing("\\", with: "\\\\")
    let words = #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"#
    let split =
      #"{"type":"Split","pattern":{"Regex":"\#(regex)"},"behavior":"Isolated","invert":false}"#
    return String(decoding: file(), as: UTF8.self).replacing(
      #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"#,
      with: #"{"type":"Sequence","pretokenizers":[\#(split),\#(words)]}"#)
  }

  @Test(
    "A Split by a known pattern is read with ByteLevel behind it, and refused in any other form")
  func splits() {
    #expect(message(splitFile().bytes) == nil)
    // To remove what does not match is the same, since all of a text matches.
    let removed = splitFile().replacing("Isolated", with: "Removed").replacing(
      #""invert":false"#, with: #""invert":true"#)
    #expect(message(removed.bytes) == nil)
    for (old, new) in [
      (#""use_regex":false"#, #""use_regex":true"#), ("Isolated", "Removed"),
      ("Isolated", "MergedWithNext"),
      (#""invert":false"#, #""invert":true"#), (#"\\p{N}|"#, #"\\p{N}{1,2}|"#), ("Regex", "String"),
      (#""type":"Split""#, #""type":"Punctuation""#),
      (
        #""type":"Sequence","pretokenizers":["#,
        #""type":"Sequence","pretokenizers":[{"type":"Digits"},"#
      ),
    ] {
      let text = splitFile().replacing(old, with: new)
      #expect(text != splitFile(), "\(old)")
      let message = message(text.bytes)
      #expect(
        message?.contains("The pre_tokenizer of tokenizer.json") == true,
        "\(old): \(message ?? "read")")
    }
  }

  @Test("With ignore_merges a word that is a token stays whole, without it merges decide")
  func wholeWords() throws {
    let vocabulary = #"{"a":0,"b":1,"ab":2,"<e>":3,"ba":4,"Ġb":5,"Ġ":6,"Ġba":7}"#
    func encode(_ text: String, ignoringMerges: Bool) throws -> [Int32] {
      try Tokenizer(
        tokenizerJSON: file(
          vocabulary: vocabulary, model: #","ignore_merges":\#(ignoringMerges)"#),
        tokenizerConfigJSON: nil
      ).encode(text)
    }
    #expect(try encode("ba ba", ignoringMerges: false) == [1, 0, 6, 1, 0])
    #expect(try encode("ba ba", ignoringMerges: true) == [4, 7])
    #expect(try encode("bab", ignoringMerges: true) == [1, 2])
  }

  @Test("Broken and contradicting files are refused with their place")
  func malformed() {
    let cases: [([UInt8], String)] = [
      ([], "(byte 0): expected an object, found the end"),
      ("[1]".bytes, "(byte 0): expected an object"),
      (file() + [0x7B], "expected the end of the text"),
      (file().dropLast(3) + [0xFF], "it is not UTF-8"),
      (file(merges: #"[["a","c"]]"#), "the merge of “a” and “c” needs a token"),
      (file(merges: #"[["a"]]"#), "a merge does not have two sides"),
      (file(merges: #"["a b c"]"#), "a merge is not two tokens"),
      (file(vocabulary: #"{"a":0,"b":0,"ab":1}"#), "Two tokens of the vocabulary have the id 0"),
      (file(vocabulary: #"{"a":0,"a":1,"b":2}"#), "have the same text “a”"),
      (file(vocabulary: #"{"a":-1}"#), "expected a whole number"),
      (file(vocabulary: #"{"a":1.5}"#), "expected a whole number"),
      (file(added: #"{"id":2,"content":"<e>"}"#), "has the id 2 in tokenizer.json, but another"),
      (file(added: #"{"id":9,"content":"<x>"}"#), "Token id 9 is out of range"),
      (file(model: #","unk_token":"<u>""#), "The unk_token “<u>”"),
      (
        file(added: "{\"id\":4,\"content\":\"\(String(repeating: "x", count: 1025))\"}"),
        "The added token with the id 4 is 1025 bytes long"
      ),
      (file(vocabulary: #"{"\ud800":0}"#), "a lone surrogate"),
      (file(vocabulary: #"{"a\x":0}"#), "a backslash must be followed"),
      (
        file(rest: "\"x\":" + String(repeating: "[", count: 100_000)),
        "has the key “x”"
      ),
      (
        String(decoding: file(), as: UTF8.self).replacing(
          "\"normalizer\":null",
          with: "\"normalizer\":" + String(repeating: "[", count: 100_000)
        ).bytes, "nest deeper than 128 levels"
      ),
    ]
    for (bytes, sentence) in cases {
      let message = message(Array(bytes))
      #expect(message?.contains(sentence) == true, "\(message ?? "read")")
    }
    #expect(message(file(), config: "[]") == "tokenizer_config.json holds an array, not an object.")
    #expect(message(file(), config: #"{"a":1,"a":2}"#)?.contains("stands twice") == true)
    for (config, sentence) in [
      (#"{"eos_token":7}"#, "tokenizer_config.json: eos_token is a number; it must be a text"),
      (#"{"added_tokens_decoder":{"x":{"content":"<y>"}}}"#, "the key “x”, which is no token id"),
      (#"{"extra_special_tokens":"<y>"}"#, "extra_special_tokens is a string; it must be a list"),
      (#"{"split_special_tokens":true}"#, "sets “split_special_tokens”"),
      (#"{"fast_tokenizer_files":["tokenizer.4.0.0.json"]}"#, "sets “fast_tokenizer_files”"),
      (#"{"tokenizer_class":"BertTokenizerFast"}"#, "The tokenizer_class BertTokenizer prepares"),
    ] {
      let message = message(file(), config: config)
      #expect(message?.contains(sentence) == true, "\(message ?? "read")")
    }
  }

  @Test("A GGUF vocabulary that contradicts itself is refused")
  func vocabulary() throws {
    let file = try Fixtures.value(VocabularyFile.self, "gemma-small/vocabulary.json")
    func message(_ change: (inout GGUFVocabulary) -> Void) -> String {
      var vocabulary = file.vocabulary
      change(&vocabulary)
      do {
        _ = try Tokenizer(gguf: vocabulary)
        return "read"
      } catch {
        return (error as? TokenizerError)?.message ?? "another error"
      }
    }
    #expect(message { _ in } == "read")
    #expect(message { $0.tokens = [] }.contains("holds 0 tokens"))
    #expect(message { $0.scores = [] }.contains("“tokenizer.ggml.scores” is missing"))
    #expect(message { $0.scores.removeLast() }.contains("values for"))
    #expect(message { $0.scores[300] = .nan }.contains("NaN for token 300"))
    #expect(message { $0.tokenTypes[9] = 7 }.contains("unknown type 7"))
    #expect(message { $0.beginOfSequenceID = -1 }.contains("“tokenizer.ggml.bos_token_id” is -1"))
    #expect(message { $0.model = "bert" }.contains("expected “gpt2” or “llama”"))
    #expect(
      message { $0.model = "gpt2" }.contains(
        "expected one of “smollm”, “gpt-2”, “llama-bpe”, “qwen2”, “dbrx”, “mpt”, “olmo”"))
    #expect(message { $0.addsSpacePrefix = nil } == "read")
    let words = try Fixtures.value(VocabularyFile.self, "smollm-small/vocabulary.json").vocabulary
    #expect(
      message {
        $0 = words
        $0.addsSpacePrefix = true
      }.contains("“tokenizer.ggml.add_space_prefix” is true"))
    #expect(message { $0.tokens[400] = $0.tokens[401] }.contains("have the same text"))
    #expect(message { $0.tokens[30] = "<0x1Y>" }.contains("byte fallback needs"))
    #expect(message { $0.tokenTypes = [] } == "read")
  }

  /// A tokenizer.json of a word with marks for its spaces, with parts replaced.
  private func markedFile(_ changes: [(String, String)] = []) -> [UInt8] {
    let bytes = (0..<256).map {
      let digits = String($0, radix: 16, uppercase: true)
      return "\"<0x\(digits.count == 1 ? "0" : "")\(digits)>\":\($0)"
    }
    let text = """
      {"version":"1.0","added_tokens":[{"id":261,"content":"<e>","special":true}],
      "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},\
      {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
      "pre_tokenizer":null,
      "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},\
      "content":" "},{"type":"ByteFallback"},{"type":"Fuse"},\
      {"type":"Strip","content":" ","start":1,"stop":0}]},
      "model":{"type":"BPE","byte_fallback":true,"vocab":{\(bytes.joined(separator: ",")),\
      "▁":256,"a":257,"▁a":258,"b":259,"ab":260},"merges":[["▁","a"],["a","b"]]}}
      """
    return changes.reduce(text) { $0.replacing($1.0, with: $1.1) }.bytes
  }

  @Test("Where a mark stands before a text is what its normalizer or Metaspace says")
  func marks() throws {
    let (prepend, nothing) = (
      #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},"#,
      #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"#
    )
    func metaspace(_ scheme: String) -> [(String, String)] {
      let value =
        #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"\#(scheme)","split":false}"#
      return [
        (prepend + nothing, "null"), (#""pre_tokenizer":null"#, #""pre_tokenizer":\#(value)"#),
      ]
    }
    let texts = ["a", " a", "a<e>a", "<e>a", "<e> a", ""]
    for (changes, expected) in [
      ([], [[258], [256, 258], [258, 261, 258], [261, 258], [261, 256, 258], []]),
      (metaspace("always"), [[258], [258], [258, 261, 258], [261, 258], [261, 258], []]),
      (metaspace("first"), [[258], [258], [258, 261, 257], [261, 257], [261, 258], []]),
      (metaspace("never"), [[257], [258], [257, 261, 257], [261, 257], [261, 258], []]),
    ] as [([(String, String)], [[Int32]])] {
      let tokenizer = try Tokenizer(tokenizerJSON: markedFile(changes), tokenizerConfigJSON: nil)
      #expect(texts.map { tokenizer.encode($0) } == expected, "\(changes)")
    }
    let tokenizer = try Tokenizer(tokenizerJSON: markedFile(), tokenizerConfigJSON: nil)
    #expect(tokenizer.decode([258, 260], skippingSpecialTokens: false) == "aab")
    #expect(tokenizer.decode([256, 258], skippingSpecialTokens: false) == " a")
    #expect(tokenizer.encodeWithOffsets("é").byteRanges == [0..<2, 0..<1, 1..<2])
  }

  @Test("Other ways to mark spaces are refused")
  func otherMarks() {
    #expect(message(markedFile()) == nil)
    for (old, new) in [
      (#""prepend":"▁""#, #""prepend":"_""#), (#""type":"Prepend""#, #""type":"Lowercase""#),
      (#""start":1"#, #""start":2"#), (#""stop":0"#, #""stop":1"#),
      (#""type":"Strip","content":" ""#, #""type":"Strip","content":"x""#),
      (
        #""pre_tokenizer":null"#,
        #""pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}"#
      ),
      (#""byte_fallback":true"#, #""byte_fallback":false"#),
    ] {
      let message = message(markedFile([(old, new)]))
      #expect(message?.contains("program") == true, "\(old): \(message ?? "read")")
    }
  }

  @Test("As LlamaTokenizer, transformers marks spaces in a way of its own")
  func llamaTokenizer() throws {
    func encode(_ config: String) throws -> [[Int32]] {
      let tokenizer = try Tokenizer(
        tokenizerJSON: markedFile(), tokenizerConfigJSON: config.bytes)
      return [" a", "a<e>a"].map { tokenizer.encode($0) }
    }
    #expect(try encode(#"{"tokenizer_class":"PreTrainedTokenizerFast"}"#)[0] == [256, 258])
    for name in ["LlamaTokenizer", "LlamaTokenizerFast"] {
      #expect(
        try encode(#"{"tokenizer_class":"\#(name)"}"#) == [[258], [258, 261, 257]])
      #expect(
        try encode(#"{"tokenizer_class":"\#(name)","legacy":true}"#)
          == [[258], [258, 261, 258]])
      #expect(
        try encode(#"{"tokenizer_class":"\#(name)","legacy":true,"add_prefix_space":false}"#)
          == [[258], [257, 261, 257]])
    }
    // A byte-level file with that class is read as it is.
    #expect(
      message(file(), config: #"{"tokenizer_class":"LlamaTokenizer"}"#) == nil)
  }
}
