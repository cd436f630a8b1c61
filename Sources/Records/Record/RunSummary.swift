package import Files

/// The results of a run: what must be the same when it is repeated, and nothing else.
///
/// No time, no path, no number of threads. Every float is kept with its bits (``JSON/exact(_:)-(Double)``).
package struct RunSummary: Sendable, Equatable {
  /// One arm (with one seed): what it was made of, how training went, what was measured.
  package struct Arm: Sendable, Equatable {
    /// The arm's name in the manifest: "base", "sft", "eaft".
    package var name: String
    /// The seed that the arm was trained with; nil for an arm that is not trained.
    package var seed: Int?
    /// The same as manifests and samples have it.
    package var unsignedSeed: UInt64? { seed.map { UInt64(clamping: $0) } }
    /// Digests by what they are of: "weights", "prepared_examples", "tokenizer".
    package var digests: [String: Digest] = [:]
    /// The steps of training, first step first; empty for an arm that is not trained.
    package var steps: [Step] = []
    /// What was measured, in the order of the manifest.
    package var metrics: [Metric] = []
    /// What was looked at besides; nil unless the manifest asks for it.
    package var inspection: ArmInspection?

    /// Creates an arm.
    package init(
      name: String, seed: Int?, digests: [String: Digest] = [:], steps: [Step] = [],
      metrics: [Metric] = []
    ) {
      self.name = name
      self.seed = seed
      self.digests = digests
      self.steps = steps
      self.metrics = metrics
    }
  }

  /// One optimizer step of training.
  package struct Step: Sendable, Equatable {
    /// The step's number, from 1.
    package var number: Int
    /// The digest of the tokens that the step was computed from; equal in all arms.
    package var batchDigest: Digest?
    /// Values by name: "loss", "gradient_norm", "learning_rate", ...
    package var values: [String: Double]

    /// Creates a step.
    package init(number: Int, batchDigest: Digest?, values: [String: Double]) {
      self.number = number
      self.batchDigest = batchDigest
      self.values = values
    }
  }

  /// One measured value.
  package struct Metric: Sendable, Equatable {
    /// The task: "gsm8k", "mmlu", "mmlu_stem".
    package var task: String
    /// The metric: "acc_norm".
    package var name: String
    /// The measured value.
    package var value: Double
    /// Its standard error over items; nil where there is none.
    package var standardError: Double?
    /// Its standard error over clusters of items that depend on each other; nil where there are none.
    package var clusteredStandardError: Double?
    /// The part of its standard error that comes of which answers were drawn; nil unless each item has several.
    package var predictionStandardError: Double?
    /// The number of items.
    package var count: Int

    /// Creates a metric.
    package init(
      task: String, name: String, value: Double, standardError: Double?,
      clusteredStandardError: Double? = nil, predictionStandardError: Double? = nil, count: Int
    ) {
      self.task = task
      self.name = name
      self.value = value
      self.standardError = standardError
      self.clusteredStandardError = clusteredStandardError
      self.predictionStandardError = predictionStandardError
      self.count = count
    }
  }

  /// The arms, in the order of the manifest.
  package var arms: [Arm]
  /// Whatever else belongs to the results: group tables, differences, verdicts.
  package var details: JSON

  /// Creates a summary.
  package init(arms: [Arm], details: JSON = [:]) {
    self.arms = arms
    self.details = details
  }
}

// MARK: - JSON

extension RunSummary {
  /// The summary as JSON.
  package var json: JSON {
    ["arms": .array(arms.map(\.json)), "details": details]
  }

  /// Reads what ``json`` wrote.
  package init(_ field: JSONField) throws(FileError) {
    var arms: [Arm] = []
    for element in try field["arms"].elements() { arms.append(try Arm(element)) }
    self.init(arms: arms, details: field["details"].value ?? [:])
  }
}

extension RunSummary.Arm {
  package var json: JSON {
    var digestObject = JSON.Object()
    for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
      digestObject[name] = JSON(digest)
    }
    var object = JSON.Object()
    object["name"] = .string(name)
    object["seed"] = JSON(seed.map(String.init))
    object["digests"] = .object(digestObject)
    object["steps"] = .array(steps.map(\.json))
    object["metrics"] = .array(metrics.map(\.json))
    // What came later is only written where it is.
    object["inspection"] = inspection?.json
    return .object(object)
  }

  package init(_ field: JSONField) throws(FileError) {
    var digests: [String: Digest] = [:]
    for (name, digest) in try field["digests"].members() { digests[name] = try digest.digest() }
    var steps: [RunSummary.Step] = []
    for element in try field["steps"].elements() { steps.append(try RunSummary.Step(element)) }
    var metrics: [RunSummary.Metric] = []
    for element in try field["metrics"].elements() {
      metrics.append(try RunSummary.Metric(element))
    }
    var seed: Int?
    if !field["seed"].isNull {
      // A string, because a seed may be larger than the integers that all JSON readers keep.
      seed = Int(try field["seed"].string())
      if seed == nil { throw field["seed"].failure("a whole number as a string") }
    }
    self.init(
      name: try field["name"].string(), seed: seed, digests: digests, steps: steps,
      metrics: metrics)
    let inspection = field["inspection"]
    if !inspection.isNull { self.inspection = try ArmInspection(inspection) }
  }
}

extension RunSummary.Step {
  package var json: JSON {
    var valueObject = JSON.Object()
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      valueObject[name] = .exact(value)
    }
    return [
      "step": JSON(number), "batch_sha256": JSON(batchDigest?.hex), "values": .object(valueObject),
    ]
  }

  package init(_ field: JSONField) throws(FileError) {
    var values: [String: Double] = [:]
    for (name, value) in try field["values"].members() { values[name] = try value.exact() }
    let batch = field["batch_sha256"]
    self.init(
      number: try field["step"].integer(), batchDigest: batch.isNull ? nil : try batch.digest(),
      values: values)
  }
}

extension RunSummary.Metric {
  var json: JSON {
    var object = JSON.Object()
    object["task"] = .string(task)
    object["metric"] = .string(name)
    object["value"] = .exact(value)
    object["standard_error"] = standardError.map { .exact($0) } ?? .null
    object["clustered_standard_error"] = clusteredStandardError.map { .exact($0) } ?? .null
    // What came later is only written where it is.
    object["prediction_standard_error"] = predictionStandardError.map { .exact($0) }
    object["n"] = JSON(count)
    return .object(object)
  }

  package init(_ field: JSONField) throws(FileError) {
    let error = field["standard_error"]
    let clusteredError = field["clustered_standard_error"]
    let predictionError = field["prediction_standard_error"]
    self.init(
      task: try field["task"].string(), name: try field["metric"].string(),
      value: try field["value"].exact(), standardError: error.isNull ? nil : try error.exact(),
      clusteredStandardError: clusteredError.isNull ? nil : try clusteredError.exact(),
      predictionStandardError: predictionError.isNull ? nil : try predictionError.exact(),
      count: try field["n"].count())
  }
}
