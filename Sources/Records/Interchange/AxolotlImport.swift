import Files
import Foundation

/// Brings what a training with Axolotl left into the store of records, and what lm-evaluation-harness said of its model.
package struct AxolotlImport: Sendable {
  /// What an import came to.
  package struct Outcome: Sendable {
    /// The sealed record.
    package let record: SealedRecord
    /// Why the record is an earlier one; nil for a new one.
    package let reuse: String?
    /// The folder that was read.
    package let source: String
    /// What the harness says, held against what its samples give; nil without its output.
    package let comparison: HarnessComparison?
    /// What a person should know besides, in a sentence; nil if there is nothing.
    package let note: String?

    /// The exit code of a command that ends with this outcome.
    package var exitCode: Int32 { comparison?.exitCode ?? ExitStatus.success }
  }

  /// What the harness wrote of the trained model.
  package struct Results: Sendable {
    private let path: String
    private let names: TaskNames
    private let date: String?
    private let languageData: String?

    /// Names the folder; the rest is that of ``HarnessImport``.
    package init(_ path: String, names: TaskNames, date: String?, languageData: String?) {
      (self.path, self.names, self.date, self.languageData) = (path, names, date, languageData)
    }

    func evidence() throws -> HarnessEvidence {
      try HarnessEvidence(path, names: names, date: date, languageData: languageData)
    }
  }

  private let path: String
  private let settings: String?
  private let events: String?
  private let results: Results?
  private let arm: String
  private let seed: Int?
  private let artifacts: String

  /// Prepares an import; nothing is read yet.
  ///
  /// - Parameters:
  ///   - path: the `output_dir` of the training.
  ///   - settings: Axolotl's YAML file; nil for what the model card has.
  ///   - events: what the plugin wrote; nil for a file of that name in the folder, if there is one.
  ///   - results: what the harness wrote of the trained model; nil if it was not asked.
  ///   - arm: what the model is called in the record, as in "eaft".
  ///   - seed: the seed of the training; nil for the one that Axolotl was told, if that is known.
  ///   - artifacts: the folder with the store of records.
  package init(
    _ path: String, settings: String? = nil, events: String? = nil, results: Results? = nil,
    arm: String = Imported.standardArm, seed: Int? = nil, artifacts: String
  ) {
    (self.path, self.settings, self.events) = (path, settings, events)
    (self.results, self.arm, self.seed, self.artifacts) = (results, arm, seed, artifacts)
  }

  /// Reads the folder, scores the harness's samples anew, and seals a record unless there is one of the same files.
  ///
  /// - Throws: ``LogError``, ``InterchangeError``, ``ManifestError`` or ``FileError`` when something cannot be read,
  ///   ``RunError`` or ``FileError`` when the record cannot be written.
  package func run() throws -> Outcome {
    let folder = try AxolotlFolder(path, settings: settings, events: events)
    let harness = try results?.evidence()
    let training = folder.training
    let (told, seed) = (training.seed, seed ?? training.seed)
    if let told, let seed, told != seed {
      throw InterchangeError(
        .damaged, "The seed was said to be \(seed), but Axolotl was told \(told) in \(folder.path)."
      )
    }
    let files = ImportedTraining.File.allCases.compactMap { file in
      folder.files[file].map { (name: file.nameInRecord, bytes: $0) }
    }
    let sources = files.map { name, bytes in
      RecordFile(name: name, byteCount: bytes.count, digest: SHA256.digest(of: bytes)).json
    }
    let digests = folder.weights.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) }
    let record = try Imported.record(
      of: training.model ?? (folder.path as NSString).lastPathComponent, by: "axolotl",
      description: [
        ("arm", .string(arm)), ("seed", JSON(seed.map(String.init))),
        ("training", .array(sources)), ("weights", JSON(present: digests)),
        ("sources", harness?.sources ?? .null),
      ] + (harness?.description ?? []),
      artifacts: artifacts
    ) { record in
      for (name, bytes) in files { try record.write(bytes, to: name) }
      let own = RecordedEvent.ArmSeed(arm: arm, seed: seed.map { UInt64($0) })
      if let stated = training.stated {
        try record.append(.engineStated(own, program: "axolotl", facts: ["facts": stated]))
      }
      let metrics = try harness?.write(to: record, arm: arm, seed: own.seed) ?? []
      return RunSummary(
        arms: [
          RunSummary.Arm(
            name: arm, seed: seed, digests: folder.weights, steps: training.steps, metrics: metrics)
        ],
        details: JSON(present: [
          ("training", training.details), ("comparison", harness?.comparison.json ?? .null),
          (
            RunSummary.unknownDetails,
            .array(unknowns(folder, seed: seed, harness).map(\.json))
          ),
        ]))
    }
    return Outcome(
      record: record.sealed, reuse: record.reuse, source: folder.path,
      comparison: harness?.comparison, note: record.note)
  }

  private func unknowns(
    _ folder: AxolotlFolder, seed: Int?, _ harness: HarnessEvidence?
  ) -> [Unknown] {
    let ofSeed =
      seed == nil
      ? [
        Unknown(
          subject: "seed", sentence: "The seed of the training is not known.",
          remedy: "The seed, with --seed N.")
      ] : []
    return folder.unknowns + ofSeed + (harness?.unknowns ?? [])
  }
}

extension SealedRecord {
  /// Where the steps of an imported training are not those that its files tell of, in sentences; none for other records.
  ///
  /// - Throws: What reading the files throws.
  package func importedTrainingFindings() throws -> [String] {
    var kept: [ImportedTraining.File: [UInt8]] = [:]
    for file in ImportedTraining.File.allCases
    where isImported && files.contains(where: { $0.name == file.nameInRecord }) {
      kept[file] = try contents(of: file.nameInRecord)
    }
    guard !kept.isEmpty else { return [] }
    let training = try ImportedTraining(kept, in: "\(path)/\(Imported.sourceFolder)training")
    return summary.arms.compactMap { arm in
      // Every bit counts, and NaN equals nothing.
      let isSame =
        arm.steps.map(\.json) == training.steps.map(\.json)
      return isSame
        ? nil : "\(arm.sentence) has other steps than the files that they were read from."
    }
  }
}
