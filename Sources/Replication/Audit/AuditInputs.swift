import Assets
import Files
import Foundation
import Manifests
import Provenance

/// Why a level of an audit could not be done that says nothing about the record, in one sentence.
struct AuditObstacle: Error, CustomStringConvertible {
  let description: String
}

/// The inputs of a record's run, brought and verified by the auditor's manifest.
struct AuditInputs: Sendable {
  let manifest: Manifest
  /// The bytes of the expectations that the manifest names.
  let expectations: [UInt8]?
  let inputs: RunInputs

  /// Brings the inputs, and writes nothing unless one has to be stored first.
  ///
  /// - Parameters:
  ///   - audited: The manifest that the record is judged by.
  ///   - options: Where inputs are looked for.
  ///   - downloading: Whether what is missing may be downloaded; else it is an obstacle.
  ///   - report: Is told what happens.
  /// - Throws: ``AuditObstacle`` when they cannot be had here; what reading them throws.
  init(
    _ audited: AuditedManifest, options: RunOptions, downloading: Bool,
    report: @escaping @Sendable (RunEvent) -> Void
  ) async throws {
    guard let file = audited.file else {
      throw AuditObstacle(
        description:
          "there is no manifest of yours to take them from; name the run's with --manifest FILE")
    }
    manifest = audited.manifest
    expectations = audited.expectations
    let optional = manifest.arms.filter(\.isOptional).map(\.name)
    do {
      let sources = InputSources(
        try file.selecting(arms: optional), options: options, report: report)
      try sources.require()
      let downloads = try sources.plannedDownloads()
      guard downloading || downloads.isEmpty else {
        throw AuditObstacle(
          description:
            "\(English.list(downloads.map(\.item))) would have to be downloaded, which an audit does only with --reevaluate or --replay"
        )
      }
      do {
        inputs = try await RunInputs(
          sources, quiet: !downloading, access: .auditing(bringing: false))
      } catch let error as AssetError where error.code == .notStored && downloading {
        inputs = try await RunInputs(sources, quiet: false, access: .auditing(bringing: true))
      }
    } catch let error as AssetError {
      throw AuditObstacle(description: error.message)
    }
  }
}
