import Files
import Foundation
import TestSupport
import Testing

/// The toy with its data on a server that stands for the Hub, as a user runs it.
@Suite("Inputs of the Hub", .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct HubCommandTests {
  private static let token = "hf_SecretSecretSecret"
  private static let commit = String(repeating: "c", count: 40)
  private let server: HubServer
  private let folder: TemporaryFolder

  init() throws {
    (server, folder) = (try HubServer(), try TemporaryFolder())
    let manifests = Checkout.manifests
    let rows = "datasets/owner/rows"
    for name in ["train", "mmlu"] {
      let content = try OpenFile.contents(of: "\(manifests)/tiny/\(name).jsonl")
      try server.add(content, "data/\(name).jsonl", to: rows)
    }
    try server.add(
      #"{"commit": "\#(Self.commit)", "gated": true, "lfs": ["*/train.jsonl"]}"#, ".hub.json",
      to: rows)
    _ = try server.folder.write(
      Array(#"{"tokens": {"\#(Self.token)": true}}"#.utf8), to: "hub.json")
    try FileManager.default.copyItem(atPath: manifests, toPath: folder.path(of: "manifests"))
    try FileManager.default.removeItem(atPath: folder.path(of: "manifests/tiny.lock.json"))
    var text = try String(contentsOfFile: path, encoding: .utf8)
    for name in ["train", "mmlu"] {
      let start = try #require(text.range(of: "    file: tiny/\(name).jsonl\n"))
      let end = try #require(text[start.upperBound...].firstRange(of: /\n  [a-z]/))
      text.replaceSubrange(
        start.lowerBound..<end.lowerBound,
        with: """
              dataset: owner/rows
              revision: \(Self.commit)
              files: {data/\(name).jsonl: {}}
              gated: true
          """)
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private var path: String { folder.path(of: "manifests/tiny.yaml") }

  private func run(_ arguments: String..., variables: [String] = []) throws -> Finished {
    try Program.run(
      [
        "-u", "HF_TOKEN", "-u", "HF_TOKEN_PATH", "-u", "HF_HUB_CACHE",
        "HF_HOME=\(folder.path(of: "hf"))", "HF_ENDPOINT=\(server.address)",
      ] + variables + [Program.path] + arguments + [
        path, "--artifacts", folder.path(of: "artifacts"),
      ], executable: "/usr/bin/env")
  }

  @Test("are planned, downloaded, locked by what was there, and reused; the token is nowhere")
  func runs() throws {
    _ = try folder.write(Array("\(Self.token)\n".utf8), to: "hf/token")
    let plan = try run("plan")
    // From now on it comes from its variable.
    try FileManager.default.removeItem(atPath: folder.path(of: "hf"))
    let login = ["HF_TOKEN=\(Self.token)"]
    #expect(plan.status == 0 && plan.output.contains("train") && plan.output.contains("download"))
    let finished = [
      plan, try run("run", variables: login), try run("lock", variables: login),
      try run("run", "--json", variables: login),
      try run("run", "--offline", "--json", variables: login),
    ]
    #expect(finished.map(\.status) == [0, 0, 0, 0, 0], "\(finished.map(\.error))")
    // A list, two files, and two places that the Hub sends those on who want them.
    let log = try server.log()
    #expect(log.count == 5 && log.count { $0.server == "storage" } == 1)
    let lock = try JSONParser.parse(
      try OpenFile.contents(of: folder.path(of: "manifests/tiny.lock.json")))
    #expect(
      lock["inputs"]?.arrayValue?.compactMap { $0["file"]?.stringValue } == ["mmlu", "train"])
    for text in finished.flatMap({ [$0.output, $0.error] }) { #expect(!text.contains(Self.token)) }
    for name in folder.files() {
      let content = try OpenFile.contents(of: folder.path(of: name))
      #expect(content.firstRange(of: Self.token.utf8) == nil, "\(name)")
    }
    // Other rows at the same commit, as only a hostile server has them, are not what was locked.
    try FileManager.default.removeItem(atPath: folder.path(of: "artifacts"))
    let rows = try OpenFile.contents(
      of: server.folder.path(of: "datasets/owner/rows/data/mmlu.jsonl"))
    try server.add(Array(rows.dropLast()), "data/mmlu.jsonl", to: "datasets/owner/rows")
    let other = try run("run", variables: login)
    #expect(other.status == 3 && other.error.contains("The file mmlu (SHA-256): locked"))
  }

  @Test("are not read again once their rows are prepared, and verified before they are")
  func preparedRows() throws {
    let login = ["HF_TOKEN=\(Self.token)"]
    let first = try run("run", variables: login)
    #expect(first.status == 0, "\(first.error)")
    let rows = try OpenFile.contents(
      of: server.folder.path(of: "datasets/owner/rows/data/train.jsonl"))
    let digest = SHA256.digest(of: rows)
    let stored = folder.path(of: "artifacts/store/sha256/\(digest.hex.prefix(2))/\(digest)")
    // Other content of the same size, and not writable as everything stored.
    try FileManager.default.removeItem(atPath: stored)
    try Data(repeating: 0x20, count: rows.count).write(to: URL(filePath: stored))

    let again = try run("run", "--offline")
    #expect(again.status == 0 && again.output.contains("nothing was computed"), "\(again.error)")
    // Another learning rate needs the same tokens, and its record has the file by its digest.
    let other = try run("run", "--offline", "--set", "training.learning_rate=1.0e-4", "--json")
    #expect(other.status == 0, "\(other.error)")
    let record = try JSONField(
      JSONParser.parse(Array(other.output.utf8)), source: "the run")["record_path"]
    let events = try String(contentsOfFile: "\(record.string())/events.jsonl", encoding: .utf8)
    #expect(events.contains(digest.hex))
    // Whoever reads the rows finds that they are not those, and brings them anew.
    let prepared = try run("run", "--offline", "--repeat")
    #expect(prepared.status == 7, "\(prepared.error)")
    let brought = try run("run", "--repeat", variables: login)
    #expect(brought.status == 0, "\(brought.error)")
    #expect(try SHA256.digest(ofFileAt: stored) == digest)
  }

  @Test("at a branch are planned by what it held, and asked for anew by a run")
  func branch() throws {
    let login = ["HF_TOKEN=\(Self.token)"]
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let unpinned = "\nunpinned: {train: made up, mmlu: made up}\n"
    try (text.replacing("revision: \(Self.commit)", with: "revision: main") + unpinned)
      .write(toFile: path, atomically: true, encoding: .utf8)
    let first = try run("run", variables: login)
    #expect(first.status == 0, "\(first.error)")
    let asked = try server.log().count
    let plan = try run("plan", variables: login)
    #expect(plan.status == 0 && plan.output.contains("nothing to do"), "\(plan.output)")
    #expect(try server.log().count == asked)
    let again = try run("run", variables: login)
    #expect(again.status == 0 && again.output.contains("nothing was computed"), "\(again.error)")
    #expect(try server.log().count > asked)
  }

  @Test("end with 7 and one sentence without login, without access and without network")
  func refusals() throws {
    let none = try run("run")
    #expect(none.status == 7 && none.error.contains("hf auth login, or set HF_TOKEN"))
    let unknown = try run("run", variables: ["HF_TOKEN=hf_unknown"])
    #expect(unknown.status == 7 && unknown.error.contains("does not accept the token of HF_TOKEN"))
    let broken = try run("run", variables: ["HF_TOKEN=a b"])
    #expect(broken.status == 2 && broken.error.contains("What HF_TOKEN holds can be no token"))
    let offline = try run("run", variables: ["HF_HUB_OFFLINE=1", "HF_TOKEN=hf_a"])
    #expect(
      offline.status == 7 && offline.error.contains("hf download owner/rows data/train.jsonl"))
    let count = try server.log().count
    let unreached = try run(
      "run", variables: ["HF_ENDPOINT=http://127.0.0.1:1", "HF_TOKEN=\(Self.token)"])
    #expect(unreached.status == 7)
    #expect(
      unreached.error.contains(
        "The Hub at http://127.0.0.1:1 did not give the list of files of owner/rows")
    )
    #expect(!unreached.error.contains(Self.token))
    #expect(try server.log().count == count)
  }
}
