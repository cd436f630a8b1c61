import Foundation
import Testing

/// A command as the program describes itself, so that no test can forget a new one.
struct CommandDescription: Decodable, Sendable {
  /// An argument of it.
  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable {
      let kind: String
      let name: String
    }

    let kind: String
    let isOptional: Bool
    let names: [Name]?
    let allValues: [String]?

    /// Whether it has the long name `name`.
    func isNamed(_ name: String) -> Bool {
      names?.contains { $0.kind == "long" && $0.name == name } ?? false
    }
  }

  private struct Description: Decodable {
    let command: CommandDescription
  }

  let commandName: String
  let shouldDisplay: Bool?
  let arguments: [Argument]?
  let subcommands: [CommandDescription]?

  /// Every command with the words that it is called by, the program itself first, without the parser's own `help`.
  static func all() throws -> [(words: [String], command: CommandDescription)] {
    let finished = try Program.run(["--experimental-dump-help"])
    let program = try JSONDecoder().decode(
      Description.self, from: Data(finished.output.utf8)
    ).command
    return program.all(after: [])
  }

  private func all(
    after words: [String]
  ) -> [(words: [String], command: CommandDescription)] {
    [(words, self)]
      + (subcommands ?? []).filter { $0.commandName != "help" }
      .flatMap { $0.all(after: words + [$0.commandName]) }
  }

  /// Whether it prints one JSON object when it is asked to.
  var hasJSON: Bool { arguments?.contains { $0.isNamed("json") } ?? false }

  /// Whether help shows it.
  var isShown: Bool { shouldDisplay ?? true }
}
