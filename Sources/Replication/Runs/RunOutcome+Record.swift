import Files
import Scoring

extension RunOutcome {
  /// Reads the outcome out of a sealed record: the table and the verdicts come from its samples, not from memory.
  init(_ record: SealedRecord, manifest: Manifest, reuse: String?) throws {
    self.record = record
    self.reuse = reuse
    let samples = try record.samples()
    table = ResultTable(manifest: manifest, samples: samples)
    judgement = try record.expectations().map {
      Judgement(
        documented: $0.results,
        results: MeasuredResults(digest: record.resultsDigest, samples: samples))
    }
  }
}

extension SealedRecord {
  /// The samples of every arm, in the order of the record's arms.
  ///
  /// - Throws: ``InterchangeError`` `damaged` for a file that is none of samples, or belongs to no arm of the record.
  func samples() throws -> [ArmSamples] {
    let found = try files.filter { RecordFile.isOfSamples($0.name) }.map { file in
      let samples = try SampleRecord(name: file.name, record: self)
      guard let (arm, evaluation) = samples.arm(in: self) else {
        throw InterchangeError(
          .damaged, "\(path)/\(file.name) belongs to no arm of the record \(id).")
      }
      return ArmSamples(
        arm: arm.name, seed: arm.unsignedSeed, evaluation: evaluation,
        benchmark: samples.benchmark,
        results: try samples.tasks.map { try TaskResult(task: $0.task, samples: $0.samples) })
    }
    return summary.arms.flatMap { arm in
      found.filter { $0.arm == arm.name && $0.seed == arm.unsignedSeed }
    }
  }

  /// What the record's run was to be judged by; nil if there was nothing.
  package func expectations() throws -> ExperimentFile? {
    guard files.contains(where: { $0.name == RecordFile.expectations }) else { return nil }
    return try ExperimentFile(
      try contents(of: RecordFile.expectations), path: "\(path)/\(RecordFile.expectations)")
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
