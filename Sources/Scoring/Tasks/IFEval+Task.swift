extension IFEval {
  /// The task: the prompt as it stands, and a text of up to 1280 tokens that is held against its instructions.
  package static let task = EvaluationTask(
    name: "ifeval", version: "4.0",
    dataSet: EvaluationTask.DataSet(path: "google/IFEval", test: "train"),
    documentCount: 541, typicalTokens: EvaluationTask.Length(question: 60, answer: 400),
    columns: [
      TaskColumn("prompt", .text), TaskColumn("instruction_id_list", .texts),
      TaskColumn("kwargs", .json),
    ],
    question: "prompt",
    answer: .instructions(identifiers: "instruction_id_list", arguments: "kwargs"),
    output: .generation(stopStrings: [], maximumNewTokens: 1280), fewShotRule: .never,
    metrics: [
      .promptStrictAccuracy, .instructionStrictAccuracy, .promptLooseAccuracy,
      .instructionLooseAccuracy,
    ], headline: .promptStrictAccuracy,
    harness: EvaluationTask.HarnessDetails(processResults: "process_results"))
}
