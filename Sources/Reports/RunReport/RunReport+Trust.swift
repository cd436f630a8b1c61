import Files
import Manifests
import Records
import Tensors

extension RunReport {
  // MARK: - What nobody knows

  /// The ledger of what is not known.
  var unknowns: ReportDocument.Section {
    guard !evidence.unknowns.isEmpty else {
      return .init(id: "unknown", title: "What is not known", blocks: [])
    }
    return .init(
      id: "unknown", title: "What is not known",
      blocks: [
        .table(
          .init(
            caption: "What this evidence does not tell, and what would",
            header: ["about", "not known", "what would tell"],
            rows: evidence.unknowns.map {
              [.init($0.subject), .init($0.sentence), .init($0.remedy ?? "–")]
            }))
      ])
  }

  // MARK: - Evaluation Cards

  /// The four signals of Evaluation Cards (arXiv 2606.09809), said from the record.
  var signals: ReportDocument.Section {
    .init(
      id: "signals", title: "Evaluation card",
      blocks: [
        .table(
          .init(
            caption: "The four signals of Evaluation Cards (arXiv 2606.09809)",
            header: ["signal", "what the record says"],
            rows: [
              ["Reproducibility", .init(reproducibility)], ["Completeness", .init(completeness)],
              ["Provenance and risk", .init(risk)], ["Comparability", .init(comparability)],
            ]))
      ])
  }

  private var reproducibility: String {
    let inputs = evidence.accounts.flatMap(\.inputs).flatMap(\.files)
    let seeds = Set(evidence.records.flatMap(\.summary.arms).compactMap(\.seed)).count
    let numerics = evidence.accounts.compactMap(\.manifest).map { manifest in
      manifest.numerics.rawValue + (manifest.precisionClause.map { ", \($0)" } ?? "")
    }
    let arithmetic = numerics.isEmpty ? "" : "; arithmetic: \(English.list(numerics))"
    let attempts = evidence.records.map { "attempt \($0.attempt)" }
    return
      "\(English.count(inputs.count, "input file")) named by SHA-256; \(English.count(seeds, "seed"))\(arithmetic); \(English.list(attempts)). The digest of the results is that of every bit: a repetition agrees in it or does not."
  }

  private var completeness: String {
    let samples = evidence.records.reduce(0) { $0 + $1.sampleTree.count }
    let told =
      "\(English.count(samples, "sample")) with prompts, answers and scores are in the record"
    guard let judgement = evidence.check?.judgement else {
      return told + "; nothing is documented."
    }
    let evaluated = judgement.verdicts.count(where: \.isEvaluated)
    return
      "\(told); \(evaluated) of \(judgement.verdicts.count) documented values and claims were evaluated, \(judgement.required.count) are required; \(English.count(evidence.unknowns.count, "thing")) not known."
  }

  private var risk: String {
    let programs = evidence.accounts.flatMap(\.programs).map(code)
    let imported =
      evidence.records.contains(where: \.isImported) ? "; \(Imported.notice)" : ""
    let unlicensed = evidence.accounts.flatMap(\.inputs).count { $0.license == nil }
    return
      "\(English.list(Self.distinct(programs)))\(imported); \(unlicensed == 0 ? "every input has a stated licence" : "\(English.count(unlicensed, "input")) without a stated licence"). Whether an anchor or a second machine agrees this page cannot know: `replicate audit`."
  }

  private var comparability: String {
    let isLocked = evidence.check?.isLocked == true
    let lock =
      isLocked
      ? "Locked to its expectations before it began" : "Not locked to what it is judged by"
    let documented = evidence.check?.expectations.results.cells.filter { $0.documents != nil } ?? []
    let known =
      documented.isEmpty
      ? "no documented value names its documents"
      : "\(English.count(documented.count, "documented value")) named with the digest of the documents"
    let documents =
      evidence.sharesDocuments
      ? "all arms were asked the same documents with the same prompts"
      : "not all arms were asked the same documents with the same prompts"
    return "\(lock); \(documents); \(known)."
  }

  private func code(_ program: ProgramVersion) -> String {
    let commit = program.commit.map { "commit \($0.prefix(12))" } ?? "unknown commit"
    return
      "replicate \(program.version), \(commit)\(program.patch == nil ? "" : " with changes")"
  }

  // MARK: - Provenance

  /// Who computed what, from which inputs, to which digests.
  var provenance: ReportDocument.Section {
    .init(
      id: "provenance", title: "Provenance",
      blocks: evidence.accounts.enumerated().flatMap { index, account in
        [
          .table(digests(account)), .table(inputs(account)),
          .details(
            summary: "Results of the record \(account.record.id)", [.table(results(account, index))]
          ),
          .details(summary: "Files of the record \(account.record.id)", [.table(files(account))]),
        ]
      })
  }

  /// What identifies a record.
  func digests(_ account: RunAccount) -> ReportDocument.Table {
    let record = account.record
    let rows: [(String, String)] = [
      ("record", record.id), ("began", record.created), ("sealed", record.sealed),
      ("SHA-256 of record.json", record.digest.hex), ("results", record.resultsDigest.hex),
      ("identity", record.identity.hex),
      ("head of the event chain", "\(record.chainHead.hex) (\(record.eventCount) events)"),
      (
        "root over the samples",
        "\(record.sampleTree.root.hex) (\(record.sampleTree.count) samples)"
      ),
    ]
    return .init(
      caption: "What the record \(record.id) is",
      header: ["what", "value"],
      rows: rows.map { [.init($0.0), .init($0.1, .digest)] }
        + account.programs.enumerated().map {
          [.init("session \($0.offset + 1)"), .init(code($0.element))]
        })
  }

  /// The inputs of a run with their digests.
  func inputs(_ account: RunAccount) -> ReportDocument.Table {
    .init(
      caption: "What the run read",
      header: ["input", "from", "licence", "SHA-256"],
      rows: account.inputs.map { input in
        let digest =
          input.files.count == 1
          ? input.files[0].digest.hex
          : "\(input.files.count) files, digests hashed together: "
            + SHA256.digest(of: input.files.map { $0.digest.hex + "\n" }.joined()).hex
        return [
          .init(input.asset), .init(English.list(input.addresses, limit: 2)),
          .init(input.license ?? "not stated"), .init(digest, .digest),
        ]
      })
  }

  private func results(_ account: RunAccount, _ index: Int) -> ReportDocument.Table {
    .init(
      caption: "Every metric of every arm",
      header: ["arm", "task", "metric", "n", "value", "standard error"],
      rows: account.record.summary.arms.enumerated().flatMap { place, arm in
        arm.metrics.enumerated().map { number, metric in
          let pointer = "records/\(index)/record.json/results/arms/\(place)/metrics/\(number)"
          return [
            .init(arm.label), .init(metric.task), .init(metric.name), .init("\(metric.count)"),
            .init(metric.value, digits: 6, at: "\(pointer)/value"),
            metric.standardError.map {
              .init($0, digits: 6, at: "\(pointer)/standard_error")
            } ?? "–",
          ]
        }
      }, numeric: [3, 4, 5])
  }

  private func files(_ account: RunAccount) -> ReportDocument.Table {
    .init(
      caption: "Files and their digests",
      header: ["file", "bytes", "SHA-256"],
      rows: account.files.map {
        [.init($0.name), .init("\($0.byteCount)"), .init($0.digest.hex, .digest)]
      }, numeric: [1])
  }

  // MARK: - Commands

  /// What to type to come to the same.
  var reproduction: ReportDocument.Section {
    let blocks = evidence.accounts.flatMap { account -> [ReportDocument.Block] in
      let record = account.record
      var lines = ["# what this page says, from the record"]
      lines += ["replicate check \(record.id)", "replicate show \(record.id)", ""]
      lines += ["# whether the record is what was computed: digests, anchor, trainings, answers"]
      lines += ["replicate audit \(record.id)"]
      if let manifest = account.manifest {
        let name = Self.word(manifest.name)
        lines += [
          "", "# the same run once more, and whether it has the same bits",
          "replicate run \(name) --repeat --allow-inconclusive", "replicate log --name \(name)",
        ]
      }
      return [.commands(lines)]
    }
    return .init(id: "reproduce", title: "How to reproduce it", blocks: blocks)
  }

  /// A word of a command line that a shell takes as it is.
  static func word(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
          || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._/".utf8.contains(byte)
      }
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
