import Files

/// MMLU: multiple-choice questions in 57 subjects (Hendrycks et al., 2021), grouped as the harness groups them.
///
/// The grouping is not the original paper's: "other" holds 3107 questions, "stem" 3153.
package enum MMLU {
  /// The four groups, in the harness's order.
  package enum Area: String, Sendable, CaseIterable {
    case stem
    case other
    case socialSciences = "social_sciences"
    case humanities
  }

  /// One subject, a task of its own.
  package struct Subject: Sendable, Equatable {
    /// Name in the data set, such as "high_school_us_history".
    package let name: String
    /// Number of test questions.
    package let documentCount: Int
    /// The group it belongs to.
    package let area: Area

    /// Name of the subject's task.
    package var taskName: String { "mmlu_" + name }
  }

  /// All subjects, by group and then by name.
  package static let subjects: [Subject] =
    Area.allCases.flatMap { area in
      documentCounts(of: area).map { Subject(name: $0.0, documentCount: $0.1, area: area) }
    }

  /// All subjects as tasks, with the four groups and the total.
  package static let benchmark = Benchmark(
    name: "mmlu", tasks: subjects.map(task(of:)),
    groups: Area.allCases.map { area in
      Benchmark.Group(
        name: "mmlu_" + area.rawValue,
        alias: PythonText.replacing("_", in: area.rawValue, with: " "),
        taskNames: subjects.filter { $0.area == area }.map(\.taskName))
    } + [Benchmark.Group(name: "mmlu", alias: "mmlu", taskNames: subjects.map(\.taskName))],
    subjectColumn: TaskColumn("subject", .text))

  /// The task of a subject: its name, with underscores as spaces, introduces the questions.
  package static func task(of subject: Subject) -> EvaluationTask {
    let topic = PythonText.replacing("_", in: subject.name, with: " ")
    return EvaluationTask(
      name: subject.taskName, alias: subject.name, version: "1.0",
      dataSet: EvaluationTask.DataSet(
        path: "cais/mmlu", configuration: subject.name, test: "test", fewShot: "dev"),
      documentCount: subject.documentCount, typicalTokens: EvaluationTask.Length(question: 110),
      columns: [
        TaskColumn("question", .text), TaskColumn("choices", .texts),
        TaskColumn("answer", .integer),
      ],
      question:
        "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:",
      answer: .letters(["A", "B", "C", "D"], of: "choices", position: "answer"),
      output: .multipleChoice,
      introduction:
        "The following are multiple choice questions (with answers) about \(topic).\n\n",
      fewShotRule: .firstRows, metrics: [.accuracy])
  }

  private static func documentCounts(of area: Area) -> [(String, Int)] {
    switch area {
    case .stem:
      [
        ("abstract_algebra", 100), ("anatomy", 135), ("astronomy", 152), ("college_biology", 144),
        ("college_chemistry", 100), ("college_computer_science", 100), ("college_mathematics", 100),
        ("college_physics", 102), ("computer_security", 100), ("conceptual_physics", 235),
        ("electrical_engineering", 145), ("elementary_mathematics", 378),
        ("high_school_biology", 310), ("high_school_chemistry", 203),
        ("high_school_computer_science", 100), ("high_school_mathematics", 270),
        ("high_school_physics", 151), ("high_school_statistics", 216), ("machine_learning", 112),
      ]
    case .humanities:
      [
        ("formal_logic", 126), ("high_school_european_history", 165),
        ("high_school_us_history", 204), ("high_school_world_history", 237),
        ("international_law", 121), ("jurisprudence", 108), ("logical_fallacies", 163),
        ("moral_disputes", 346), ("moral_scenarios", 895), ("philosophy", 311), ("prehistory", 324),
        ("professional_law", 1534), ("world_religions", 171),
      ]
    case .socialSciences:
      [
        ("econometrics", 114), ("high_school_geography", 198),
        ("high_school_government_and_politics", 193), ("high_school_macroeconomics", 390),
        ("high_school_microeconomics", 238), ("high_school_psychology", 545),
        ("human_sexuality", 131), ("professional_psychology", 612), ("public_relations", 110),
        ("security_studies", 245), ("sociology", 201), ("us_foreign_policy", 100),
      ]
    case .other:
      [
        ("business_ethics", 100), ("clinical_knowledge", 265), ("college_medicine", 173),
        ("global_facts", 100), ("human_aging", 223), ("management", 103), ("marketing", 234),
        ("medical_genetics", 100), ("miscellaneous", 783), ("nutrition", 306),
        ("professional_accounting", 282), ("professional_medicine", 272), ("virology", 166),
      ]
    }
  }
}
