import Assets
import Files
import Manifests
import Recipes
import Records
import Tensors
import Tokenizers
import Training

/// Renders, tokenises and labels the training data once, for every arm, seed and later command.
///
/// What is left lies in the store as a ``TokenTable``, a step with an identity of its own. The rows are read as a
/// stream: memory does not grow with the data but by a few words for each row.
struct DataPreparation: Sendable {
  /// The data files, verified before they are read.
  let files: [ResolvedAsset]
  let data: Manifest.TrainingData
  let template: ChatTemplate
  /// Identity of the step: what the table depends on.
  let key: Digest

  /// What is left: a table, and its SHA-256.
  typealias Table = (content: TokenTable, digest: Digest)

  private static let output = "tokens"

  /// Prepares the training data among the files of all assets for a model, whose identity is part of `common` as
  /// everything else that results depend on.
  init(_ assets: [String: [ResolvedAsset]], manifest: Manifest, common: JSON) throws(FileError) {
    files = manifest.trainingData.assets.flatMap { assets[$0] ?? [] }
    data = manifest.trainingData
    template = manifest.model.chatTemplate
    // Which rows are chosen, and in which order, is decided when all are prepared.
    var settings = data.canonical.objectValue ?? JSON.Object()
    for name in ["assets", "shuffle", "take"] { settings[name] = nil }
    key = try CanonicalJSON.digest(of: [
      "step": "prepare/1", "common": common, "data": .object(settings),
      "chat_template": .string(template.rawValue),
      "files": .array(files.map { JSON($0.sha256) }),
    ])
  }

  /// The table that was made before, if it is in the store; `note` is told of one that is damaged.
  func stored(_ cache: StepCache, _ store: ArtifactStore, note: (String) -> Void) throws -> Table? {
    guard let digest = try cache.find(key, damaged: note)?.outputs[Self.output] else { return nil }
    switch try store.lookUp(digest) {
    case .absent: return nil
    case .damaged(let path):
      note("the training data is prepared anew: \(path) is damaged")
      return nil
    case .present(let blob): return (try TokenTable(path: blob.path), digest)
    }
  }

  /// Makes the table and stores it.
  func make(
    _ tokenizer: Tokenizer, threads: Int, _ cache: StepCache, _ writer: ArtifactWriter
  ) throws -> Table {
    let blob = try writer.add(
      "the prepared training data", from: "this preparation", sha256: nil, bytes: nil
    ) { append in
      try write(tokenizer, threads: threads) { try $0.withUnsafeBytes(append) }
    }
    try cache.store(StepResult(outputs: [Self.output: blob.sha256], details: [:]), for: key)
    return (try TokenTable(path: blob.path), blob.sha256)
  }

  /// Makes the table in memory, for audits, which believe and write nothing.
  func makeInMemory(_ tokenizer: Tokenizer, threads: Int) throws -> Table {
    var bytes: [UInt8] = []
    try write(tokenizer, threads: threads) { bytes += $0 }
    return (try TokenTable(bytes: bytes), SHA256.digest(of: bytes))
  }

  /// Hands the bytes of the table to `take`, in order.
  private func write(_ tokenizer: Tokenizer, threads: Int, _ take: ([UInt8]) throws -> Void)
    throws
  {
    let builder = ExampleBuilder(
      tokenizer: tokenizer, template: template,
      rule: LabelRule(trainsOnInputs: data.trainsOnInputs, endOfTurn: data.endOfTurn))
    var writer = TokenTableWriter()
    var count = 0
    for file in files {
      try RowTable.forEachPart(
        path: file.path, format: data.format, name: file.asset.name, columns: data.fields.columns
      ) { part in
        let conversations = try TrainingConversations.read(part, fields: data.fields)
        for example in try builder.examples(conversations, from: count, threads: threads) {
          writer.append(
            try data.lengths.kept(example, at: count), fullCount: example.inputIDs.count)
          count += 1
        }
        try take(writer.takeBytes())
      }
    }
    writer.finish()
    try take(writer.takeBytes())
  }
}

extension Manifest.ConversationFields {
  /// The columns that hold the conversations.
  fileprivate var columns: [String] {
    let paths =
      switch self {
      case .turns(let user, let assistant): [user.path, assistant.path]
      case .messages(let path): [path]
      }
    return paths.map { $0.components[0] }.reduce(into: []) { columns, name in
      if !columns.contains(name) { columns.append(name) }
    }
  }
}
