import Files
import Foundation
import Manifests
import Records
import Scoring

/// The evaluation of a model by lm-evaluation-harness, a task at a time; its answers are scored by this program, as those
/// of every engine.
struct HarnessEvaluation {
  let engine: AxolotlEngine
  /// The model, a folder of transformers.
  let model: String
  let request: EvaluationRequest
  let listener: EvaluationListener

  init(
    engine: AxolotlEngine, model: String, _ request: EvaluationRequest,
    _ listener: EvaluationListener
  ) {
    (self.engine, self.model, self.request, self.listener) = (engine, model, request, listener)
  }

  /// What of a manifest the harness does not do, a sentence each.
  static func obstacles(to manifest: Manifest) -> [String] {
    manifest.evaluations.filter { $0.sampling != nil }.map {
      "The evaluation of '\($0.name)' has 'samples', which lm-evaluation-harness would draw with other random numbers, and does not tell which answers were cut off: take it out, or evaluate with the native engine."
    }
  }

  /// Asks every task whose samples are not all there yet, in one program that holds the model.
  func run() throws -> BenchmarkResult {
    let total = request.inputs.reduce(0) { $0 + $1.documents.count }
    var samples = request.inputs.map { input in
      request.finished.filter { $0.task == input.task.name }
    }
    var pending = request.inputs.indices.filter {
      samples[$0].count < request.inputs[$0].documents.count
    }
    func progress() throws {
      try listener.progress(
        total - pending.reduce(0) { $0 + request.inputs[$1].documents.count }, total)
    }
    try progress()
    if !pending.isEmpty {
      let place = engine.scratch.appending("\(ContainedPath(model).name)-\(request.benchmark.name)")
      try place.remove()
      try place.createFolder()
      let log = place.appending("harness.log")
      var program = try start(pending, place, log: log)
      func take() throws {
        for index in pending {
          let folder = place.appending(request.inputs[index].task.name)
          guard try FileStatus(at: folder.appending(Self.stated)) != nil else { continue }
          samples[index] = try answers(to: request.inputs[index], in: folder, after: samples[index])
          pending.removeAll { $0 == index }
        }
        try progress()
      }
      let status = try program.wait(whileRunning: take)
      try take()
      guard pending.isEmpty else {
        throw EngineError(
          .engineFailed,
          "lm-evaluation-harness ended with status \(status) before it had answers for \(request.inputs[pending[0]].task.name). \(LogTail(of: log).sentence) The same command asks what is left."
        )
      }
      try place.remove()
    }
    let results = try zip(request.inputs, samples).map { input, samples in
      try TaskResult(task: input.task, samples: samples)
    }
    return BenchmarkResult(request.benchmark, tasks: results)
  }

  /// What a task's folder gets last.
  private static let stated = "stated.json"

  private func start(_ pending: [Int], _ place: ContainedPath, log: ContainedPath) throws
    -> BackgroundProgram
  {
    let (file, script) = (place.appending("request.json"), place.appending("replicate_evaluate.py"))
    let tasks = try pending.map { index in
      try task(request.inputs[index], request.rows[index], in: place)
    }
    let json: JSON = [
      "model": .string(model), "dtype": .string(engine.settings.precision.rawValue),
      "batch_size": 1, "tasks": .array(tasks),
    ]
    try AtomicFile.write(Array(PythonJSON.indented(json).utf8), to: file)
    try AtomicFile.write(PackageResources.replicate_evaluate_py, to: script)
    let environment = engine.environment.evaluation
    return try BackgroundProgram(
      ["\(environment)/bin/python", script.path, file.path],
      environment: engine.variables(in: environment), in: place.path, log: log.path)
  }

  /// What the harness is told of a task, whose rows are written to a folder of its own.
  private func task(
    _ input: TaskInput, _ rows: EvaluationInputs.Rows, in place: ContainedPath
  ) throws -> JSON {
    let (task, settings) = (input.task, request.settings)
    let folder = place.appending(task.name)
    try folder.createFolder()
    var splits = [(task.dataSet.evaluationSplit, Array(rows.asked.prefix(input.documents.count)))]
    if let split = task.dataSet.fewShotSplit, !rows.shown.isEmpty {
      splits.append((split, rows.shown))
    }
    var files: [(String, JSON)] = []
    for (split, rows) in splits {
      let place = folder.appending("\(split).jsonl")
      try AtomicFile.write(
        Array(rows.map { PythonJSON.line($0) + "\n" }.joined().utf8), to: place)
      files.append((split, .string(place.path)))
    }
    let isGenerated = if case .generation = task.output { true } else { false }
    return [
      "task": .string(task.name), "rows": JSON(present: files),
      "num_fewshot": JSON(task.shownExamples(requested: settings.fewShotCount)),
      "chat_template": .bool(settings.chatTemplate != nil),
      "max_gen_toks": isGenerated ? settings.maximumNewTokens.map { JSON($0) } ?? .null : .null,
      "output": .string(folder.path),
    ]
  }

  /// The samples that the harness left in a task's folder, those of an earlier process among them.
  private func answers(
    to input: TaskInput, in folder: ContainedPath, after known: [SampleResult]
  ) throws -> [SampleResult] {
    let stated = folder.appending(Self.stated)
    let answers = try HarnessAnswers(in: folder.path, task: input.task, tools: request.tools)
    guard answers.samples.map(\.documentIndex).sorted() == input.documentIndices.sorted() else {
      throw EngineError(
        .engineFailed,
        "lm-evaluation-harness has answers for \(answers.samples.count) documents of \(input.task.name) where \(input.documents.count) were asked."
      )
    }
    for sample in answers.samples
    where !known.contains(where: { $0.documentIndex == sample.documentIndex }) {
      try listener.record(sample)
    }
    try listener.stated(
      "lm-evaluation-harness",
      [
        "facts": try JSONParser.parse(try OpenFile.contents(of: stated), source: stated.path),
        "differences": .array(answers.differences.prefix(20).map(JSON.string)),
        "difference_count": JSON(answers.differences.count),
      ])
    return answers.samples
  }
}
