import Foundation
import Testing

/// Guards what SwiftPM's check of imports does not: it lets a target import whatever its dependencies depend on.
@Suite("Modules")
struct ModuleImportTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// What each target of the package declares to depend on.
  private func declared() throws -> [String: Set<String>] {
    let package = try String(
      contentsOf: Self.repository.appending(path: "Package.swift"), encoding: .utf8)
    var declared: [String: Set<String>] = [:]
    let names = /"([A-Za-z0-9]+)"/
    for target in package.split(separator: /\.(?:executableTarget|target|systemLibrary|plugin)\(/)
      .dropFirst()
    {
      let name = try #require(target.firstMatch(of: /name:\s*"([A-Za-z0-9-]+)"/)).output.1
      let list = target.firstMatch(of: /dependencies:\s*\[([^\]]*)\]/)?.output.1 ?? ""
      declared[String(name)] = Set(list.matches(of: names).map { String($0.output.1) })
    }
    return declared
  }

  @Test("import only what Package.swift says that they depend on, and nothing through another")
  func imports() throws {
    let declared = try declared()
    #expect(declared["Records"]?.contains("Scoring") == true && declared.count > 15)
    let sources = Self.repository.appending(path: "Sources")
    var undeclared: Set<String> = []
    for (module, dependencies) in declared {
      let path = sources.appending(path: module).path
      let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
      for file in files where file.hasSuffix(".swift") {
        let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
        for line in text.split(separator: "\n") {
          guard let imported = line.firstMatch(of: /^(?:[@a-z]+ )*import ([A-Za-z0-9]+)/)
          else { continue }
          let name = String(imported.output.1)
          if declared[name] != nil, !dependencies.contains(name) {
            undeclared.insert("\(module)/\(file) imports \(name)")
          }
        }
      }
    }
    #expect(undeclared.isEmpty)
  }

  @Test("of evidence do not see what computes it")
  func evidence() throws {
    let records = try #require(try declared()["Records"])
    #expect(records.isDisjoint(with: ["LanguageModels", "Training", "Evaluation", "Replication"]))
  }
}
