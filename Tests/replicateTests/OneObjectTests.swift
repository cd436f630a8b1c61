import Foundation
import TestSupport
import Testing

@Suite("Every command with --json") struct OneObjectTests {
  /// The one object that a command printed.
  private func object(_ finished: Finished, _ arguments: [String]) throws -> [String: any Sendable]
  {
    #expect(finished.output.split(separator: "\n").count == 1, "\(arguments): \(finished.error)")
    let parsed = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    return try #require(parsed as? [String: any Sendable])
  }

  private func commands() throws -> [(words: [String], command: CommandDescription)] {
    try CommandDescription.all().filter(\.command.hasJSON)
  }

  @Test("is every command but those that have nothing to tell a program")
  func commandsWithoutJSON() throws {
    let others = try CommandDescription.all().filter { !$0.command.hasJSON }
    #expect(
      others.map { $0.words.joined(separator: " ") }
        == ["", "determinism-trace", "determinism-run", "import", "anchors", "engine"])
  }

  @Test("prints exactly one object when its command line is not understood")
  func usage() throws {
    let wrong = [["show", "x", "--artifacts", "", "--json"], ["show", "--json", "x", "y"]]
    for arguments in try commands().map({ $0.words + ["--json", "--nonsense"] }) + wrong {
      let finished = try Program.run(arguments)
      let object = try object(finished, arguments)
      #expect(finished.status == 2 && object["exit_code"] as? Int == 2, "\(arguments)")
      #expect(object["status"] as? String == "USAGE", "\(arguments)")
      #expect(object["why"] as? String != "", "\(arguments)")
      #expect(!finished.error.contains(#"\n"#), "\(arguments)")
    }
  }

  @Test("prints exactly one object when it cannot do what it is asked to")
  func failure() throws {
    try Program.withFolder { folder in
      try Data().write(to: URL(filePath: "\(folder)/file"))
      // What there is can always be listed.
      for (words, command) in try commands() where words != ["list"] {
        // No folder can be made in a file, and nothing is to be found there.
        let nowhere = "\(folder)/file/nowhere"
        var arguments = words + ["--json"]
        for argument in command.arguments ?? [] {
          if argument.isNamed("artifacts") { arguments += ["--artifacts", nowhere] }
          guard !argument.isOptional || argument.kind == "positional" else { continue }
          let name = argument.names?.first.map { ["--\($0.name)"] } ?? []
          arguments += name + [argument.allValues?.first ?? nowhere]
        }
        let finished = try Program.run(arguments)
        let object = try object(finished, arguments)
        #expect(finished.status != 0, "\(arguments)")
        #expect(object["exit_code"] as? Int == Int(finished.status), "\(arguments)")
        let isFailure = object["schema"] as? String == "replicate/failure/v1"
        #expect(!isFailure || object["status"] is String, "\(arguments)")
      }
    }
  }

  @Test("prints no object behind what it prints anyway, and none that nobody asked for")
  func unasked() throws {
    for arguments in [["show", "nothing"], ["show", "--", "--json"], ["show", "--nonsense"]] {
      let finished = try Program.run(arguments)
      #expect(finished.status == 2 && finished.output.isEmpty && !finished.error.isEmpty)
    }
    let help = try Program.run(["show", "--json", "--help"])
    #expect(help.status == 0 && help.output.hasPrefix("OVERVIEW: "))
  }
}
