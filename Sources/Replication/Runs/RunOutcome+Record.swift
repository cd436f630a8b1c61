import Evaluation
import Foundation
import Provenance
import Statistics

extension RunOutcome {
  /// Reads the outcome out of a sealed record: the table comes from its samples, not from memory.
  init(_ record: SealedRecord, manifest: Manifest, reuse: String?) throws {
    self.record = record
    self.reuse = reuse
    let samples = try Self.samples(of: record, manifest: manifest)
    table = ResultTable(manifest: manifest, samples: samples)
    let summary = record.summary
    checks = manifest.expectations.map { expectation in
      let values = summary.arms.filter { $0.name == expectation.arm }.compactMap { arm in
        arm.metrics.first {
          $0.task == expectation.task && Self.names(expectation.metric, $0.name)
        }?.value
      }
      return ExpectationCheck(expectation, observed: Sample.mean(values))
    }
  }

  /// Whether an expectation's metric is a recorded one: a filter of `none` need not be written.
  private static func names(_ expected: String, _ recorded: String) -> Bool {
    expected == recorded || expected + ",none" == recorded
  }

  /// Name of the file with the samples of an evaluation of an arm.
  static func sampleFile(evaluation: String, arm: String, seed: UInt64?) -> String {
    "samples/\(evaluation).\(arm)\(seed.map { ".\($0)" } ?? "").jsonl"
  }

  private static func samples(of record: SealedRecord, manifest: Manifest) throws -> [ArmSamples] {
    try manifest.evaluations.flatMap { evaluation in
      let benchmark = evaluation.task.benchmark
      return try manifest.arms.flatMap { arm in
        let seeds: [UInt64?] =
          arm.treatment == .untouched ? [nil] : manifest.training.seeds.map(Optional.some)
        return try seeds.map { seed in
          let name = sampleFile(evaluation: evaluation.name, arm: arm.name, seed: seed)
          let bytes = try OpenFile.contents(of: "\(record.path)/\(name)")
          return ArmSamples(
            arm: arm.name, evaluation: evaluation.name, benchmark: benchmark,
            results: try TaskResult.read(bytes, benchmark: benchmark))
        }
      }
    }
  }
}

extension TaskResult {
  /// Reads samples as JSON lines: one result for each task of the benchmark that has samples.
  static func read(_ bytes: [UInt8], benchmark: Benchmark) throws -> [TaskResult] {
    let samples = try bytes.split(separator: UInt8(ascii: "\n")).map {
      try SampleResult(jsonLine: $0)
    }
    return try benchmark.tasks.compactMap { task in
      let own = samples.filter { $0.task == task.name }
      return own.isEmpty ? nil : try TaskResult(task: task, samples: own)
    }
  }
}
