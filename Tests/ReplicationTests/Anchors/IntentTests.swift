import Files
import Foundation
import Provenance
import RecordFixtures
import Synchronization
import TestSupport
import Testing

@testable import Manifests
@testable import Records
@testable import Replication

@Suite("Intents", .enabled(if: GitFixture.isAvailable))
struct IntentTests {
  private let fixture: GitFixture
  private let file: ManifestFile

  init() throws {
    fixture = try GitFixture()
    try FileManager.default.copyItem(
      atPath: Checkout.manifests, toPath: fixture.path + "/manifests")
    file = try ManifestFile.read(fixture.path + "/manifests/tiny.yaml")
  }

  private func options(_ artifacts: String = "artifacts") -> RunOptions {
    var options = RunOptions(artifacts: "\(fixture.path)/\(artifacts)", threads: 2)
    options.repository = fixture.path
    return options
  }

  private func runner(_ artifacts: String = "artifacts", stoppedAt step: Int? = nil) -> Runner {
    let interruption = Interruption()
    let steps = Atomic<Int>(0)
    return Runner(file, options: options(artifacts), interruption: interruption) { event in
      guard case .trained = event, let step else { return }
      if steps.add(1, ordering: .relaxed).newValue >= step { interruption.request() }
    }
  }

  private func intend(authority: String? = nil) async throws -> GitAnchor {
    let lock = try await runner().lock(renewing: false).lock
    switch try await runner().intend(lock, authority: authority) {
    case .anchored(let anchor), .unchanged(let anchor): return anchor
    }
  }

  private func level(
    _ id: String, _ artifacts: String = "artifacts", authority: String? = nil,
    in repository: GitFixture? = nil
  ) async throws -> AuditReport.Entry {
    var options = Audit.Options()
    options.timeStampAuthority = authority
    var run = self.options(artifacts)
    if let repository { run.repository = repository.path }
    let report = try await Audit(
      id, manifest: { _ in file }, run: run, options: options, report: { _ in }
    ).report()
    return try #require(report.entries.first { $0.level == .anchor })
  }

  /// The commits that each event of an intent names.
  private static func claims(in history: RunHistory) -> [[String]] {
    history.events.compactMap { event in
      if case .intent(_, let commits) = event.content { commits } else { nil }
    }
  }

  @Test("count every run that begins under them, sealed or not, and the record names them")
  func counted() async throws {
    let intent = try await intend()
    #expect(intent.files.map(\.name) == ["expectations.yaml", "lock.json", "manifest.yaml"])
    #expect(try await intend() == intent)
    await #expect(throws: (any Error).self) { try await runner("lost", stoppedAt: 3).run() }
    let outcome = try await runner().run()
    let history = try RunHistory(recordAt: outcome.record.place, id: outcome.record.id)
    #expect(Self.claims(in: history) == [[intent.commit]])
    let entry = try await level(outcome.record.id)
    #expect(entry.status == .passed, "\(entry.findings)")
    #expect(
      entry.notes.contains {
        $0.contains("2 runs were begun under this lock, of which 1 is anchored as sealed; not ")
      })
    // A resumed run is no further one.
    let resumed = try await runner("lost").run()
    let both = try await level(resumed.record.id, "lost")
    let count = "2 runs were begun under this lock, of which 2 are anchored"
    #expect(both.notes.contains { $0.contains(count) })
    #expect(both.notes.contains { $0.contains("cannot be excluded") })
    #expect(try fixture.problems() == "")
  }

  @Test("that came after the first step are not claimed by the run, and a claim of one is found")
  func late() async throws {
    await #expect(throws: (any Error).self) { try await runner(stoppedAt: 3).run() }
    let intent = try await intend()
    let outcome = try await runner().run()
    let history = try RunHistory(recordAt: outcome.record.place, id: outcome.record.id)
    #expect(Self.claims(in: history).isEmpty)
    let entry = try await level(outcome.record.id)
    #expect(entry.status == .passed)
    #expect(entry.notes.contains { $0.contains("1 run was begun under this lock") })

    // Somebody who claims it all the same, and dates his steps back.
    let lock = try #require(outcome.record.files.first { $0.name == RecordFile.lock }?.digest)
    let store = try AnchorStore(containing: fixture.path)
    let late = try await store.anchor(
      .intent(lock: lock), files: intent.files + [GitAnchor.File(name: "x", bytes: [])],
      time: Int(time(nil)) + 3600, sign: nil)
    guard case .anchored(let later) = late else {
      Issue.record("The intent was expected to be new.")
      return
    }
    for (claim, words) in [
      (later.commit, "after the first step of the run"),
      (intent.commit, nil),
    ] {
      let fixtures = try RunFixtures()
      let record = try fixtures.begin()
      try record.write(
        try #require(intent.content(of: RecordFile.lock)), to: RecordFile.lock)
      try record.append(.intent(lock: lock, commits: [claim]))
      try record.append(
        .trainingStarted(.init(arm: "sft", seed: 42), key: lock, configuration: "none"))
      let evidence = try await IntentEvidence(
        try record.seal(RunFixtures.summary), in: store, authority: nil)
      #expect(evidence.findings.count == (words == nil ? 0 : 1))
      #expect(words == nil || evidence.findings[0].contains(words ?? ""))
    }
  }

  @Test("that an auditor's repository received before the run show that the lock came first")
  func received() async throws {
    _ = try await intend()
    let auditor = try GitFixture()
    let exchange = AnchorExchange(with: fixture.path, repository: auditor.path)
    #expect(try await exchange.pull().moved.count == 1)
    let outcome = try await runner().run()
    #expect(try await exchange.pull().moved.count == 2)
    let entry = try await level(outcome.record.id, in: auditor)
    #expect(entry.status == .passed)
    #expect(entry.notes.contains { $0.contains("This repository received it at") })
    #expect(!entry.notes.contains { $0.contains("cannot be excluded") })
    #expect(try auditor.problems() == "")
  }

  // MARK: - Time stamps

  /// A time stamp authority with a certificate of its own, on a port of this machine.
  private final class Authority {
    let folder: TemporaryFolder
    let process = Process()
    var certificate: String { folder.path(of: "ca.pem") }
    private(set) var url = ""

    init() throws {
      folder = try TemporaryFolder()
      let settings = """
        [tsa]
        default_tsa = c
        [c]
        serial = \(folder.path)/serial
        default_policy = 1.2.3.4.1
        digests = sha256
        signer_digest = sha256
        [x]
        extendedKeyUsage = critical,timeStamping
        keyUsage = critical,digitalSignature
        [ca]
        basicConstraints = critical,CA:TRUE
        [dn]
        [req]
        distinguished_name = dn
        """
      _ = try folder.write(Array(settings.utf8), to: "conf")
      _ = try folder.write(Array("01\n".utf8), to: "serial")
      func openssl(_ arguments: [String]) throws {
        #expect(try runProgram("/usr/bin/openssl", arguments, in: folder.path).status == 0)
      }
      try openssl([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
        "-subj", "/CN=Test CA", "-config", "conf", "-extensions", "ca",
      ])
      try openssl([
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj",
        "/CN=Test TSA", "-config", "conf",
      ])
      try openssl([
        "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2",
        "-out", "tsa.pem", "-extfile", "conf", "-extensions", "x",
      ])
      let server = """
        import http.server, subprocess, sys
        class H(http.server.BaseHTTPRequestHandler):
          def do_POST(self):
            open('q', 'wb').write(self.rfile.read(int(self.headers['Content-Length'])))
            if self.path == '/bad': body = b'no time stamp'
            else:
              subprocess.run(['openssl', 'ts', '-reply', '-config', 'conf', '-section', 'c', '-queryfile', 'q',
                '-signer', 'tsa.pem', '-inkey', 'tsa.key', '-out', 'r'], check=True, stderr=subprocess.DEVNULL)
              body = open('r', 'rb').read()
            self.send_response(200); self.end_headers(); self.wfile.write(body)
          def log_message(self, *a): pass
        s = http.server.HTTPServer(('127.0.0.1', 0), H)
        print(s.server_port, flush=True)
        s.serve_forever()
        """
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["python3", "-c", server]
      process.currentDirectoryURL = URL(filePath: folder.path)
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      url = "http://127.0.0.1:\(port.trimmingCharacters(in: .newlines))"
    }

    deinit {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  @Test(
    "with a time stamp of an authority show when the lock existed, and a bad one is found",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
  func timeStamps() async throws {
    let authority = try Authority()
    let intent = try await intend(authority: authority.url)
    let stamp = try #require(intent.content(of: Intent.stamp))
    let lock = try #require(intent.content(of: RecordFile.lock))
    let certificate = authority.certificate
    guard
      case .valid(let time) = try await TimeStamp.check(stamp, of: lock, authority: certificate)
    else {
      Issue.record("The time stamp holds.")
      return
    }
    #expect(abs(time - intent.time) < 600)
    guard case .unknownAuthority = try await TimeStamp.check(stamp, of: lock, authority: nil) else {
      Issue.record("The machine does not know the authority.")
      return
    }
    var damaged = stamp
    damaged[damaged.count - 20] ^= 1
    let other = try Authority().certificate
    for (bytes, data, ca) in [
      (stamp, lock + [0], certificate), (damaged, lock, certificate),
      ([1, 2, 3], lock, certificate),
      (stamp, lock, other), (stamp, lock + [0], nil),
    ] {
      guard case .invalid = try await TimeStamp.check(bytes, of: data, authority: ca) else {
        Issue.record("The time stamp does not hold.")
        continue
      }
    }
    let outcome = try await runner().run()
    let entry = try await level(outcome.record.id, authority: certificate)
    #expect(entry.status == .passed)
    #expect(entry.notes.contains { $0.contains("holds: the lock existed at ") })
    #expect(!entry.notes.contains { $0.contains("cannot be excluded") })
    let unknown = try await level(outcome.record.id)
    #expect(unknown.notes.contains { $0.contains("--timestamp-ca") })
    #expect(unknown.notes.contains { $0.contains("cannot be excluded") })
    for url in ["\(authority.url)/bad", "http://127.0.0.1:1/", "file:///dev/null", "-x"] {
      let error = await #expect(throws: AnchorError.self) {
        try await TimeStamp.request(lock, from: url)
      }
      #expect(error?.code == .timeStamp)
    }
  }

  @Test("Times are read as openssl prints them")
  func times() {
    #expect(TimeStamp.seconds("Jun  1 12:34:56 2025 GMT") == 1_748_781_296)
    #expect(TimeStamp.seconds("Jun  1 12:34:56.789 2025 GMT") == 1_748_781_296)
    #expect(TimeStamp.seconds("Jux  1 12:34:56 2025 GMT") == nil)
    #expect(TimeStamp.seconds("unspecified") == nil)
  }
}
