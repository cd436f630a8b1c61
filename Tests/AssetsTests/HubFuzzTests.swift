import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("What comes from the Hub, changed at random") struct HubFuzzTests {
  @Test("A list of files is read or refused, and nothing that was not wanted comes of it")
  func trees() throws {
    let page = Array(
      """
      [{"type": "directory", "path": "sub", "oid": "x", "size": 0},
       {"type": "file", "path": "a", "size": 2, "oid": "\(String(repeating: "a", count: 40))"},
       {"type": "file", "path": "b", "size": 3, "oid": "x",
        "lfs": {"oid": "\(String(repeating: "b", count: 64))", "size": 3, "pointerSize": 9}}]
      """.utf8)
    let wanted: Set = ["a", "b"]
    fuzz(2000) { _, generator in
      var tree = HubTree(commit: "c")
      let bytes = mutated(page, &generator)
      guard let value = try? JSONParser.parse(bytes) else { return }
      try? tree.add(value, wanted: wanted, source: "page")
      #expect(Set(tree.files.keys).isSubset(of: wanted))
      #expect(tree.files.values.allSatisfy { $0.bytes >= 0 })
    }
    var tree = HubTree(commit: "c")
    try tree.add(try JSONParser.parse(page), wanted: wanted, source: "page")
    #expect(tree.files.count == 2 && tree.paths == ["a", "b"])
  }

  @Test("A list of known files says digests or nothing")
  func knownFiles() async throws {
    let folder = try TemporaryFolder()
    let store = ArtifactStore(root: folder.path(of: "store"))
    let repository = HubRepository(
      kind: .model, name: "owner/model", revision: "main", isGated: false)
    let known = KnownHubFiles(of: repository, in: store)
    #expect(known.all().isEmpty)
    try known.add("b", SHA256.digest(of: "b"))
    try known.add("a", SHA256.digest(of: "a"))
    #expect(known.all() == ["a": SHA256.digest(of: "a"), "b": SHA256.digest(of: "b")])
    let place = try #require(folder.files().first)
    let bytes = try OpenFile.contents(of: folder.path(of: place))
    let names = Set(["a", "b"].map { SHA256.digest(of: $0) })
    try fuzz(300) { _, generator in
      _ = try folder.write(mutated(bytes, &generator), to: place)
      _ = known.all()
    }
    _ = try folder.write(bytes, to: place)
    #expect(Set(known.all().values) == names)
  }

  @Test("References resolve to addresses that files may be fetched from, or to none")
  func references() throws {
    let base = try #require(AssetAddress("https://example.org/a/b?c"))
    let seeds = ["https://example.org:1/x", "//h/p", "/p", "p?q#f", "http://127.0.0.1/"]
    fuzz(2000) { index, generator in
      let bytes = mutated(Array(seeds[index % seeds.count].utf8), &generator)
      guard let found = base.resolving(String(decoding: bytes, as: UTF8.self)) else { return }
      #expect(!found.isPlain && AssetAddress(found.text) == found)
      // Whatever the address is, curl reads as many lines as were meant.
      let request = CurlRequest(address: found, token: HubToken("hf_a", source: "x"))
      #expect(request.configuration.split(separator: "\n").count == 3)
    }
  }

  @Test("What is taken for a token fits on its line")
  func tokens() {
    fuzz(2000) { _, generator in
      let bytes = mutated(Array("hf_Secret\n".utf8), &generator)
      guard let token = HubToken(String(decoding: bytes, as: UTF8.self), source: "x") else {
        return
      }
      #expect(token.credentials.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 })
    }
  }
}
