package import Files

/// What keeps a run from starting: inputs that are not here and that this program cannot fetch, formats that it cannot
/// read, and a library that it lacks.
package struct MissingInputs: Sendable, Equatable {
  /// One input, with what brings it here.
  package struct Input: Sendable, Equatable {
    /// What the manifest calls it.
    package let asset: String
    /// What it is and why it is not here, as one phrase.
    package let reason: String
    /// What to do, in this order: sentences and commands.
    package let steps: [String]
    /// The value for `--asset` once that is done; nil if the input is found without it.
    package let option: String?

    /// Creates an input that is missing.
    package init(asset: String, reason: String, steps: [String], option: String?) {
      self.asset = asset
      self.reason = reason
      self.steps = steps
      self.option = option
    }
  }

  /// Name of the replication.
  package let name: String
  /// The inputs, in the order of the manifest.
  package let inputs: [Input]
  /// What keeps it from starting even with every input, a sentence each.
  package let obstacles: [String]

  /// Creates what keeps the run called `name` from starting.
  package init(name: String, inputs: [Input], obstacles: [String]) {
    self.name = name
    self.inputs = inputs
    self.obstacles = obstacles
  }

  /// Whether nothing keeps the run from starting.
  package var isEmpty: Bool { inputs.isEmpty && obstacles.isEmpty }

  /// Everything in one message.
  package var text: ReportText {
    var parts: [ReportText] = [
      "\(name) cannot be run here yet; nothing was downloaded or computed."
    ]
    parts += obstacles.map { ReportText($0) }
    if !inputs.isEmpty {
      parts.append(
        inputs.count == 1 ? "An input is missing:" : "\(inputs.count) inputs are missing:")
    }
    parts += inputs.map { input in
      ReportText(["\(input.asset): \(input.reason)"] + input.steps.map { "  " + $0 })
    }
    let options = inputs.compactMap { input in
      input.option.map { "  --asset \(input.asset)=\($0)" }
    }
    if let last = options.last {
      let what =
        options.count == 1 ? "this option (or another path)" : "these options (or other paths)"
      parts.append(
        ReportText(
          ["Then give the same command with \(what):"] + options.dropLast().map { $0 + " \\" }
            + [last]))
    }
    return ReportText(paragraphs: parts)
  }
}
