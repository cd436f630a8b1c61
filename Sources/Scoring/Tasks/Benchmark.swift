/// What a user names to evaluate: one task, or many with the groups over which their scores are pooled.
package struct Benchmark: Sendable, Equatable {
  /// Tasks whose scores are pooled, weighted by their numbers of documents.
  package struct Group: Sendable, Equatable {
    /// Name in the harness, such as "mmlu_stem".
    package let name: String
    /// Name in tables, such as "social sciences".
    package let alias: String
    /// Names of the tasks, none of them a group.
    package let taskNames: [String]
    /// Version of the harness's group.
    package var version = "2"
  }

  /// Name in the harness and in manifests.
  package let name: String
  /// The scored tasks, alike in all but their documents: of several, each holds one subject.
  package let tasks: [EvaluationTask]
  /// Pooled scores; empty for a benchmark of one task.
  package let groups: [Group]
  /// The column that tells which task a row belongs to, in files that hold the rows of all subjects; nil without
  /// subjects.
  package let subjectColumn: TaskColumn?

  /// Every benchmark that this program evaluates: a new one is a file in this folder and a line here.
  package static let all: [Benchmark] = [
    MMLU.benchmark,
    Benchmark(ARCChallenge.task),
    Benchmark(HellaSwag.task),
    Benchmark(GSM8K.task),
    Benchmark(IFEval.task),
    Benchmark(AIME.year2024),
    Benchmark(AIME.year2025),
    Benchmark(AIME.allYears),
    Benchmark(WinoGrande.task),
    Benchmark(MedQA.task),
    Benchmark(MedMCQA.task),
    Benchmark(PubMedQA.task),
    Benchmark(GivenText.general),
    Benchmark(GivenText.target),
    Benchmark(GivenText.gsm8kSolutions),
    Benchmark(GivenText.aime24Solutions),
  ]

  init(
    name: String, tasks: [EvaluationTask], groups: [Group], subjectColumn: TaskColumn? = nil
  ) {
    self.name = name
    self.tasks = tasks
    self.groups = groups
    self.subjectColumn = subjectColumn
  }

  /// The benchmark of one task, under the task's name.
  package init(_ task: EvaluationTask) {
    self.init(name: task.name, tasks: [task], groups: [])
  }

  /// The benchmark of a name; nil if there is none.
  package static func named(_ name: String) -> Benchmark? { all.first { $0.name == name } }

  /// The benchmark that a task of this name belongs to; nil if there is none.
  package static func holding(task name: String) -> Benchmark? {
    all.first { $0.task(named: name) != nil }
  }

  /// The task of a name; nil if there is none.
  package func task(named name: String) -> EvaluationTask? { tasks.first { $0.name == name } }

  /// The task of a subject, as ``subjectColumn`` names it; nil if there is none.
  package func task(ofSubject subject: String) -> EvaluationTask? {
    tasks.first { $0.dataSet.configuration == subject }
  }

  /// What is read of its rows.
  package var columns: [TaskColumn] { tasks[0].columns + (subjectColumn.map { [$0] } ?? []) }

  /// Whether the model writes its answers.
  package var isGenerative: Bool { tasks[0].isGenerative }

  /// Whether the model may be asked for several answers to a document.
  package var takesSampling: Bool { tasks.allSatisfy(\.takesSampling) }

  /// Whether its scores compare a model with the base model.
  package var needsBase: Bool { tasks[0].needsBase }

  /// Number of documents of all splits; nil where any texts may be asked.
  package func documentCount(limit: Int?) -> Int? {
    let counts = tasks.compactMap { task in task.documentCount.map { min($0, limit ?? .max) } }
    return counts.count == tasks.count ? counts.reduce(0, +) : limit
  }

  /// Whether answers are held against instructions, for which sentences and languages have to be told.
  package var needsLanguageData: Bool { tasks.contains(where: \.needsLanguageData) }
}
