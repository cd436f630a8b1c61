import Foundation
import TestSupport
import Testing

/// Guards what the compiler cannot: inside one module any file may use any other.
@Suite("Folders of a module")
struct FolderOrderTests {
  /// Each folder uses only those before it.
  private static let orders = [
    "Assets": ["Pins", "Archives", "Rows", "Store", "Fetching"],
    "Manifests": ["Manifest", "Benchmarks", "Experiments"],
    "Records": [
      "Record", "Index", "Logs", "Interchange", "Verdicts", "Anchors", "Housekeeping", "Exports",
      "Differences", "Comparison", "Report",
    ],
    "Replication": [
      "Engines", "Doctor", "Evaluations", "Runs", "Planning", "Determinism", "Audit",
    ],
  ]

  /// Uses against the order, and why they are: "folder type".
  private static let allowed = [
    // Lists of benchmarks are manifests in part, and are read as such.
    "Manifest BenchmarkCatalog"
  ]

  private static let sources = Checkout.folder.appending(path: "Sources")

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

  /// The code of each file of a module by its folder, without comments and texts.
  private func code(_ module: String, _ order: [String]) throws -> [(folder: String, code: String)]
  {
    let sources = Self.sources.appending(path: module)
    let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
    #expect(folders.sorted() == order.sorted(), "the order names every folder of \(module)")
    return try folders.flatMap { folder -> [(String, String)] in
      let path = sources.appending(path: folder).path
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

  @Test("uses only those before it in the order, but for what is said there")
  func order() throws {
    var uses: Set<String> = []
    for (module, order) in Self.orders { uses.formUnion(try usesAgainst(order, of: module)) }
    #expect(uses.subtracting(Self.allowed).isEmpty)
    #expect(Set(Self.allowed).subtracting(uses).isEmpty, "what is allowed is needed")
  }

  private func usesAgainst(_ order: [String], of module: String) throws -> Set<String> {
    let files = try code(module, order)
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
    #expect(owners.count > 25, "types of \(module) are found")
    let rank = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
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
    return uses
  }
}
