import Foundation
import Testing

/// Guards what the compiler cannot: inside one module any file may use any other.
@Suite("Folders of Replication")
struct FolderOrderTests {
  /// Each folder uses only those before it.
  private static let order = [
    "Text", "Assets", "Manifest", "Benchmarks", "Experiments", "Records", "Index", "Logs",
    "Interchange", "Verdicts", "Anchors", "Engines", "Doctor", "Evaluations", "Runs",
    "Determinism", "Housekeeping", "Exports", "Audit", "Differences", "Reports",
  ]

  /// Uses against the order, and why they are: "folder type".
  private static let allowed = [
    // Lists of benchmarks are manifests in part, and are read as such.
    "Manifest BenchmarkCatalog"
  ]

  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Replication")

  private static let kinds: Set = ["struct", "enum", "class", "protocol", "actor", "typealias"]
  private static let modifiers: Set = [
    "package", "private", "fileprivate", "final", "indirect",
  ]

  /// The identifiers and keywords of a text, in order.
  private static func words(_ text: Substring) -> [String] {
    text.utf8.split { byte in
      !(UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
        || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_"))
    }.map { String(Substring($0)) }
  }

  /// The code of each file by its folder, without comments and texts.
  private func code() throws -> [(folder: String, code: String)] {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
      .filter { !$0.hasSuffix(".swift") }
    #expect(folders.sorted() == Self.order.sorted(), "the order names every folder")
    return try folders.flatMap { folder -> [(String, String)] in
      let path = Self.sources.appending(path: folder).path
      let names = try #require(FileManager.default.enumerator(atPath: path)).compactMap {
        ($0 as? String).flatMap { $0.hasSuffix(".swift") ? $0 : nil }
      }
      return try names.map { name in
        let text = try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        let lines = text.split(separator: "\n").filter {
          !$0.drop(while: \.isWhitespace).hasPrefix("//")
        }
        // Every second part between quotation marks is a text.
        let code = lines.map { line in
          line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " ")
        }
        return (folder, code.joined(separator: "\n"))
      }
    }
  }

  @Test("use only those before them in the order, but for what is said there")
  func order() throws {
    let files = try code()
    var owners: [String: Set<String>] = [:]
    var nested: Set<String> = []
    for (folder, code) in files {
      for line in code.split(separator: "\n") {
        let words = Self.words(line)
        guard let kind = words.firstIndex(where: Self.kinds.contains), kind + 1 < words.count,
          words[..<kind].allSatisfy(Self.modifiers.contains)
        else { continue }
        if line.first != " ", !words.contains("private"), !words.contains("fileprivate") {
          owners[words[kind + 1], default: []].insert(folder)
        } else {
          nested.insert(words[kind + 1])
        }
      }
    }
    #expect(owners.count > 200)
    let rank = Dictionary(uniqueKeysWithValues: zip(Self.order, Self.order.indices))
    var uses: Set<String> = []
    for (folder, code) in files {
      for name in Set(Self.words(code[...])) {
        // A name that also stands for something inside a type may be that.
        guard !nested.contains(name), let owner = owners[name], owner.count == 1,
          let used = owner.first.flatMap({ rank[$0] }), let own = rank[folder], used > own
        else { continue }
        uses.insert("\(folder) \(name)")
      }
    }
    #expect(uses.subtracting(Self.allowed).isEmpty)
    #expect(Set(Self.allowed).subtracting(uses).isEmpty, "what is allowed is needed")
  }
}
