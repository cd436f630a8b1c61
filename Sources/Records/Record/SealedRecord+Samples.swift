import Files
package import Manifests
package import Scoring

extension SealedRecord {
  /// The samples of every arm, in the order of the record's arms.
  ///
  /// - Throws: ``RunError`` `damaged` for a file that is none of samples, or belongs to no arm of the record.
  package func samples() throws -> [ArmSamples] {
    let found = try files.filter { RecordFile.isOfSamples($0.name) }.map { file in
      let samples = try samples(inFile: file.name)
      guard let (arm, evaluation) = samples.arm(in: self) else {
        throw RunError(
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
  package static func read(_ bytes: [UInt8], benchmark: Benchmark) throws -> [TaskResult] {
    let samples = try bytes.split(separator: UInt8(ascii: "\n")).map {
      try SampleResult(jsonLine: $0)
    }
    return try benchmark.tasks.compactMap { task in
      let own = samples.filter { $0.task == task.name }
      return own.isEmpty ? nil : try TaskResult(task: task, samples: own)
    }
  }
}
