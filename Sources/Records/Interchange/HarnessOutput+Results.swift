import Files
import Foundation
import Manifests
import Provenance
import Scoring
import Tensors
import Tokenizers

extension HarnessOutput {
  /// The content of the results file.
  func content(hashes: JSON, started: Date, ended: Date) -> JSON {
    let tasks = results.flatMap(\.tasks)
    let groups = results.flatMap(\.groups)
    var entries = JSON.Object()
    var groupEntries = JSON.Object()
    for task in tasks { entries[task.task.name] = Self.entry(of: task) }
    for group in groups {
      let entry = Self.entry(of: group)
      entries[group.group.name] = entry
      groupEntries[group.group.name] = entry
    }
    var content = JSON.Object()
    content["results"] = .object(entries)
    if !groups.isEmpty { content["groups"] = .object(groupEntries) }
    let children = results.flatMap(Self.children)
    content["group_subtasks"] = .object(
      Self.object(children.map { ($0.group, .array($0.children.map(JSON.string))) }))
    add(tasks, groups, children, to: &content)
    content["config"] = configuration
    content["git_hash"] = .null
    content["date"] = .number(started.timeIntervalSince1970)
    content["pretty_env_info"] = .string("replicate \(Version.text), \(numerics.identity)")
    content["transformers_version"] = "N/A"
    content["lm_eval_version"] = .string(ScorerVersion.harness)
    content["upper_git_hash"] = .null
    addModel(to: &content)
    content["task_hashes"] = hashes
    content["model_source"] = "replicate"
    content["model_name"] = .string(model.path)
    content["model_name_sanitized"] = .string(HarnessModel.folderName(of: model.path))
    content["system_instruction"] = JSON(settings.systemInstruction)
    content["system_instruction_sha"] =
      settings.systemInstruction.map { JSON(SHA256.digest(of: $0)) } ?? .null
    addChatTemplate(to: &content)
    content["total_evaluation_time_seconds"] = .string(
      PythonJSON.text(of: ended.timeIntervalSince(started)))
    content["replicate"] = additions
    return .object(content)
  }

  /// What is said of every task, in the order of their names.
  private func add(
    _ tasks: [TaskResult], _ groups: [BenchmarkResult.GroupResult],
    _ children: [(group: String, children: [String])], to content: inout JSON.Object
  ) {
    let arguments = modelArguments
    func shown(_ task: EvaluationTask) -> Int {
      task.shownExamples(requested: settings.fewShotCount)
    }
    func higherIsBetter(_ metrics: [Metric]) -> JSON {
      .object(Self.object(metrics.map { ($0.rawValue, true) }))
    }
    // The harness looks at groups from the top, so that only those whose children are tasks find these.
    let names = Set(tasks.map(\.task.name))
    let parents = children.filter { names.isSuperset(of: $0.children) }.compactMap { parent in
      tasks.first { parent.children.contains($0.task.name) }.map { (parent.group, $0.task) }
    }
    content["configs"] = Self.sorted(
      tasks.map {
        let configuration = HarnessConfiguration(
          task: $0.task, fewShotCount: shown($0.task),
          maximumNewTokens: settings.maximumNewTokens, modelArguments: arguments)
        return ($0.task.name, configuration.json)
      })
    content["versions"] = Self.sorted(
      tasks.map { ($0.task.name, $0.task.versionNumber) }
        + groups.map { ($0.group.name, .string($0.group.version)) })
    content["n-shot"] = Self.sorted(
      tasks.map { ($0.task.name, JSON(shown($0.task))) } + parents.map { ($0.0, JSON(shown($0.1))) }
    )
    content["higher_is_better"] = Self.sorted(
      tasks.map { ($0.task.name, higherIsBetter($0.task.metrics)) }
        + parents.map { ($0.0, higherIsBetter($0.1.metrics)) })
    content["n-samples"] = .object(
      Self.object(
        tasks.map { task in
          let name = task.task.name
          return (
            name,
            ["original": JSON(rows[name]?.count ?? 0), "effective": JSON(task.samples.count)]
          )
        }))
  }

  // MARK: - Scores

  private static func entry(of result: TaskResult) -> JSON {
    var entry = JSON.Object()
    entry["name"] = .string(result.task.name)
    entry["alias"] = .string(result.task.alias ?? result.task.name)
    entry["sample_len"] = JSON(result.samples.count)
    add(result.metrics, to: &entry)
    return .object(entry)
  }

  private static func entry(of result: BenchmarkResult.GroupResult) -> JSON {
    var entry = JSON.Object()
    entry["alias"] = .string(result.group.alias)
    entry["name"] = .string(result.group.name)
    entry["sample_len"] = JSON(result.metrics.first?.count ?? 0)
    add(result.metrics, to: &entry)
    entry["sample_count"] = .object(object(result.metrics.map { ($0.key, JSON($0.count)) }))
    return .object(entry)
  }

  private static func add(_ metrics: [MetricResult], to entry: inout JSON.Object) {
    for metric in metrics {
      let (name, filter) = (metric.metric.rawValue, metric.filter.rawValue)
      entry["\(name),\(filter)"] = .number(metric.value)
      entry["\(name)_stderr,\(filter)"] = metric.standardError.map(JSON.number) ?? "N/A"
      entry["\(name)_clustered_stderr,\(filter)"] = metric.clusteredStandardError.map(JSON.number)
    }
  }

  /// The groups of a benchmark from the top, each with the groups and tasks right below it.
  private static func children(
    of result: BenchmarkResult
  ) -> [(group: String, children: [String])] {
    let present = Set(result.tasks.map(\.task.name))
    let groups = result.groups.map { (name: $0.group.name, tasks: Set($0.group.taskNames)) }
    return result.groups.reversed().map { parent in
      let tasks = Set(parent.group.taskNames)
      let below = groups.filter { $0.name != parent.group.name && $0.tasks.isSubset(of: tasks) }
      let covered = below.reduce(into: Set<String>()) { $0.formUnion($1.tasks) }
      let rest = parent.group.taskNames.filter { present.contains($0) && !covered.contains($0) }
      return (parent.group.name, below.map(\.name) + rest)
    }
  }

  // MARK: - Model and settings

  private var modelArguments: JSON.Object {
    var arguments = JSON.Object()
    arguments["pretrained"] = .string(model.path)
    arguments["dtype"] = "float32"
    arguments["add_bos_token"] = settings.addsSpecialTokens.map(JSON.bool)
    arguments["max_length"] = settings.maximumLength.map { JSON($0) }
    return arguments
  }

  private var configuration: JSON {
    var generation = JSON.Object()
    generation["max_gen_toks"] = settings.maximumNewTokens.map { JSON($0) }
    return [
      "model": "replicate", "model_args": .object(modelArguments),
      "model_num_parameters": JSON(model.parameterCount), "model_dtype": "torch.float32",
      "model_revision": "main", "model_sha": "", "batch_size": "auto", "batch_sizes": [],
      "device": "cpu", "use_cache": nil,
      "limit": limit.map { JSON.number(Double($0)) } ?? .null, "bootstrap_iters": 100_000,
      "gen_kwargs": .object(generation), "random_seed": 0, "numpy_seed": 1234, "torch_seed": 1234,
      "fewshot_seed": JSON(Int(settings.fewShotSeed)),
    ]
  }

  private func addModel(to content: inout JSON.Object) {
    func pair(_ token: HarnessModel.SpecialToken?) -> JSON {
      [JSON(token?.text), .string(token.map { String($0.id) } ?? "None")]
    }
    content["tokenizer_pad_token"] = pair(model.padding)
    content["tokenizer_eos_token"] = pair(model.endOfSequence)
    content["tokenizer_bos_token"] = pair(model.beginOfSequence)
    content["eot_token_id"] = model.endOfSequence.map { JSON(Int($0.id)) } ?? .null
    content["max_length"] = JSON(settings.maximumLength ?? model.maximumLength)
  }

  private func addChatTemplate(to content: inout JSON.Object) {
    // A template that is not the checkpoint's is named: readers take null for plain prompts.
    let own = model.chatTemplate.flatMap { text in
      KnownChatTemplate.template(of: text) == settings.chatTemplate ? text : nil
    }
    let template = settings.chatTemplate.map { own ?? $0.jinja ?? $0.rawValue }
    content["fewshot_as_multiturn"] = template == nil ? .null : .bool(settings.asksExamplesAsTurns)
    content["chat_template"] = JSON(template)
    content["chat_template_sha"] = template.map { JSON(SHA256.digest(of: $0)) } ?? .null
  }

  /// What this program records of an evaluation and the harness does not.
  private var additions: JSON {
    let truncated = results.flatMap(\.tasks).map { result in
      (result.task.name, JSON(result.samples.count { $0.truncatedTokens > 0 }))
    }
    return [
      "schema": "replicate/evaluation/v1", "version": .string(Version.text),
      "numerics": .string(numerics.identity), "self_test": .string(selfTest.answers.digest),
      "chat_template": JSON(settings.chatTemplate?.rawValue),
      "stops_at_end_of_turn": .bool(settings.stopsAtEndOfTurn),
      "truncated_documents": .object(Self.object(truncated)),
    ]
  }

  // MARK: - Objects

  private static func object(_ members: [(String, JSON)]) -> JSON.Object {
    var object = JSON.Object()
    for (key, value) in members { object[key] = value }
    return object
  }

  private static func sorted(_ members: [(String, JSON)]) -> JSON {
    .object(object(members.sorted { $0.0.precedes($1.0) }))
  }
}
