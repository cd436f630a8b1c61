import Files
import Manifests
import Scoring

/// What was to be found out and what came of it, as Croissant Tasks has it (arXiv 2605.29786): a `TaskProblem` for the
/// replication with its documented claims, and a `TaskSolution` for the run with every metric and verdict.
///
/// Data sets are those of ``CroissantData``, named by their ids.
struct CroissantTasks {
  let account: RunAccount
  let data: CroissantData

  init(_ account: RunAccount) {
    self.account = account
    data = CroissantData(account: account)
  }

  private var record: SealedRecord { account.record }
  private var problem: String { URIText.own(["record", record.id, "problem"]) }
  private var solution: String { URIText.content(record.digest) }

  func files() throws -> [ExportFolder.File] {
    try [("problem.jsonld", describedProblem), ("solution.jsonld", describedSolution)].map {
      ExportFolder.File(
        name: $0, content: .bytes(try CanonicalJSON.encode($1) + [UInt8(ascii: "\n")]))
    }
  }

  /// What the manifest fixes, and what a solution has to bring: the program that does it.
  private var describedProblem: JSON {
    node(
      "croissant:TaskProblem", problem,
      [
        (
          "schema:name", .string(account.manifest.map(\.title) ?? "Samples of \(record.name)")
        ),
        (
          "schema:description",
          .string(
            account.manifest?.description
              ?? "Samples of lm-evaluation-harness, scored anew: \(record.name).")
        ), ("croissant:input", inputs),
        (
          "croissant:implementation",
          [
            "@type": "croissant:ImplementationSpec",
            "@id": .string(URIText.own(["record", record.id, "implementation"])),
            "schema:description":
              "A program that does what the manifest says, with the same inputs, seeds and settings.",
            "schema:identifier": .array(
              [RecordFile.manifest, RecordFile.expectations, RecordFile.lock]
                .compactMap { account.file($0) }.map { .string(URIText.content($0.digest)) }),
          ]
        ), ("schema:hasPart", .array((account.judgement?.verdicts ?? []).map(claim))),
      ])
  }

  /// A documented value or claim, as the expectations state it.
  private func claim(_ verdict: Verdict) -> JSON {
    JSON(present: [
      ("@type", "schema:Claim"), ("@id", .string(id(verdict))),
      ("schema:name", .string(verdict.title)),
      ("schema:description", JSON(verdict.decisive.expected.map { "documented: \($0)" })),
    ])
  }

  private var describedSolution: JSON {
    node(
      "croissant:TaskSolution", solution,
      [
        ("schema:name", .string("\(record.name) (record \(record.id))")),
        ("schema:isBasedOn", CrateGraph.reference(problem)), ("croissant:input", inputs),
        ("croissant:implementation", .array(programs)),
        (
          "croissant:output",
          [
            "@type": "schema:Dataset", "@id": .string(URIText.own(["record", record.id])),
            "schema:name": .string("Record \(record.id)"), "schema:sha256": JSON(record.digest),
          ]
        ),
        (
          "croissant:evaluation",
          [
            "@type": "croissant:EvaluationTask",
            "@id": .string(URIText.own(["record", record.id, "evaluation"])),
            "croissant:evaluatedSolution": CrateGraph.reference(solution),
            "croissant:evaluationResults": .array(metrics + verdicts),
          ]
        ),
      ])
  }

  // MARK: - Parts

  private var inputs: JSON {
    .array(
      data.dataSets.map { ["@type": "schema:Dataset", "@id": .string(data.id($0))] })
  }

  private var programs: [JSON] {
    var programs: [ProgramVersion] = []
    for program in account.programs where !programs.contains(program) { programs.append(program) }
    return programs.map { program in
      let parts = [program.version, program.commit, program.patch?.hex].compactMap { $0 }
      return JSON(present: [
        ("@type", "schema:SoftwareApplication"),
        ("@id", .string(URIText.own(["program"] + parts))), ("schema:name", "replicate"),
        ("schema:softwareVersion", .string(program.version)), ("schema:url", JSON(program.page)),
      ])
    }
  }

  private var metrics: [JSON] {
    record.summary.arms.flatMap { arm in
      arm.metrics.map { metric in
        JSON(present: [
          ("@type", "croissant:EvaluationResult"),
          ("croissant:metric", .string("\(metric.task) \(metric.name)")),
          (
            "croissant:value",
            [
              "@type": "schema:QuantitativeValue", "schema:value": CrateGraph.number(metric.value),
              "schema:unitText": .string(
                DocumentedResults.Unit(Quantity(metric: metric.name)).rawValue),
            ]
          ), ("schema:name", .string(arm.sentence)),
          ("schema:size", .string(English.count(metric.count, "document"))),
        ])
      }
    }
  }

  private var verdicts: [JSON] {
    (account.judgement?.verdicts ?? []).map { verdict in
      [
        "@type": "croissant:EvaluationResult", "croissant:metric": .string(id(verdict)),
        "croissant:value": .string(verdict.status.rawValue),
        "schema:description": .string(verdict.why),
      ]
    }
  }

  private func id(_ verdict: Verdict) -> String {
    URIText.own(["verdict", verdict.subject.rawValue, verdict.id])
  }

  private func node(_ type: String, _ id: String, _ properties: [(String, JSON)]) -> JSON {
    JSON(
      present: [
        (
          "@context",
          ["croissant": "http://mlcommons.org/croissant/", "schema": "https://schema.org/"]
        ), ("@type", .string(type)), ("@id", .string(id)),
      ] + properties)
  }
}
