import Files
import Scoring

/// How lm-evaluation-harness 0.4.13 describes a task in `configs` of its results.
///
/// Where the harness prints the source text of a function, the function's name stands here.
struct HarnessConfiguration {
  /// The task.
  let task: EvaluationTask
  /// Number of few-shot examples that its prompts show.
  let fewShotCount: Int
  /// Most tokens of an answer; nil for the task's own number.
  let maximumNewTokens: Int?
  /// What the model was loaded with, which the harness repeats for every task.
  let modelArguments: JSON.Object

  /// The task's entry.
  var json: JSON {
    var entry = JSON.Object()
    entry["task"] = .string(task.name)
    entry["task_alias"] = task.alias.map(JSON.string)
    entry["dataset_path"] = .string(task.dataSet.path)
    entry["dataset_name"] = task.dataSet.configuration.map(JSON.string)
    for (key, split) in splits { entry[key] = .string(split) }
    entry["process_docs"] = task.harness.processDocs.map(JSON.string)
    entry["doc_to_text"] = .string(question)
    entry["doc_to_target"] = target
    entry["unsafe_code"] = false
    entry["doc_to_choice"] = choices
    entry["process_results"] = task.harness.processResults.map(JSON.string)
    entry["description"] = .string(task.introduction)
    entry["target_delimiter"] = .string(task.targetDelimiter)
    entry["fewshot_delimiter"] = .string(task.fewShotDelimiter)
    entry["fewshot_config"] = fewShots
    entry["num_fewshot"] = JSON(fewShotCount)
    entry["metric_list"] = .array(task.metrics.map(metric))
    entry["output_type"] = outputType
    entry["generation_kwargs"] = task.generationArguments(maximum: maximumNewTokens)
      .map(JSON.object)
    entry["repeats"] = 1
    if task.filters != [.none] { entry["filter_list"] = .array(task.filters.map(filter)) }
    entry["should_decontaminate"] = .bool(task.harness.decontaminationQuery != nil)
    entry["doc_to_decontamination_query"] = task.harness.decontaminationQuery.map(JSON.string)
    entry["metadata"] = metadata
    return .object(entry)
  }

  private var outputType: JSON {
    switch task.output {
    case .multipleChoice: "multiple_choice"
    case .passage: "loglikelihood"
    case .generation: "generate_until"
    }
  }

  /// Splits by the harness's names for their use.
  private var splits: [(key: String, split: String)] {
    let splits = [
      ("training_split", task.dataSet.training), ("validation_split", task.dataSet.validation),
      ("test_split", task.dataSet.test), ("fewshot_split", task.dataSet.fewShot),
    ]
    return splits.compactMap { key, split in split.map { (key, $0) } }
  }

  private var question: String {
    if let function = task.harness.docToText { return function }
    return task.columns.reduce(task.question.source) { template, column in
      template.replacing("{{\(column.name)}}", with: "{{\(column.place ?? column.name)}}")
    }
  }

  private var target: JSON {
    if let function = task.harness.docToTarget { return .string(function) }
    return switch task.answer {
    case .letters(_, _, let position): .string(place(of: position))
    case .words(_, let column): .string(place(of: column))
    case .choices(_, let position): .string("{{\(place(of: position))}}")
    case .labelledChoices(_, let labels, let key, _):
      .string("{{\(place(of: labels)).index(\(place(of: key)))}}")
    case .text(let column), .passage(let column), .blank(_, _, let column):
      .string("{{\(place(of: column))}}")
    case .instructions: 0
    }
  }

  private var choices: JSON? {
    if let function = task.harness.docToChoice { return .string(function) }
    return switch task.answer {
    case .letters(let texts, _, _), .words(let texts, _): .array(texts.map(JSON.string))
    case .choices(let column, _), .blank(let column, _, _): .string(column)
    case .labelledChoices(let column, _, _, _): .string("{{\(place(of: column))}}")
    case .text, .passage, .instructions: nil
    }
  }

  private func place(of column: String) -> String {
    task.columns.first { $0.name == column }?.place ?? column
  }

  private var fewShots: JSON {
    [
      "sampler": task.fewShotRule == .firstRows ? "first_n" : "default",
      "split": JSON(task.dataSet.fewShot), "process_docs": nil, "fewshot_indices": nil,
      "samples": nil,
      "doc_to_text": .string(question), "doc_to_choice": choices ?? .null,
      "doc_to_target": target, "gen_prefix": nil,
      "fewshot_delimiter": .string(task.fewShotDelimiter),
      "target_delimiter": .string(task.targetDelimiter),
    ]
  }

  private func metric(_ metric: Metric) -> JSON {
    var entry = JSON.Object()
    entry["metric"] = .string(metric.rawValue)
    entry["aggregation"] =
      metric.isPerInstruction ? "agg_inst_level_acc" : metric.isPerLength ? "weighted_mean" : "mean"
    entry["higher_is_better"] = .bool(!metric.isPerLength)
    if metric == .exactMatch, task.comparison == .normalizedText {
      entry["ignore_case"] = true
      entry["ignore_punctuation"] = false
      entry["regexes_to_ignore"] = [",", "\\$", "(?s).*#### ", "\\.$"]
    }
    return .object(entry)
  }

  private func filter(_ filter: AnswerFilter) -> JSON {
    let steps: [JSON]
    switch filter {
    case .none: steps = []
    case .strictMatch:
      steps = [["function": "regex", "regex_pattern": "#### (\\-?[0-9\\.\\,]+)"]]
    case .flexibleExtract:
      steps = [
        [
          "function": "regex", "group_select": -1,
          "regex_pattern": "(-?[$0-9.,]{2,})|(-?[0-9]+)",
        ]
      ]
    }
    return [
      "name": .string(filter.rawValue), "filter": .array(steps + [["function": "take_first"]]),
    ]
  }

  private var metadata: JSON {
    var metadata = JSON.Object()
    if task.version != EvaluationTask.unversioned { metadata["version"] = task.versionNumber }
    for (key, value) in modelArguments.members { metadata[key] = value }
    return .object(metadata)
  }
}

extension EvaluationTask {
  /// The version as the harness writes it, a float where there is one.
  var versionNumber: JSON { Double(version).map(JSON.number) ?? .string(version) }

  /// What the harness passes to the model's generation; nil where nothing is generated.
  ///
  /// `maximum` is the most tokens, where the user said so; else the task says it, or the harness's 256 hold.
  func generationArguments(maximum: Int? = nil) -> JSON.Object? {
    guard case .generation(let stopStrings, let ownMaximum) = output else { return nil }
    var arguments = JSON.Object()
    arguments["until"] = .array(stopStrings.map(JSON.string))
    arguments["do_sample"] = false
    arguments["temperature"] = .number(0)
    let number = maximum ?? ownMaximum
    if number != Self.defaultMaximumNewTokens || maximum != nil {
      arguments["max_gen_toks"] = JSON(number)
    }
    return arguments
  }

  /// What the harness generates at most unless a task or the user says otherwise.
  static var defaultMaximumNewTokens: Int { 256 }
}
