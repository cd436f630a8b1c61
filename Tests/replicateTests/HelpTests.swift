import Foundation
import TestSupport
import Testing

@Suite("The help pages") struct HelpTests {
  /// Where they are kept, a file for each command.
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/help")

  /// Every shown command's page by the name of its file.
  private func pages() throws -> [String: String] {
    var pages: [String: String] = [:]
    for (words, _) in try CommandDescription.all().filter(\.command.isShown) {
      let name = words.isEmpty ? "replicate" : words.joined(separator: "-")
      // Pages are as wide as the terminal.
      pages["\(name).txt"] = try Program.run(
        ["COLUMNS=100", Program.path] + words + ["--help"], executable: "/usr/bin/env"
      ).output
    }
    return pages
  }

  /// `REPLICATE_RENEW_HELP=1 swift test --filter HelpTests` writes them anew.
  @Test("are those that were read when they were last changed")
  func golden() throws {
    let pages = try pages()
    let files = FileManager.default
    if ProcessInfo.processInfo.environment["REPLICATE_RENEW_HELP"] != nil {
      try? files.removeItem(at: Self.folder)
      try files.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      for (name, page) in pages {
        try Data(page.utf8).write(to: Self.folder.appending(path: name))
      }
    }
    #expect(try files.contentsOfDirectory(atPath: Self.folder.path).sorted() == pages.keys.sorted())
    for (name, page) in pages {
      let golden = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
      #expect(page == golden, "\(name); REPLICATE_RENEW_HELP=1 renews it")
    }
  }

  @Test("and all other texts call no command by a former name")
  func formerNames() throws {
    let places = [
      ".ci", ".github", "CONTRIBUTING.md", "Makefile", "README.md", "Sources", "docs",
      "experiments", "manifests", "scripts",
      "Tests/replicateTests/Fixtures",
    ].map { Checkout.folder.appending(path: $0).path }
    let found = try Program.run(
      [
        "grep", "-rnE",
        "replicate (certify|index|pull|push|rescore|verify-store)([^a-z-]|$)|determinism --logs",
      ] + places, executable: "/usr/bin/env")
    #expect(found.status == 1 && found.output.isEmpty, "\(found.output)\(found.error)")
  }
}
