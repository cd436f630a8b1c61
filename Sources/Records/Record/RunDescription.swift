package import Files
package import Provenance

/// What a run is, before it does anything.
package struct RunDescription: Sendable {
  /// The replication's name in its manifest.
  package var name: String
  /// The digest of everything that the results depend on: manifest, pinned inputs, engine and versions.
  ///
  /// Never of what only changes speed. Runs of one identity are repetitions (attempts) of each other.
  package var identity: Digest
  /// What the identity is the digest of, so that an audit can compute it anew; nil where the manifest's bytes are.
  package var identityBasis: JSON?
  /// The manifest, byte for byte.
  package var manifest: [UInt8]
  /// The circumstances of this process.
  package var session: RunSession

  /// Creates a description.
  package init(
    name: String, identity: Digest, identityBasis: JSON? = nil, manifest: [UInt8],
    session: RunSession
  ) {
    self.name = name
    self.identity = identity
    self.identityBasis = identityBasis
    self.manifest = manifest
    self.session = session
  }
}

/// The circumstances under which one process works on a run; a run that was resumed has several.
package struct RunSession: Sendable {
  /// The version of this program.
  package var version: String
  /// The state of the sources that the program was built from.
  package var code: GitState
  /// The machine and the libraries.
  package var environment: RunEnvironment
  /// What the process's self-test gave, to tell a platform that changed from a run that changed.
  package var selfTest: RecordedSelfTest
  /// What the machine decided and no result depends on, such as the number of threads.
  package var internalParameters: JSON

  /// Creates a session.
  package init(
    version: String, code: GitState, environment: RunEnvironment,
    selfTest: RecordedSelfTest = .ofThisProcess, internalParameters: JSON = [:]
  ) {
    self.version = version
    self.code = code
    self.environment = environment
    self.selfTest = selfTest
    self.internalParameters = internalParameters
  }

  /// What the event that begins the session says.
  var json: JSON {
    [
      "version": .string(version), "code": code.json, "environment": environment.json,
      "self_test": selfTest.json, "internal_parameters": internalParameters,
    ]
  }
}

/// The short names of records.
enum RunID {
  /// The number of hexadecimal digits of an id: 48 bits, far beyond what one store holds.
  static let length = 12

  /// The id of an attempt at an identity: the first digits of a digest, so that no clock and no chance enters it.
  static func id(identity: Digest, attempt: Int) -> String {
    String(
      SHA256.digest(of: "replicate/record-id/v1\n\(identity)\n\(attempt)\n").hex.prefix(length))
  }

  /// Whether a folder's name is an id.
  static func isValid(_ name: String) -> Bool {
    name.utf8.count == length
      && name.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
      }
  }
}
