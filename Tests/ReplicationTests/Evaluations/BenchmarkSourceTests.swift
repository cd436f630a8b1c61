import Files
import Foundation
import LanguageModels
import Scoring
import TestSupport
import Testing
import Tokenizers

@testable import Assets
@testable import Manifests
@testable import Replication

@Suite("Where benchmarks come from") struct BenchmarkSourceTests {
  private func catalog() throws -> BenchmarkCatalog {
    try BenchmarkCatalog.read(in: ["/nowhere", Checkout.manifests])
  }

  @Test("The shipped list of benchmarks is valid and pins every file")
  func catalogIsPinned() throws {
    let catalog = try catalog()
    #expect(
      catalog.sources.map(\.benchmark.name) == [
        "mmlu", "hellaswag", "arc_challenge", "gsm8k", "gsm8k_solutions",
      ])
    for declaration in catalog.assets {
      for asset in try catalog.files([declaration.name]) {
        try asset.validate()
        #expect(asset.sha256 != nil)
      }
    }
    #expect(try catalog.files(of: MMLU.benchmark, needsExamples: true).examples?.assets.count == 57)
    #expect(try catalog.files(["punkt-english"]).count == LanguageData.punktFiles.count)
  }

  @Test("The list of benchmarks is no manifest")
  func catalogIsNoManifest() {
    let names = ManifestCatalog(folders: [Checkout.manifests]).entries().map(\.name)
    #expect(names.contains("tiny") && !names.contains("benchmarks"))
  }

  @Test("Mistakes in a list of benchmarks are reported with line and column")
  func catalogProblems() throws {
    let path = "\(Checkout.manifests)/benchmarks.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let cases = [
      ("task: hellaswag", "task: mmlu", "mmlu is already in this list"),
      ("documents: gsm8k-test", "documents: gsm8k-tset", "did you mean 'gsm8k-test'?"),
      ("one_row_per: doc.id", "one_row_pre: doc.id", "one_row_per"),
      ("schema: 1", "schema: 2", "this build reads version 1"),
      ("punkt: punkt-english", "punkt: mmlu-dev", "nothing uses the asset 'punkt-english'"),
    ]
    for (old, new, sentence) in cases {
      let changed = Array(text.replacing(old, with: new).utf8)
      let error = #expect(throws: ManifestError.self) {
        try ManifestDecoder.decodeCatalog(changed, path: "list.yaml")
      }
      #expect(error.map { "\($0)" }?.contains(sentence) == true, "\(sentence): \(error as Any)")
      #expect(error.map { "\($0)" }?.contains("list.yaml:") == true)
    }
  }

  @Test("Without a list of benchmarks the way out is named")
  func noCatalog() throws {
    let error = #expect(throws: EvaluationCommandError.self) {
      try BenchmarkCatalog.read(in: ["/nowhere"])
    }
    #expect(error?.message.contains("pass the rows with --data DIR") == true)
  }

  @Test("A data folder holds splits as JSON lines, compressed ones or Arrow, but only one of them")
  func dataFolder() throws {
    let temporary = try TemporaryFolder()
    let folder = DataFolder(path: temporary.path)
    let gsm8k = Benchmark(GSM8K.task)
    _ = try temporary.write([], to: "gsm8k/test.arrow")
    _ = try temporary.write([], to: "gsm8k/train.jsonl.gz")
    let files = try folder.files(of: gsm8k, needsExamples: true)
    #expect(files.documents.format == .arrowStream && files.examples?.format == .jsonLines)
    #expect(files.documents.assets[0].name == "gsm8k/test.arrow")
    #expect(try folder.files(of: gsm8k, needsExamples: false).examples == nil)
    _ = try temporary.write([], to: "gsm8k/test.jsonl")
    let error = #expect(throws: EvaluationCommandError.self) {
      try folder.files(of: gsm8k, needsExamples: false)
    }
    #expect(error?.message.contains("both gsm8k/test.jsonl and gsm8k/test.arrow") == true)
  }

  @Test("Language data is found as a folder of files or as the Python package")
  func languageData() throws {
    let temporary = try TemporaryFolder()
    func files() throws -> LanguageData { try LanguageData(folder: temporary.path) }
    for name in LanguageData.punktFiles {
      let error = #expect(throws: EvaluationCommandError.self) { try files() }
      #expect(error?.message.contains(name) == true)
      _ = try temporary.write([], to: "punkt_tab/english/\(name)")
    }
    _ = try temporary.write([], to: "langdetect/profiles/en")
    _ = try temporary.write([], to: "langdetect/utils/messages.properties")
    #expect(try files().messages.hasSuffix("langdetect/utils/messages.properties"))
    _ = try temporary.write([], to: "langdetect/messages.properties")
    #expect(try files().messages.hasSuffix("langdetect/messages.properties"))
  }

  @Test("A name stands for a benchmark, a group or a task; parts of one are put together")
  func selection() throws {
    func names(_ asked: String...) throws -> [String] {
      try Benchmark.selected(by: asked).map { part in
        "\(part.name): \(part.tasks.count) \(part.groups.map(\.name).joined(separator: " "))"
      }
    }
    #expect(
      try names("gsm8k", "mmlu") == [
        "gsm8k: 1 ", "mmlu: 57 mmlu_stem mmlu_other mmlu_social_sciences mmlu_humanities mmlu",
      ])
    #expect(try names("mmlu_stem") == ["mmlu_stem: 19 mmlu_stem"])
    #expect(try names("mmlu_anatomy", "mmlu_anatomy") == ["mmlu_anatomy: 1 "])
    #expect(
      try names("mmlu_virology", "hellaswag", "mmlu_stem") == [
        "mmlu: 20 mmlu_stem", "hellaswag: 1 ",
      ])
    #expect(throws: EvaluationError.self) { try Benchmark.selected(by: ["MMLU"]) }
  }

  // MARK: - Checkpoints

  @Test("A checkpoint's digest follows links and changes with every file that a loader reads")
  func checkpointDigest() throws {
    let temporary = try TemporaryFolder()
    let blob = try temporary.write([1, 2], to: "blobs/x")
    _ = try temporary.write([3], to: "model/config.json")
    try FileManager.default.createSymbolicLink(
      atPath: temporary.path(of: "model/model.safetensors"), withDestinationPath: blob)
    let model = temporary.path(of: "model")
    let first = try CheckpointDigest.digest(of: model)
    _ = try temporary.write([9], to: "model/README.md")
    #expect(try CheckpointDigest.digest(of: model) == first)
    _ = try temporary.write([1, 3], to: "blobs/x")
    #expect(try CheckpointDigest.digest(of: model) != first)
    #expect(try CheckpointDigest.digest(of: blob) == SHA256.digest(ofFileAt: blob))
  }

  @Test("A chat template is taken from its own file first, then from the tokenizer's configuration")
  func chatTemplateText() throws {
    func text(_ files: [(String, String)]) throws -> String? {
      try TokenizerFiles(files: files.map { (name: $0.0, bytes: Array($0.1.utf8)) }).chatTemplate()
    }
    let configuration = ("tokenizer_config.json", "{\"chat_template\": \"a\"}")
    #expect(try text([configuration, ("chat_template.jinja", "b\n")]) == "b\n")
    #expect(try text([configuration]) == "a")
    #expect(try text([("tokenizer_config.json", "{}")]) == nil)
    #expect(try text([]) == nil)
    let several =
      "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"}, {\"name\": \"default\", \"template\": \"d\"}]}"
    #expect(try text([("tokenizer_config.json", several)]) == "d")
    #expect(throws: ModelFileError.self) { try text([("tokenizer_config.json", "{")]) }
    #expect(throws: ModelFileError.self) {
      try text([("tokenizer_config.json", "{\"chat_template\": 3}")])
    }
  }

  @Test("Special tokens are those of the configuration, then of the map, then of the vocabulary")
  func specialTokens() throws {
    let files = TokenizerFiles(files: [
      (
        "tokenizer_config.json",
        Array(#"{"bos_token": {"content": "<b>", "lstrip": false}, "eos_token": "<e>"}"#.utf8)
      ), ("special_tokens_map.json", Array(#"{"eos_token": "<x>", "pad_token": "<p>"}"#.utf8)),
    ])
    let tokens = try files.specialTokens()
    #expect(
      JSON.object(tokens) == ["bos_token": "<b>", "eos_token": "<e>", "pad_token": "<p>"])
    #expect(throws: ModelFileError.self) {
      try TokenizerFiles(files: [("tokenizer_config.json", [0])]).specialTokens()
    }
  }

  @Test("A chat template that is none of the known is interpreted, or refused by what it needs")
  func unknownTemplates() throws {
    func choose(_ text: String?, _ name: String?) throws -> ChatTemplate {
      var tokens = JSON.Object()
      tokens["bos_token"] = "<s>"
      tokens["eos_token"] = "</s>"
      return try KnownChatTemplate.choose(text, name: name, specialTokens: tokens, model: "m")
    }
    let own = try choose(
      "{{ bos_token }}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}", nil)
    #expect(
      try own.text(of: [ChatMessage(role: "user", content: "Q")], addGenerationPrompt: true)
        == "<s>Q</s>")
    #expect(own.endOfTurn == "</s>")
    #expect(
      throws: EvaluationCommandError(
        .options,
        "m: The chat template uses the statement “include” on line 1, which this program does not interpret. If its conversations are written like those of one of these, force it with --chat-template \(KnownChatTemplate.names)."
      )
    ) { try choose("{% include 'x' %}", nil) }
    #expect(throws: EvaluationCommandError.self) { try choose(nil, nil) }
    #expect(throws: EvaluationCommandError.self) { try choose(nil, "chatml") }
    #expect(try choose("{{ messages }}", "gemma3") == .gemma3)
    #expect(try choose(nil, "chatml-smollm2") == .smollm2)
  }
}
