import Files
import Testing

@testable import Assets
@testable import Replication
@testable import Reports

@Suite("What a plan says of sizes") struct PlanTextTests {
  private func plan(
    downloads: [PlannedDownload] = [], steps: [RunPlan.Step] = [], resources: RunResources? = nil
  ) -> RunPlan {
    var plan = RunPlan(
      name: "n", title: "t", downloads: downloads, steps: steps, finished: nil,
      declaredDifferences: [])
    plan.resources = resources
    return plan
  }

  @Test("Downloads of one asset are one line, and what has no known size is said to be more")
  func downloads() {
    var downloads = [PlannedDownload(item: "w.whl", bytes: 2_500_000)]
    for part in 1...5 {
      downloads.append(PlannedDownload(item: "data: part-\(part)", bytes: 1_000_000_000))
    }
    downloads.append(PlannedDownload(item: "more: part-1", bytes: 7))
    downloads.append(PlannedDownload(item: "more: part-2", bytes: nil))
    downloads.append(PlannedDownload(item: "other", bytes: nil))
    #expect(
      PlanText.text(plan(downloads: downloads)).plain == """
        n: t
          to download: at least 5.0 GB
            w.whl, 2.5 MB
            data, 5 files, 5.0 GB
            more, 2 files, at least 7 bytes
            other
        """)
  }

  @Test("The evaluations of one model are one line, those that are reused another")
  func evaluations() {
    let steps: [RunPlan.Step] = [
      .init(title: "evaluate a on x", .evaluation(0, of: "a"), reuse: "done"),
      .init(title: "evaluate a on y", .evaluation(1, of: "a"), seconds: 3600),
      .init(title: "evaluate a on z", .evaluation(2, of: "a"), seconds: 90_000),
      .init(title: "evaluate b on x", .evaluation(0, of: "b"), seconds: 0.001),
      .init(title: "evaluate b on y", .evaluation(1, of: "b")),
    ]
    #expect(
      PlanText.text(plan(steps: steps)).plain == """
        n: t
          reused: evaluate a on x, done
          to do: evaluate a on y (1 h 0 min), z (25 h), about 26 h
          to do: evaluate b on x (0.1 s), y
        """)
  }

  @Test("Disk and memory are one line each, and a sentence warns of each that does not suffice")
  func resources() {
    let disk: [RunResources.DiskUse] = [
      .init("downloads", bytes: 1_000_000), .init("nothing", bytes: 0),
      .init("checkpoints", bytes: 3_000_000, isTemporary: true),
    ]
    func resources(_ room: MachineRoom) -> RunResources {
      RunResources(
        disk: disk, trainingMemory: 2_000_000_000,
        evaluation: .init(bytes: 1_500_000_000), room: room)
    }
    let fits = resources(MachineRoom(freeDisk: 4_000_000, availableMemory: 2_000_000_000))
    #expect(
      PlanText.text(plan(resources: fits)).plain == """
        n: t
          disk: 4.0 MB (downloads 1.0 MB, checkpoints meanwhile 3.0 MB); 4.0 MB are free
          memory: 2.0 GB to train, 1.5 GB to evaluate; 2.0 GB are available
        """)
    let lacks = resources(MachineRoom(freeDisk: 3_999_999, availableMemory: 1_999_999_999))
    let lines = PlanText.text(plan(resources: lacks)).plain.split(separator: "\n")
    #expect(lines.count == 5 && lines[3].hasPrefix("  warning: the disk has no room for the run"))
    #expect(lines[4].hasPrefix("  warning: the memory does not suffice: the run takes 2.0 GB"))
    let unknown = resources(MachineRoom(freeDisk: nil, availableMemory: nil))
    #expect(unknown.warnings.isEmpty)
    #expect(!PlanText.text(plan(resources: unknown)).plain.contains("free"))
    let json = OutcomeJSON.json(plan(resources: lacks))["resources"]
    #expect(json?["disk_bytes"] == 4_000_000 && json?["free_disk_bytes"] == 3_999_999)
    #expect(json?["training_memory_bytes"] == 2_000_000_000)
    #expect(json?["warnings"]?.arrayValue?.count == 2)
    #expect(OutcomeJSON.json(plan())["resources"] == .null)
  }

  @Test("Sizes that no number holds are the largest there is")
  func largestSizes() {
    let disk: [RunResources.DiskUse] = [
      .init("much", 1e30), .init("more", bytes: .max), .init("nothing", -1.0),
      .init("no number", .nan),
    ]
    let room = MachineRoom(freeDisk: .max, availableMemory: 0)
    let resources = RunResources(
      disk: disk, trainingMemory: nil, evaluation: nil, room: room)
    #expect(resources.diskBytes == .max && !resources.lacksDisk && !resources.lacksMemory)
  }

  @Test("Free disk is that of the nearest folder that exists, memory what Linux calls available")
  func room() {
    let room = MachineRoom(folder: "/tmp/nothing/of/this/exists")
    #expect(room.freeDisk != nil && room.availableMemory != nil)
    let text = "MemTotal:  100 kB\nMemFree:  5 kB\nMemAvailable:   42 kB\n"
    #expect(MachineRoom.availableMemory(text) == 43008)
    for damaged in [
      "", "MemAvailable:", "MemAvailable: x kB", "MemAvailable: 5 MB", "MemAvailable: -5 kB",
      "MemAvailable: \(Int.max) kB",
    ] { #expect(MachineRoom.availableMemory(damaged) == nil) }
  }
}
