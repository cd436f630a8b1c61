package import Files
package import Foundation
import Manifests
package import Records
package import Scoring
package import TestSupport

/// A small evaluation with every kind of task but IFEval, as the harness's output.
package struct InterchangeFixtures {
  package let folder: TemporaryFolder
  package let rows: [String: [JSON]]
  package let results: [BenchmarkResult]

  package init() throws {
    folder = try TemporaryFolder()
    rows = Self.rows
    let tasks = try Benchmark.all.map { benchmark in
      (
        benchmark,
        try benchmark.tasks.compactMap { task in
          try Self.rows[task.name].map { try Self.result(task, $0) }
        }
      )
    }
    results = tasks.filter { !$0.1.isEmpty }.map { BenchmarkResult($0.0, tasks: $0.1) }
  }

  package static let rows: [String: [JSON]] = [
    "arc_challenge": [
      [
        "id": "a", "question": "Which is warm?",
        "choices": ["text": ["ice", "the sun", "é"], "label": ["1", "2", "3"]], "answerKey": "2",
      ],
      [
        "id": "b", "question": "And cold?",
        "choices": ["text": ["ice", "fire", "", "tea"], "label": ["A", "B", "C", "D"]],
        "answerKey": "A",
      ],
      [
        "id": "c", "question": "Neither?",
        "choices": ["text": ["stone", "fire"], "label": ["A", "B"]], "answerKey": "A",
      ],
    ],
    "hellaswag": [
      [
        "ind": 4, "activity_label": "Baking", "ctx_a": "A man bakes [step] bread.", "ctx_b": "he",
        "ctx": "", "endings": ["eats  it. [title] Well.", "sings.", "sleeps.", "leaves."],
        "source_id": "v_1", "split": "val", "label": "0",
      ],
      [
        "ind": 5, "activity_label": "Baking", "ctx_a": "A man bakes.", "ctx_b": "then he",
        "ctx": "", "endings": ["eats.", "sings.", "sleeps.", "leaves."], "source_id": "v_1",
        "split": "val", "label": "3",
      ],
      [
        "ind": 6, "activity_label": "Rowing", "ctx_a": "A boat.", "ctx_b": "", "ctx": "",
        "endings": ["eats.", "sings.", "sleeps.", "sinks."], "source_id": "v_2", "split": "val",
        "label": "3",
      ],
    ],
    "gsm8k": [
      ["question": "1 + 1?", "answer": "Adding gives <<1+1=2>>2.\n#### 2"],
      ["question": "10 * 100?", "answer": "#### 1,000"],
    ],
    "aime24": [
      ["ID": "2024-I-1", "Problem": "Find $n$.", "Solution": "x", "Answer": 204],
      ["ID": "2024-I-2", "Problem": "Find $m$.", "Solution": "y", "Answer": 25],
    ],
    "mmlu_anatomy": [
      ["question": " Q1 ", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 0],
      ["question": "Q2", "subject": "anatomy", "choices": ["a", "b", "c", "d"], "answer": 3],
    ],
    "mmlu_virology": [
      ["question": "Q3", "subject": "virology", "choices": ["a", "b", "c", "d"], "answer": 1],
      ["question": "Q4", "subject": "virology", "choices": ["a", "b", "c", "d"], "answer": 2],
      ["question": "Q5", "subject": "virology", "choices": ["a", "b", "c", "d"], "answer": 2],
    ],
  ]

  package static let responses = [
    "gsm8k": [" It is 2.\n#### 2", " I say 999 or\r\n1,000."],
    "aime24": ["The answer is $\\boxed{204}$.", "26"],
  ]

  private static func result(_ task: EvaluationTask, _ rows: [JSON]) throws -> TaskResult {
    let samples = try rows.enumerated().map { index, row in
      let document = try task.document(ofOriginalRow: row)
      let response: SampleResult.Response
      if case .choice(let choices, _) = document.answer {
        response = .choices(
          choices.enumerated().map { position, text in
            SampleResult.ScoredChoice(
              text: text, logLikelihood: -Double(1 + (position * 7 + index * 3) % 5) / 3,
              isGreedy: position == index)
          }, delimiter: " ")
      } else {
        response = .generation(
          .init(
            responses[task.name]?[index] ?? "", stopStrings: ["Question:", "<end>"],
            maximumNewTokens: 64))
      }
      return try SampleResult(
        task: task, documentIndex: index, prompt: "Prompt: " + document.question,
        target: document.target, source: document.source, response: response,
        truncatedTokens: index)
    }
    return try TaskResult(task: task, samples: samples)
  }

  /// The evaluation to be written.
  package var output: HarnessOutput {
    var model = HarnessModel(path: "models/tiny", parameterCount: 12, maximumLength: 128)
    model.beginOfSequence = HarnessModel.SpecialToken(text: "<begin>", id: 1)
    model.endOfSequence = HarnessModel.SpecialToken(text: "<end>", id: 2)
    model.padding = model.endOfSequence
    var settings = EvaluationSettings()
    settings.maximumNewTokens = 64
    return HarnessOutput(model: model, settings: settings, results: results, rows: rows)
  }

  package static let started = Date(timeIntervalSince1970: 1_795_457_178.25)
  package static let ended = Date(timeIntervalSince1970: 1_795_457_201.5)
  package static let date = "2026-11-23T18-06-41.500000"

  /// Writes the evaluation; gives the folder with its files.
  @discardableResult
  package func write() throws -> String {
    let paths = try output.write(
      to: folder.path(of: "out"), started: Self.started, ended: Self.ended)
    return URL(filePath: paths[0]).deletingLastPathComponent().path
  }

  /// Path of a samples file that ``write()`` made.
  package func samples(_ task: String) -> String {
    folder.path(of: "out/models__tiny/samples_\(task)_\(Self.date).jsonl")
  }

  /// Path of the results that ``write()`` made.
  package var resultsPath: String { folder.path(of: "out/models__tiny/results_\(Self.date).json") }

  /// Replaces text in a file; fails if it is not there.
  package func edit(_ path: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let range = text.range(of: old, options: .literal) else {
      throw CocoaError(.fileReadCorruptFile, userInfo: [NSFilePathErrorKey: path])
    }
    try Data(text.replacingCharacters(in: range, with: new).utf8).write(to: URL(filePath: path))
  }

  /// Imports what was written.
  package func read(_ names: TaskNames = TaskNames()) throws -> HarnessImport.Outcome {
    try HarnessImport(
      folder.path(of: "out"), names: names, languageData: nil, artifacts: folder.path(of: "art")
    ).run()
  }
}
