import Foundation
import FoundationXML
import RecordFixtures
import Synchronization
import TestSupport
import Testing

@testable import Assets
@testable import Files
@testable import Manifests
@testable import Provenance
@testable import Records
@testable import Replication
@testable import Reports

/// Reports of which a stranger wrote every text that he can write.
@Suite("Text of strangers in reports") struct HostileReportTests {
  private typealias Fixture = VerdictFixture

  private func expectClean(_ text: ReportText, _ place: String) {
    for colors in [false, true] {
      let faults = HostileText.faults(in: text.text(colors: colors).utf8)
      #expect(faults == [], "\(place)")
    }
    #expect(!text.isEmpty, "\(place)")
  }

  @Test("Whatever is invisible is written as an escape, and what people write stays")
  func escapes() {
    for text in HostileText.corpus {
      let line = ReportLine(text).text()
      #expect(HostileText.faults(in: line.utf8) == [], "\(line)")
      #expect(!line.contains("\n") && ReportLine(line).text() == line)
    }
    #expect(Printable.text("\u{1B}[31m\n\u{202E}") == "\\u{1b}[31m\\n\\u{202e}")
    #expect(ReportLine(" ::error::").text() == " \\u{3a}:error::")
    for text in [
      "50 %, ± 0.1 − x → y … „é“", "日本語 العربية हिन्दी", "می\u{200C}خواهم", "क्\u{200D}ष",
      "👩\u{200D}👧 ❤\u{FE0F}",
      "C:\\a, #1, ## a, ::, a::b",
    ] { #expect(ReportLine("x " + text).text() == "x " + text) }
  }

  @Test("Verdicts in text, annotations, a step's summary and JUnit say nothing but what they say")
  func verdicts() throws {
    for text in HostileText.corpus + [HostileText.all] {
      let cell = DocumentedResults.Cell(
        task: text, metric: text, label: text, count: 100, unit: .fraction,
        values: [
          DocumentedResults.Value(
            arm: text, text: "0.9", standardError: nil,
            band: Band(kind: .authored(reason: text), stored: nil))
        ], composition: nil, isRequired: true, source: "post")
      let claim = DocumentedResults.Claim(
        id: text, statement: text,
        test: .better(arm: text, than: text, rows: [.init(task: text, metric: text)]),
        isRequired: true, source: "post")
      let documented = DocumentedResults(
        name: text, title: text, sources: [], arms: [], cells: [cell], claims: [claim],
        resultsDigest: nil)
      let arms = [ArmScores(arm: text, seed: nil, rows: [])]
      for tampering in [[], [text, text]] {
        let judgement = Judgement(
          documented: documented, results: Fixture.results(arms), tampering: tampering,
          hasImports: true)
        expectClean(VerdictText.text(judgement), text)
        let commands = GitHubReport.annotations(judgement, file: text, lines: [text: 1])
        for command in commands {
          #expect(command.text.hasPrefix("::"))
          #expect(HostileText.faults(in: command.text.dropFirst(2).utf8) == [])
        }
        let summary = GitHubReport.summary(judgement)
        #expect(HostileText.faults(in: summary.utf8) == [])
        #expect(!summary.contains("http://"))
        let junit = VerdictJUnit.text(
          judgement, name: text, seconds: 1, timestamp: text, properties: [(text, text)])
        #expect(HostileText.faults(in: junit.utf8) == [])
        #expect(XMLParser(data: Data(junit.utf8)).parse(), "\(text)")
        let json = try OutcomeJSON.printed(VerdictJSON.json(judgement))
        #expect(HostileText.faults(in: json.utf8) == [])
        #expect(try JSONParser.parse(Array(json.utf8)) == VerdictJSON.json(judgement))
      }
    }
  }

  @Test("Records, whole and in lists, show names, sessions, arms, metrics and files of strangers")
  func records() throws {
    let fixtures = try RunFixtures()
    for (index, text) in (HostileText.corpus + [HostileText.all]).enumerated() {
      let session = RunSession(
        version: text, code: .noRepository, environment: .current(libraries: [text: text]),
        internalParameters: ["threads": .string(text), "other": .string(text)])
      let record = try fixtures.begin(
        RunDescription(
          name: text, identity: SHA256.digest(of: "\(index)"), manifest: RunFixtures.manifest,
          session: session))
      try record.append(
        .inputs([
          RecordedInput(asset: text, file: text, digest: record.identity, byteCount: 1)
        ]))
      let sealed = try record.seal(
        RunSummary(
          arms: [
            RunSummary.Arm(
              name: text, seed: nil, digests: [text: record.identity],
              metrics: [.init(task: text, name: text, value: 1, standardError: nil, count: 1)])
          ], details: [:]))
      let shown = try RecordOverview(sealed.path, artifacts: fixtures.folder.path)
      expectClean(RecordText.text(shown), text)
      let json = try OutcomeJSON.printed(RecordJSON.json(shown))
      #expect(HostileText.faults(in: json.utf8) == [])
      #expect(try JSONParser.parse(Array(json.utf8)) == RecordJSON.json(shown))
      try put(Array("x".utf8), "\(sealed.path)/stray \(index)\u{1B}[2J\n::error::")
      expectClean(
        RecordText.text(try RecordOverview(sealed.path, artifacts: fixtures.folder.path)), text)
    }
    expectClean(RunLogText.text(try RunLog(artifacts: fixtures.folder.path)), "log")
    let records = try fixtures.store.ids().prefix(3).map {
      try SealedRecord(at: fixtures.store.path(of: $0))
    }
    // They have nothing in common but what their messages are made of.
    do {
      expectClean(try RecordDifference(records[0], records[1]).text, "diff")
    } catch {
      expectClean(ReportText(error), "diff")
    }
  }

  @Test("Progress is drawn by us alone, on a terminal and elsewhere")
  func progress() {
    let text = HostileText.all
    let written = Mutex("")
    let plan = RunPlan(
      name: text, title: text, downloads: [PlannedDownload(item: text, bytes: 5)],
      steps: [
        .init(title: text, .preparation, reuse: text),
        .init(title: text, .evaluation(0, of: text), seconds: 1),
        .init(title: text, .evaluation(1, of: text), seconds: 1),
      ],
      finished: nil, declaredDifferences: [text],
      missing: MissingInputs(
        name: text,
        inputs: [.init(asset: text, reason: text, steps: [text], option: text)], obstacles: [text]),
      optionalArms: [text])
    let training = TrainingProgress(
      arm: text, seed: 1, step: 1, totalSteps: 2, loss: 1, crossEntropy: 1,
      others: [(arm: text, crossEntropy: 1)], tokensPerSecond: 1, secondsLeft: 1)
    for isInteractive in [true, false] {
      let report = TerminalReport(style: .init(isInteractive: isInteractive, width: 5000)) {
        piece in
        written.withLock { $0 += piece.text }
      }
      for event in [
        .planned(plan), .note(text), .trained(training),
        .asset(.damaged(item: text, path: text)),
        .asset(.downloading(item: text, resumedFrom: 1, totalBytes: 5)),
        .asset(.progress(item: text, bytes: 1, totalBytes: 5)),
        .asset(.retrying(item: text, attempt: 2, reason: text)), .asset(.waiting(item: text)),
      ] as [RunEvent] { report.show(event) }
      report.finish()
    }
    #expect(HostileText.faults(in: written.withLock { Array($0.utf8) }) == [])
    #expect(written.withLock { $0.contains("\\u{1b}[2J") })
    #expect(
      HostileText.faults(in: ReportText("\(plan.missing?.text.plain ?? "")").plain.utf8) == [])
  }

  @Test("Audits, exchanges, housekeeping, ladders and errors keep each finding in its line")
  func findings() throws {
    let text = HostileText.all
    var audit = AuditReport(record: text, path: text)
    audit.entries = [.init(level: .digests, findings: [text, text], notes: [text])]
    expectClean(AuditText.text(audit), "audit")
    var exchange = AnchorExchange.Outcome(direction: .pull, remote: text)
    exchange.refused = [.init(reference: text, reason: text)]
    exchange.moved = [text]
    expectClean(exchange.text, "exchange")
    var verification = StoreVerification.Outcome()
    verification.findings = [text]
    expectClean(HousekeepingText.text(verification), "verify-store")
    let rung = RungResult(
      rung: .threads,
      variants: [
        .init(title: text, divergences: [Divergence(place: text, operation: text, note: text)])
      ], notes: [text], seconds: 1)
    let ladder = LadderOutcome(
      name: text, steps: 2, numerics: text, instructionSet: text, rungs: [rung], recorded: text,
      seconds: 1)
    expectClean(LadderText.text(rung), "rung")
    expectClean(LadderText.conclusion(ladder), "ladder")
    expectClean(LadderText.beginning(text, steps: nil), "ladder")
    #expect(HostileText.faults(in: LadderJUnit.text(ladder).utf8) == [])
    for error in [
      AssetError(code: .downloadFailed, message: text), RunError(.damaged, text),
      ManifestError(.unreadable, file: text, text),
      ManifestError([
        .init(code: .syntax, message: text, file: text, line: 1, column: 1, excerpt: [text])
      ]),
    ] as [any Error] { expectClean(ReportText(error, prefix: "replicate: "), "\(type(of: error))") }
  }
}
