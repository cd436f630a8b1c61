import Files
import Testing

@testable import Records
@testable import Replication
@testable import Reports

@Suite("Reports of housekeeping and jobs") struct HousekeepingReportTests {
  @Test("A store without findings is well, and one of each is said in the singular")
  func store() {
    var outcome = StoreVerification.Outcome()
    outcome.fileCount = 1
    outcome.byteCount = 999
    outcome.stepCount = 1
    outcome.sealedCount = 1
    #expect(
      HousekeepingText.text(outcome).plain
        == "All is well: 1 file of the store (999 bytes), 1 finished step and 1 sealed record are as they were written."
    )
    outcome.openCount = 2
    outcome.findings = ["a is damaged.", "b is gone."]
    #expect(
      HousekeepingText.text(outcome).plain == """
        ✗ a is damaged.
        ✗ b is gone.
        2 findings in 1 file of the store (999 bytes), 1 finished step and 1 sealed record; 2 unfinished were only read.
        """)
    let json = HousekeepingJSON.json(outcome)
    #expect(json["exit_code"] == 3 && json["findings"] == ["a is damaged.", "b is gone."])
  }

  @Test("What is removed has a line each, and a dry run says that it would be")
  func garbage() {
    func outcome(isDryRun: Bool) -> GarbageCollection.Outcome {
      GarbageCollection.Outcome(
        items: [
          .init(path: "store/a", reason: "nothing refers to it", bytes: 2_500_000),
          .init(path: "steps/b", reason: "left over", bytes: 0),
        ], isDryRun: isDryRun, notes: ["A note."])
    }
    #expect(
      HousekeepingText.text(outcome(isDryRun: true)).plain == """
        store/a  2.5 MB  nothing refers to it
        steps/b  0 bytes  left over
        A note.
        2 items would be removed, which would free 2.5 MB.
        """)
    #expect(
      HousekeepingText.text(outcome(isDryRun: false)).plain.hasSuffix(
        "\n2 items removed, 2.5 MB freed."))
    let json = HousekeepingJSON.json(outcome(isDryRun: false))
    #expect(json["dry_run"] == false && json["bytes"] == 2_500_000)
    let none = GarbageCollection.Outcome(items: [], isDryRun: false, notes: [])
    #expect(HousekeepingText.text(none).plain == "0 items removed, 0 bytes freed.")
  }

  @Test("Jobs say what is left of the run, or how it is sealed")
  func jobs() {
    let some = JobOutcome(name: "tiny", done: ["sft:1"], remaining: ["base", "eaft:1"])
    #expect(some.text.plain == "tiny: sft:1 done; of the run remain base, eaft:1.")
    #expect(some.json["remaining"] == ["base", "eaft:1"] && some.exitCode == 0)
    let all = JobOutcome(name: "tiny", done: ["sft:1", "base"], remaining: [])
    #expect(
      all.text.plain
        == "tiny: sft:1, base done; everything is done; `replicate tiny` with the same options seals the record."
    )
  }

  @Test("A merge says what was brought, and what was not")
  func merge() {
    var outcome = WorkMerge.Outcome()
    outcome.notes = ["A step was not brought: it is damaged."]
    outcome.broughtCount = 1
    outcome.byteCount = 1500
    #expect(
      outcome.text.plain == """
        A step was not brought: it is damaged.
        1 finished step brought (1.5 kB), 0 known before.
        """)
    #expect(outcome.json["notes"]?.arrayValue?.count == 1 && outcome.exitCode == 0)
  }
}
