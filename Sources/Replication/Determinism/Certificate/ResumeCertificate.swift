package import Files
package import Records

/// What is certified of a manifest: killed at these points and resumed, its run leaves the bytes of one that nobody disturbed.
package struct ResumeCertificate: Sendable, Equatable {
  /// A kill, and whether there was one: a run may be over before.
  package struct Kill: Sendable, Equatable {
    /// Where the run was to be killed, in words.
    package let place: String
    /// Whether it was.
    package let wasKilled: Bool
  }

  /// The replication's name, and the digest of its manifest's canonical form.
  package let name: String
  package let manifest: Digest
  /// Steps to which training was shortened, with few documents; nil for the whole manifest.
  package let steps: Int?
  /// The digest of the program that ran.
  package let program: Digest
  /// The digest of the results of the run that nobody disturbed, and the root of its samples.
  package let results: Digest
  package let samples: Digest
  /// Checkpoints that the undisturbed run kept.
  package let checkpointCount: Int
  /// The kills, in their order.
  package let kills: [Kill]
  /// How often a training went on from a checkpoint.
  package let resumptionCount: Int
  /// How many killed runs came to their end and were compared.
  package let comparedCount: Int
  /// What a killed run left otherwise; nil if every byte was the same.
  package let divergence: Divergence?

  /// The number of kills that hit.
  package var killCount: Int { kills.count(where: \.wasKilled) }

  /// 0 if every byte was the same, 6 if one was not, 7 if no run was killed at all.
  package var exitCode: Int32 {
    guard divergence == nil else { return ExitStatus.nondeterministic }
    return killCount > 0 ? ExitStatus.success : ExitStatus.unavailable
  }
}

extension ResumeCertificate {
  /// The certificate as one JSON object.
  package var json: JSON {
    [
      "schema": "replicate/resume-certificate/v1", "name": .string(name),
      "manifest_sha256": JSON(manifest), "shortened_to_steps": steps.map { JSON($0) } ?? .null,
      "program_sha256": JSON(program), "results_sha256": JSON(results),
      "samples_root": JSON(samples), "kept_checkpoints": JSON(checkpointCount),
      "identical": .bool(divergence == nil), "exit_code": JSON(Int(exitCode)),
      "kills": .array(
        kills.map { ["place": .string($0.place), "killed": .bool($0.wasKilled)] }),
      "killed": JSON(killCount), "resumed_from_checkpoints": JSON(resumptionCount),
      "compared_runs": JSON(comparedCount), "divergence": divergence.map(\.json) ?? .null,
    ]
  }

  /// The certificate for a person.
  package var text: ReportText {
    var lines = kills.map { "  \($0.wasKilled ? "killed" : "over before the kill") \($0.place)" }
    lines.append(
      "\(name)\(steps.map { ", shortened to \($0) steps" } ?? ""): \(English.count(killCount, "kill")) (SIGKILL), training resumed from a checkpoint \(English.count(resumptionCount, "time")), \(English.count(comparedCount, "killed run")) compared with one that nobody disturbed."
    )
    lines.append(
      divergence.map { "Not the same: \($0.sentence)" }
        ?? "Every byte of weights, checkpoints, samples and results is the same: results \(results.hex.prefix(16)), samples \(samples.hex.prefix(16))."
    )
    return ReportText(lines)
  }
}
