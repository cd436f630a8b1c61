import Files
import Manifests
import Provenance
import Scoring

/// A record as Every Eval Ever has it (schema 0.3.0, arXiv 2606.14516): for every arm and seed one object with all metrics, and
/// one line for every score of every document that is right or wrong, of several answers one for each.
///
/// Given texts have no right answers, which the format asks of lines: of them there are metrics only.
struct EvaluationLogs {
  private static let schema = "0.3.0"

  let account: RunAccount

  init(_ account: RunAccount) { self.account = account }

  private var record: SealedRecord { account.record }

  /// Two files an arm, in the folders that the format's data store wants.
  func files() throws -> [ExportFolder.File] {
    let samples = try record.samples()
    return try record.summary.arms.filter { !$0.metrics.isEmpty }.flatMap { arm in
      let model = Model(
        run: URIText.component(record.name), arm: URIText.component(arm.label),
        uuid: Self.uuid("\(record.digest) \(arm.label)"))
      let own = samples.filter { $0.arm == arm.name && $0.seed == arm.unsignedSeed }
      let rows = try own.flatMap { part in
        try part.results.flatMap(\.samples).flatMap { try self.rows($0, of: part, model) }
      }
      let lines = try rows.flatMap { try CanonicalJSON.encode($0) + [UInt8(ascii: "\n")] }
      let details: JSON? =
        rows.isEmpty
        ? nil
        : [
          "format": "jsonl", "file_path": .string("\(model.path)_samples.jsonl"),
          "hash_algorithm": "sha256", "checksum": JSON(SHA256.digest(of: lines)),
          "total_rows": JSON(rows.count),
        ]
      var files = [
        ExportFolder.File(
          name: "\(model.path).json",
          content: .bytes(
            try CanonicalJSON.encode(aggregate(arm, model, details)) + [UInt8(ascii: "\n")]))
      ]
      if details != nil {
        files.append(
          ExportFolder.File(name: "\(model.path)_samples.jsonl", content: .bytes(lines)))
      }
      return files
    }
  }

  /// What names an arm in the data store.
  private struct Model {
    let run: String
    let arm: String
    let uuid: String

    var name: String { "replicate/\(run)-\(arm)" }
    var path: String { "data/replicate-\(run)/\(name)/\(uuid)" }
  }

  // MARK: - Metrics

  private func aggregate(_ arm: RunSummary.Arm, _ model: Model, _ details: JSON?) -> JSON {
    let program = account.programs.last
    var notes: [(String, JSON)] = [
      ("record_id", .string(record.id)), ("record_sha256", JSON(record.digest)),
      ("results_sha256", JSON(record.resultsDigest)),
    ]
    if record.isImported { notes.append(("computed", .string(Imported.notice))) }
    let weights: [(String, JSON)] =
      arm.digests["weights"].map { [("weights_sha256", JSON($0))] } ?? []
    return JSON(present: [
      ("schema_version", .string(Self.schema)), ("evaluation_id", .string(identifier(model))),
      ("evaluation_timestamp", .string(record.sealed)), ("retrieved_timestamp", .string(time)),
      (
        "source_metadata",
        [
          "source_name": .string(record.name), "source_type": "evaluation_run",
          // A record does not say who ran it, nor how that is related to who made the model.
          "source_organization_name": "unknown", "evaluator_relationship": "other",
          "additional_details": JSON(present: notes),
        ]
      ),
      (
        "eval_library",
        ["name": "replicate", "version": .string(program?.version ?? "unknown")]
      ),
      (
        "model_info",
        [
          "name": .string(arm.sentence), "id": .string(model.name),
          "additional_details": JSON(
            present: [("deployment_type", "self_deployed"), ("model_availability", "unknown")]
              + weights),
        ]
      ), ("evaluation_results", .array(arm.metrics.map(result))),
      ("detailed_evaluation_results", details ?? .null),
    ])
  }

  private func result(_ metric: RunSummary.Metric) -> JSON {
    let quantity = Quantity(metric: metric.name)
    func limit(_ value: Double) -> JSON {
      value.isFinite
        ? .number(max(value, quantity.isNonnegative ? 0 : value))
        : .string("\(value < 0 ? "-" : "")Infinity")
    }
    return [
      "evaluation_result_id": .string(Self.resultID(metric.task, metric.name)),
      "evaluation_name": .string(metric.task), "source_data": source(metric.task),
      "metric_config": [
        "metric_id": .string(metric.name),
        "metric_unit": .string(DocumentedResults.Unit(quantity).rawValue),
        "lower_is_better": .bool(quantity.isLowerBetter), "score_type": "continuous",
        "min_score": limit(quantity.range.lowerBound),
        "max_score": limit(quantity.range.upperBound),
      ],
      "score_details": [
        "score": .number(metric.value),
        "uncertainty": JSON(present: [
          (
            "standard_error",
            metric.standardError.map { ["value": .number($0), "method": "analytic"] } ?? .null
          ), ("num_samples", JSON(metric.count)),
        ]),
      ],
    ]
  }

  /// The documents of a task: the inputs that the manifest names for its evaluation.
  private func source(_ task: String) -> JSON {
    let evaluation = account.manifest?.evaluations.first { $0.holds(task) }
    let digests = account.inputs(evaluation?.documents ?? []).flatMap { input in
      input.files.map { ("\(input.asset)/\($0.file)", JSON($0.digest)) }
    }
    return JSON(present: [
      ("dataset_name", .string(task)), ("source_type", "other"),
      ("additional_details", digests.isEmpty ? .null : JSON(present: Array(digests.prefix(64)))),
    ])
  }

  // MARK: - Documents

  private func rows(_ sample: SampleResult, of part: ArmSamples, _ model: Model) throws -> [JSON] {
    if case .passage = sample.response { return [] }
    let choices = sample.response.choices
    var answers = [choices.max { $0.logLikelihood < $1.logLikelihood }?.text ?? ""]
    if case .generation(let generation) = sample.response { answers = generation.texts }
    let gold = Int(sample.target).flatMap { choices.indices.contains($0) ? choices[$0].text : nil }
    let reference = gold ?? sample.target
    let task = part.benchmark.groups.isEmpty ? part.evaluation : sample.task
    return sample.scores.flatMap { score -> [JSON] in
      score.values.enumerated().map { place, value in
        let key = MetricResult.key(score.metric, score.filter)
        // A row for each of several answers; of one, a row for each of its scores.
        let number = answers.count > 1 ? place : 0
        let extracted =
          sample.answers.first { $0.filter == score.filter }?.texts[number] ?? answers[number]
        return JSON(present: [
          ("schema_version", .string(Self.schema)), ("evaluation_id", .string(identifier(model))),
          ("model_id", .string(model.name)), ("evaluation_name", .string(task)),
          ("evaluation_result_id", .string(Self.resultID(task, key))),
          (
            "sample_id",
            .string(
              "\(sample.task)/\(sample.documentIndex)" + (answers.count > 1 ? "/\(number)" : ""))
          ),
          ("sample_hash", JSON(SHA256.digest(of: sample.prompt + reference))),
          ("interaction_type", "single_turn"),
          (
            "input",
            JSON(present: [
              ("raw", .string(sample.prompt)), ("reference", [.string(reference)]),
              ("choices", choices.isEmpty ? .null : .array(choices.map { .string($0.text) })),
            ])
          ), ("output", ["raw": [.string(answers[number])]]),
          (
            "answer_attribution",
            [
              [
                "turn_idx": 0, "source": "output.raw", "extracted_value": .string(extracted),
                "extraction_method": .string(score.filter.rawValue), "is_terminal": true,
              ]
            ]
          ), ("evaluation", ["score": .number(value), "is_correct": .bool(value == 1)]),
        ])
      }
    }
  }

  // MARK: - Names

  private func identifier(_ model: Model) -> String { "\(record.name)/\(model.name)/\(time)" }

  /// When the record was sealed, in seconds: an export has no clock of its own.
  private var time: String { String(Timestamp.seconds(of: record.sealed) ?? 0) }

  private static func resultID(_ task: String, _ metric: String) -> String { "\(task)/\(metric)" }

  /// A name of the form that version 4 of UUIDs has, which follows from a text.
  private static func uuid(_ text: String) -> String {
    var digits = Array(SHA256.digest(of: text).hex.prefix(32))
    digits[12] = "4"
    digits[16] = "8"
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return parts.joined(separator: "-")
  }
}
