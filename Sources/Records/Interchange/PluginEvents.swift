package import Files

/// What `replicate_plugin.py` wrote of a training, line by line, however often the training was begun.
struct PluginEvents {
  /// The steps that count, step 1 first: one that was done again after a stop counts as it was done last.
  private(set) var steps: [RunSummary.Step] = []
  /// What the last process stated when it began: versions, resolved settings, types of parameters, determinism.
  private(set) var stated: JSON?
  /// Digests of the files that were saved in the end, by their names; nil if the training did not come to its end.
  private(set) var saved: [String: Digest]?

  /// Reads the lines.
  ///
  /// - Throws: ``FileError`` `invalidJSON` for a line that is none of the plugin's but a last one that a kill cut off,
  ///   ``InterchangeError`` `damaged` for steps that do not follow each other.
  init(_ bytes: [UInt8], path: String) throws {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    lines.removeLast()
    for (index, line) in lines.enumerated() {
      let source = "\(path), line \(index + 1)"
      let event = JSONField(try JSONParser.parse(Array(line), source: source), source: source)
      switch try event["event"].string() {
      case "started":
        let done = try event["step"].count()
        guard steps.last.map({ $0.number >= done }) ?? (done == 0) else {
          throw InterchangeError(
            .damaged,
            "\(source): training goes on after step \(done), but the lines before end with step \(steps.last?.number ?? 0)."
          )
        }
        steps.removeAll { $0.number > done }
        (stated, saved) = (event.value, nil)
      case "step":
        let step = try RunSummary.Step(pluginEvent: event)
        guard step.number > steps.last?.number ?? 0 else {
          throw InterchangeError(
            .damaged, "\(source): step \(step.number) comes after step \(steps.last?.number ?? 0).")
        }
        steps.append(step)
      case "saved":
        var files: [String: Digest] = [:]
        for (name, file) in try event["files"].members() {
          files[name] = try file["sha256"].digest()
        }
        saved = files
      default: break
      }
    }
  }
}

extension RunSummary.Step {
  /// The values that the plugin writes of a step, by their names in records and in its lines.
  private static let pluginValues = [
    "loss", "cross_entropy", "entropy", "weight", "gradient_norm", "learning_rate",
    "trainable_tokens", "total_tokens",
  ]

  /// Reads a line of `replicate_plugin.py` about a step.
  ///
  /// - Throws: ``FileError`` `invalidJSON` for what is missing or no number.
  package init(pluginEvent event: JSONField) throws(FileError) {
    var values: [String: Double] = [:]
    for name in Self.pluginValues {
      // What is no finite number is a text.
      if let text = event[name].value?.stringValue {
        values[name] = Double(text) ?? .nan
      } else {
        values[name] = try event[name].number()
      }
    }
    self.init(
      number: try event["step"].integer(), batchDigest: try event["batch"].digest(), values: values)
  }
}
