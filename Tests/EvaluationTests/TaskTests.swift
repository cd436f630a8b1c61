import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct TaskTests {
  @Test("MMLU has 57 subjects in four groups, with the sizes of the test split")
  func subjects() throws {
    let benchmark = MMLU.benchmark
    let counts = Dictionary(
      uniqueKeysWithValues: benchmark.tasks.map { ($0.name, $0.documentCount ?? 0) })
    #expect(counts.count == 57)
    let expected = [
      "mmlu_stem": (19, 3153), "mmlu_humanities": (13, 4705), "mmlu_social_sciences": (12, 3077),
      "mmlu_other": (13, 3107), "mmlu": (57, 14042),
    ]
    #expect(benchmark.groups.count == expected.count)
    for group in benchmark.groups {
      let (size, documents) = try #require(expected[group.name])
      #expect(group.taskNames.count == size)
      #expect(try group.taskNames.map { try #require(counts[$0]) }.reduce(0, +) == documents)
    }
    #expect(
      benchmark.groups.map(\.alias) == ["stem", "other", "social sciences", "humanities", "mmlu"])
  }

  @Test("The other benchmarks have the sizes, shots and metrics of the harness")
  func benchmarks() throws {
    let names = [
      "arc_challenge", "hellaswag", "gsm8k", "ifeval", "aime24", "aime25", "aime", "winogrande",
      "medqa_4options", "medmcqa", "pubmedqa",
    ]
    let tasks = try Benchmark.selected(by: names).flatMap(\.tasks)
    #expect(
      tasks.map(\.documentCount) == [1172, 10042, 1319, 541, 30, 30, 933, 1267, 1273, 4183, 500])
    #expect(tasks.map(\.fewShotCount) == [0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(
      tasks.map { $0.shownExamples(requested: 3) } == [3, 3, 3, 0, 0, 0, 0, 3, 3, 3, 3])
    #expect(
      tasks.map(\.version) == [
        "1.0", "1.0", "3.0", "4.0", "0.0", "0.0", "0.0", "1.0", "Yaml", "Yaml", "1.0",
      ])
    #expect(
      tasks.map(\.headlineKey) == [
        "acc_norm,none", "acc_norm,none", "exact_match,flexible-extract",
        "prompt_level_strict_acc,none", "exact_match,none", "exact_match,none",
        "exact_match,none", "acc,none", "acc_norm,none", "acc_norm,none", "acc,none",
      ])
    #expect(
      tasks.map { $0.metrics.map(\.rawValue) } == [
        ["acc", "acc_norm"], ["acc", "acc_norm"], ["exact_match"],
        [
          "prompt_level_strict_acc", "inst_level_strict_acc", "prompt_level_loose_acc",
          "inst_level_loose_acc",
        ], ["exact_match"], ["exact_match"], ["exact_match"], ["acc"], ["acc", "acc_norm"],
        ["acc", "acc_norm"], ["acc"],
      ])
    #expect(tasks[2].filters.map(\.rawValue) == ["strict-match", "flexible-extract"])
  }

  @Test("An unknown benchmark is refused with the names of those there are")
  func unknownBenchmark() throws {
    let error = try #require(throws: EvaluationError.self) {
      try Benchmark.selected(by: ["mmlu_pro"])
    }
    #expect(error.code == .unknownTask)
    #expect(error.message.contains("mmlu, arc_challenge, hellaswag, gsm8k"))
    #expect(
      error.message.hasSuffix(
        "and of mmlu the groups mmlu_stem, mmlu_other, mmlu_social_sciences, mmlu_humanities and the subjects, as in mmlu_abstract_algebra."
      ))
  }

  @Test("Every benchmark and every task is found by its name, and no name is given twice")
  func names() {
    let tasks = Benchmark.all.flatMap(\.tasks)
    #expect(Set(Benchmark.all.map(\.name)).count == Benchmark.all.count)
    #expect(Set(tasks.map(\.name)).count == tasks.count)
    for benchmark in Benchmark.all {
      #expect(Benchmark.named(benchmark.name) == benchmark)
      #expect(benchmark.tasks.allSatisfy { Benchmark.holding(task: $0.name) == benchmark })
      // What holds for one task of several is taken for all of them.
      #expect(Set(benchmark.tasks.map(\.answer.kind)).count == 1)
      #expect(benchmark.tasks.allSatisfy { $0.columns == benchmark.tasks[0].columns })
    }
    #expect(Benchmark.named("mmlu_anatomy") == nil)
    #expect(Benchmark.holding(task: "mmlu_anatomy") == MMLU.benchmark)
    #expect(Benchmark.holding(task: "mmlu") == nil)
    #expect(MMLU.benchmark.task(ofSubject: "anatomy")?.name == "mmlu_anatomy")
    #expect(Benchmark.all.filter { $0.subjectColumn != nil }.map(\.name) == ["mmlu"])
    #expect(Benchmark.all.filter(\.needsLanguageData).map(\.name) == ["ifeval"])
  }

  @Test("A yes, a no or a maybe is the right one by name, and anything else is refused")
  func words() throws {
    func document(_ decision: String) throws -> Document {
      try PubMedQA.task.document(
        of: TaskRow([
          "contexts": .texts(["a", "b"]), "question": .text("q"),
          "final_decision": .text(decision),
        ]))
    }
    #expect(try document("maybe").target == "2" && document("maybe").answerText == "maybe")
    #expect(try document("no").question == "Abstract: a\nb\nQuestion: q\nAnswer:")
    let error = #expect(throws: EvaluationError.self) { try document("Yes") }
    #expect(error?.message.contains("not one of yes, no, maybe") == true)
  }

  @Test("An MMLU question is stripped, its answers are not")
  func mmluDocument() throws {
    let document = try TestDocument.mmlu(
      question: "\n What is it? ", choices: ["a ", "b", "c", "d"], answer: 2)
    #expect(document.question == "What is it?\nA. a \nB. b\nC. c\nD. d\nAnswer:")
    #expect(document.answerText == "C")
    #expect(document.target == "2")
  }

  @Test("An ARC answer key is looked up among labels that are letters or digits")
  func arcDocument() throws {
    let document = try TestDocument.arc(
      question: " Why?", choices: ["x", "y", "z"], labels: ["1", "2", "3"], answerKey: "3")
    #expect(document.question == "Question:  Why?\nAnswer:")
    #expect(document.answerText == "z")
  }

  @Test("Rows that contradict themselves are refused")
  func invalidRows() {
    let makers: [() throws -> Document] = [
      { try TestDocument.mmlu(question: "q", choices: ["a", "b"], answer: 0) },
      { try TestDocument.mmlu(question: "q", choices: ["a", "b", "c", "d"], answer: 4) },
      { try TestDocument.mmlu(question: "q", choices: ["a", "b", "c", "d"], answer: -1) },
      { try TestDocument.arc(question: "q", choices: ["a"], labels: ["A"], answerKey: "B") },
      { try TestDocument.arc(question: "q", choices: ["a"], labels: [], answerKey: "A") },
      {
        try TestDocument.hellaSwag(
          activityLabel: "l", contextA: "a", contextB: "b", endings: ["x"], label: "")
      },
      {
        try TestDocument.hellaSwag(
          activityLabel: "l", contextA: "a", contextB: "b", endings: ["x"], label: "1")
      },
    ]
    for make in makers {
      let error = #expect(throws: EvaluationError.self) { try make() }
      #expect(error?.code == .invalidDocument)
    }
  }

  @Test("HellaSwag's marks are removed as the reference's regular expression does")
  func cleaning() throws {
    for expected in try PythonRules.load().cleaned {
      #expect(codePoints(HellaSwag.cleaned(expected.text)) == codePoints(expected.cleaned))
    }
  }

  @Test("A long run of opening brackets is cleaned in linear time")
  func hostileBrackets() {
    let brackets = String(repeating: "[", count: 200_000)
    #expect(HellaSwag.cleaned(brackets + "\n]") == brackets + "\n]")
    #expect(HellaSwag.cleaned(brackets + "]x") == "x")
  }

  @Test("A HellaSwag query capitalises its second part and keeps inner spaces")
  func hellaSwagDocument() throws {
    let document = try TestDocument.hellaSwag(
      activityLabel: "Baking", contextA: "[header] How [title] Go .", contextB: "THE man",
      endings: ["runs [substeps] a", "b "], label: "1")
    #expect(document.question == "Baking: How. Go . The man")
    guard case .choice(let choices, let goldIndex) = document.answer else {
      Issue.record("A HellaSwag document has choices.")
      return
    }
    #expect(choices == ["runs a", "b"])
    #expect(goldIndex == 1)
  }
}
