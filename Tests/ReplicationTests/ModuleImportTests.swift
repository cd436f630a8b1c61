import Foundation
import TestSupport
import Testing

/// Guards what SwiftPM's check of imports does not: it lets a target import whatever its dependencies depend on.
@Suite("Modules")
struct ModuleImportTests {
  /// What each target of the package declares to depend on.
  private func declared() throws -> [String: Set<String>] {
    let package = try String(
      contentsOf: Checkout.folder.appending(path: "Package.swift"), encoding: .utf8)
    var declared: [String: Set<String>] = [:]
    let names = /"([A-Za-z0-9]+)"/
    let targets = package.split(
      separator: /\.(?:(?:executableT|testT|t)arget|systemLibrary|plugin)\(/)
    for target in targets.dropFirst() {
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
    var undeclared: Set<String> = []
    for (module, dependencies) in declared {
      let top = ["Sources", "Tests"].map { Checkout.folder.appending(path: "\($0)/\(module)").path }
      guard let path = top.first(where: FileManager.default.fileExists) else { continue }
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

  /// Everything that a target depends on, through others too.
  private func below(_ module: String, in declared: [String: Set<String>]) -> Set<String> {
    let direct = declared[module] ?? []
    return direct.reduce(into: direct) { $0.formUnion(below($1, in: declared)) }
  }

  @Test("are tested by what sees them and what they are made of, and nothing above them")
  func tests() throws {
    let declared = try declared()
    let supports: Set = ["TestSupport", "RecordFixtures"]
    for (name, dependencies) in declared where name.hasSuffix("Tests") {
      let module = String(name.dropLast("Tests".count))
      let seen = dependencies.subtracting(supports)
      #expect(seen.isSubset(of: below(module, in: declared).union([module])), "\(name) sees more")
    }
  }

  // Only then does the compiler refuse an import of it: SwiftPM's check lets pass what a dependency depends on.
  @Test("of evidence do not see what computes it, not even through others")
  func evidence() throws {
    let records = below("Records", in: try declared())
    #expect(records.contains("Recipes"))
    #expect(records.isDisjoint(with: ["LanguageModels", "Training", "Evaluation", "Replication"]))
  }
}
