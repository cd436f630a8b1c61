import Files
import Manifests

/// What the files that Axolotl left of a training tell, and what they do not.
///
/// Reference: `TrainerState` of transformers 5.16, the model card of Axolotl 0.19.
struct ImportedTraining {
  /// A file that is kept, by its name in the record.
  enum File: String, CaseIterable {
    /// What the Trainer logged.
    case log = "trainer_state.json"
    /// What the plugin of this program wrote, if it was used.
    case events = "events.jsonl"
    /// The model's configuration.
    case model = "config.json"
    /// The model card, which holds what Axolotl was told.
    case card = "README.md"
    /// What Axolotl was told, where somebody brings it.
    case settings = "axolotl.yaml"

    /// The file's name in a record, where the harness's files lie in the folder above.
    var nameInRecord: String { "\(Imported.sourceFolder)training/\(rawValue)" }
  }

  /// The steps, as the plugin wrote them or else as they were logged.
  let steps: [RunSummary.Step]
  /// The seed that Axolotl was told; nil if that is not known.
  let seed: Int?
  /// Name of the model that training began with; nil if that is not known.
  let model: String?
  /// What the plugin stated; nil if it was not used.
  let stated: JSON?
  /// Digests of the saved files, as the plugin wrote them; nil if it was not used, or the training has no end.
  let saved: [String: Digest]?
  /// What is known besides, for programs.
  let details: JSON
  /// What the files do not tell.
  let unknowns: [Unknown]

  /// Reads the files, which messages name by where they lie in `folder`.
  ///
  /// - Throws: ``InterchangeError`` `incomplete` without a log, and `damaged` where log and plugin contradict each other;
  ///   ``LogError``, ``FileError`` or ``ManifestError`` for a file that is damaged.
  init(_ files: [File: [UInt8]], in folder: String) throws {
    func path(_ file: File) -> String { "\(folder)/\(file.rawValue)" }
    let logged = try files[.log].map { bytes in
      let content = try JSONParser.parse(bytes, source: path(.log), dialect: .python)
      guard TrainingLog.isLog(content) else {
        throw LogError(
          .damaged, "\(path(.log)) must hold an object with the array log_history.")
      }
      return try LoggedSteps(try TrainingLog(content, path: path(.log)))
    }
    let events = try files[.events].map { try PluginEvents($0, path: path(.events)) }
    if let logged, let events { try Self.check(logged, events, in: folder) }
    steps = events?.steps ?? logged?.steps ?? []
    guard !steps.isEmpty else {
      throw InterchangeError(
        .incomplete,
        "\(folder) tells of no step of a training: neither a trainer_state.json, in it or in a folder checkpoint-N, nor an events.jsonl of the plugin does."
      )
    }
    let card = files[.card].flatMap(ModelCard.init)
    let settings = try Self.settings(files[.settings], card, path(.settings))
    func told(_ key: String) -> String? { settings?.first { $0.key == key }?.text }
    let resolved = events?.stated?["resolved"]
    let number = resolved?["seed"]?.integerValue ?? told("seed").flatMap { Int($0) }
    seed = number.flatMap { $0 >= 0 ? $0 : nil }
    model = resolved?["base_model"]?.stringValue ?? told("base_model")
    (stated, saved) = (events?.stated, events?.saved)
    let configuration = try files[.model].map {
      try JSONParser.parse($0, source: path(.model), dialect: .python)
    }
    let dtype = configuration?["dtype"] ?? configuration?["torch_dtype"]
    details = JSON(present: [
      ("steps_done", logged?.done.map { JSON($0) } ?? .null),
      ("steps_planned", logged?.planned.map { JSON($0) } ?? .null),
      ("axolotl", JSON(card?.version)),
      (
        "settings",
        settings.map { JSON(present: $0.map { ($0.key, .string($0.text)) }) } ?? .null
      ),
      ("transformers", JSON(configuration?["transformers_version"]?.stringValue)),
      ("dtype", JSON(dtype?.stringValue)),
    ])
    unknowns = Self.unknowns(steps, logged, stated: stated, told: settings != nil, model: model)
  }

  /// The settings that Axolotl was told: those that somebody brings, or else those of the model card; nil without either.
  private static func settings(
    _ bytes: [UInt8]?, _ card: ModelCard?, _ path: String
  ) throws -> [(key: String, text: String)]? {
    if let bytes { return try ForeignSettings.read(bytes, name: path) }
    // Of a card that somebody rewrote, nothing is known.
    return card.flatMap { try? ForeignSettings.read($0.settings, name: path) }
  }

  /// Refuses a log and a plugin's lines that are of different trainings.
  private static func check(
    _ logged: LoggedSteps, _ events: PluginEvents, in folder: String
  ) throws(InterchangeError) {
    let own = Dictionary(events.steps.map { ($0.number, $0) }) { $1 }
    for step in logged.steps {
      for (name, value) in step.values.sorted(by: { $0.key < $1.key }) {
        // A loss may have been rounded to four digits.
        let limit = name == "loss" ? 5.1e-5 : 0
        guard let other = own[step.number]?.values[name], !(value.isNaN && other.isNaN),
          value != other, !((value - other).magnitude <= limit)
        else { continue }
        throw InterchangeError(
          .damaged,
          "\(folder)/\(File.log.rawValue) and \(File.events.rawValue) are not of one training: at step \(step.number) the \(name.replacing("_", with: " ")) is \(value) in one and \(other) in the other."
        )
      }
    }
  }
}

/// What Axolotl writes into README.md of the folder with the model: its version and the configuration that it was told.
private struct ModelCard {
  let version: String?
  /// The configuration's text.
  let settings: [UInt8]

  /// Nil if no such configuration stands there.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let match = text.firstMatch(of: /axolotl version: `([^`\n]{1,40})`\s*```yaml\n/),
      let end = text[match.range.upperBound...].firstRange(of: "\n```")
    else { return nil }
    version = String(match.1)
    settings = Array(text[match.range.upperBound..<end.lowerBound].utf8)
  }
}
