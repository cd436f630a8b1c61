import Files
import Recipes
import Synchronization
import Testing

@testable import Assets
@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports") struct ReportTests {
  @Test(
    "Decimals are rounded as printf does, keep their zeros, and know no negative zero",
    arguments: [
      (0.0, 4, "0.0000"), (0.31525, 4, "0.3152"), (-0.00004, 4, "0.0000"), (12.0, 0, "12"),
      (-1.5, 1, "-1.5"), (0.05, 1, "0.1"), (1e15, 1, "1000000000000000.0"), (.nan, 2, "nan"),
    ])
  func decimals(value: Double, digits: Int, text: String) {
    #expect(Decimals.fixed(value, digits) == text)
  }

  @Test("Signs stand before numbers that are not negative too")
  func signs() {
    #expect(Decimals.signed(0.5, 2) == "+0.50" && Decimals.signed(-0.5, 2) == "-0.50")
    #expect(Decimals.signed(-0.001, 2) == "+0.00")
  }

  @Test(
    "Durations are as coarse as is useful",
    arguments: [
      (0.4, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (3725, "1 h 2 min"),
      (.infinity, "unknown time"),
    ])
  func durations(seconds: Double, text: String) {
    #expect(Durations.text(seconds) == text)
  }

  @Test("Columns are as wide as their longest cell, names left and numbers right")
  func columns() {
    let text = OutcomeText.columns(
      [["task", "n"], ["mmlu", "14042"], ["arc", "5"]], leading: [0])
    #expect(text == ["task      n", "───────────", "mmlu  14042", "arc       5"])
  }

  @Test("A difference is judged by two standard errors, and identical scores are called so")
  func judgements() {
    func judgement(_ difference: Double, _ error: Double?) -> String {
      ResultTable.Row(
        task: "t", metric: "m", count: 2, values: [], difference: difference,
        differentCount: difference == 0 ? 0 : 1, standardError: error
      ).judgement
    }
    #expect(judgement(0.1, 0.05) == "higher" && judgement(-0.1, 0.05) == "lower")
    #expect(judgement(0.09, 0.05) == "not distinguishable")
    #expect(judgement(0, 0) == "same scores" && judgement(1, nil) == "too few documents")
  }

  /// What a report writes for some events.
  private func written(
    isInteractive: Bool, _ events: [RunEvent]
  ) -> String {
    let text = Mutex("")
    let report = TerminalReport(style: .init(isInteractive: isInteractive, width: 80)) { piece in
      text.withLock { $0 += piece.text }
    }
    for event in events { report.show(event) }
    report.finish()
    return text.withLock { $0 }
  }

  private func step(_ number: Int) -> RunEvent {
    .trained(
      TrainingProgress(
        arm: "eaft", seed: 1, step: number, totalSteps: 2, loss: 1.25, crossEntropy: 1.5,
        others: [(arm: "sft", crossEntropy: 1.75)], tokensPerSecond: 99.6, secondsLeft: 61))
  }

  @Test("On a pipe every step is a plain line with both arms' losses")
  func plainLines() {
    let text = written(isInteractive: false, [step(1), .note("hello")])
    #expect(
      text == """
        train eaft step 1/2  loss 1.2500  cross entropy: eaft 1.5000, sft 1.7500  100 tokens/s  1 min 1 s left
        · hello

        """)
  }

  @Test("On a terminal a bar is written over, cut to the width, and a note ends it")
  func bars() {
    let text = written(isInteractive: true, [step(1), .note("hello"), step(2)])
    let lines = text.split(separator: "\r\u{1B}[K")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("train eaft ██████████░░░░░░░░░░ step 1/2") && lines[0].count == 79)
    #expect(lines[1] == "· hello\n")
    #expect(lines[2].hasSuffix("\n"))
  }

  @Test(
    "A terminal that is too narrow gets what fits, and no line is begun twice",
    arguments: [0, 1, 20])
  func narrow(width: Int) {
    let text = Mutex("")
    let report = TerminalReport(style: .init(isInteractive: true, width: width)) { piece in
      text.withLock { $0 += piece.text }
    }
    report.show(step(1))
    report.finish()
    report.finish()
    #expect(text.withLock { $0 } == "\r\u{1B}[Ktrain eaft █████████\n")
  }

  @Test("A plan names downloads, what is reused and why, and the time of the rest")
  func plan() {
    let plan = RunPlan(
      name: "n", title: "t", downloads: [PlannedDownload(item: "w.whl", bytes: 2_500_000)],
      steps: [
        .init(title: "train sft", .training(.crossEntropy), reuse: "done before"),
        .init(title: "train eaft", .training(.crossEntropy), seconds: 90),
      ], finished: nil, declaredDifferences: [])
    #expect(
      PlanText.text(plan).plain == """
        n: t
          to download: 2.5 MB
            w.whl, 2.5 MB
          reused: train sft, done before
          to do: train eaft, about 1 min 30 s
          all together about 1 min 30 s on this machine
        """)
  }
}
