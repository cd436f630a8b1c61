import Files

/// A record as in-toto statements (https://in-toto.io/Statement/v1), which are unsigned.
///
/// An envelope needs a signature to be valid, so there is none: whoever vouches for a statement signs its bytes.
struct RunStatements {
  let account: RunAccount

  init(_ account: RunAccount) { self.account = account }

  var record: SealedRecord { account.record }

  /// Every statement as a file.
  func files() throws -> [ExportFolder.File] {
    var statements = [
      (
        "provenance.json",
        statement("https://slsa.dev/provenance/v1", [summary] + weights, provenance)
      )
    ]
    if let judgement = account.judgement, let policy = account.file(RecordFile.expectations) {
      statements += [
        (
          "verification-summary.json",
          statement(
            "https://slsa.dev/verification_summary/v1", [summary],
            verificationSummary(judgement, policy))
        ),
        (
          "test-result.json",
          statement(
            "https://in-toto.io/attestation/test-result/v0.1", [summary] + weights,
            testResult(judgement))
        ),
      ]
    }
    return try statements.map { name, statement in
      ExportFolder.File(
        name: name,
        content: .bytes(try CanonicalJSON.encode(statement) + [UInt8(ascii: "\n")]))
    }
  }

  private func statement(_ type: String, _ subject: [JSON], _ predicate: JSON) -> JSON {
    [
      "_type": "https://in-toto.io/Statement/v1", "subject": .array(subject),
      "predicateType": .string(type), "predicate": predicate,
    ]
  }

  // MARK: - Resources

  private var summary: JSON { Self.resource(RecordFile.summary, record.digest) }

  private var weights: [JSON] {
    record.summary.arms.compactMap { arm in
      arm.digests["weights"].map { Self.resource("weights.\(arm.label)", $0) }
    }
  }

  /// A resource descriptor.
  static func resource(
    _ name: String, _ digest: Digest, uri: String? = nil, annotations: [(String, JSON)] = []
  ) -> JSON {
    let notes = JSON(present: annotations)
    return JSON(present: [
      ("name", .string(name)), ("digest", ["sha256": JSON(digest)]), ("uri", JSON(uri)),
      ("annotations", notes == [:] ? .null : notes),
    ])
  }

  /// Files of the record as resources, without those that it does not have.
  func resources(_ names: [String]) -> [JSON] {
    names.compactMap { account.file($0) }.map { Self.resource($0.name, $0.digest) }
  }

  /// The program that made the record and that judges it.
  static func program(_ version: String) -> JSON {
    ["id": .string(URIText.own(["program"])), "version": ["replicate": .string(version)]]
  }
}
