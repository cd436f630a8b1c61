import Assets
import Files
import Foundation
import Provenance

/// The programs that git signs with, run as git itself would: with the user's keys and settings.
enum GitProgram {
  /// Makes the signature that git's settings ask for.
  ///
  /// - Throws: ``AnchorError`` `signing` with the program's own words if it makes none.
  static func signature(_ signing: GitSigning, of commit: String) async throws -> String {
    let folder = try PrivateFolder()
    let input = try folder.write(Array(commit.utf8), to: "commit")
    let arguments: [String]
    switch signing.format {
    case .openpgp: arguments = ["--status-fd=2", "-bsau", signing.key]
    case .ssh: arguments = try sshArguments(key: signing.key, folder)
    }
    let answer: Answer
    do {
      answer = try await run(signing.program, arguments, input: input)
    } catch let error as AssetError {
      throw AnchorError(.signing, error.message)
    }
    let signature = answer.text.filter { $0 != "\r" }.trimmingCharacters(in: .newlines)
    // GnuPG may end with 0 without having made anything; its status lines tell.
    let isMade =
      signing.format == .ssh || answer.outcome.errorText.contains("[GNUPG:] SIG_CREATED ")
    guard answer.outcome.status == 0, isMade, signature.hasPrefix("-----BEGIN ") else {
      throw AnchorError(
        .signing,
        "\(signing.program) could not sign with the key \(signing.key) (user.signingkey): \(words(of: answer.outcome))."
      )
    }
    return signature
  }

  /// The arguments for a key in a file, or for a public key that an agent has the private half of.
  private static func sshArguments(key: String, _ folder: PrivateFolder) throws -> [String] {
    let literal = key.hasPrefix("key::") ? String(key.dropFirst(5)) : key
    guard key.hasPrefix("key::") || key.hasPrefix("ssh-") else {
      return ["-Y", "sign", "-n", "git", "-f", key]
    }
    let file = try folder.write(Array((literal + "\n").utf8), to: "key.pub")
    return ["-Y", "sign", "-n", "git", "-f", file, "-U"]
  }

  /// What a program wrote, and how it ended.
  struct Answer {
    let text: String
    let outcome: ChildProcess.Outcome
  }

  /// Runs a program that signs, verifies or stamps.
  ///
  /// - Throws: ``AssetError`` if it is not there.
  static func run(
    _ program: String, _ arguments: [String], input: String = "/dev/null",
    absence: String = "which git's settings name for signatures, was not found; install it"
  ) async throws -> Answer {
    let child = ChildProcess(
      program: program, arguments: arguments, environment: ["LC_ALL": "C", "TZ": "UTC"],
      input: input, absence: absence)
    var output: [UInt8] = []
    let outcome = try await child.run { output += $0 }
    return Answer(text: String(decoding: output, as: UTF8.self), outcome: outcome)
  }

  /// What a program said of its failure, in one line.
  static func words(of outcome: ChildProcess.Outcome) -> String {
    let lines = outcome.errorText.split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("[GNUPG:]") && !$0.hasPrefix("hint:") }
    guard !lines.isEmpty else { return "it said nothing" }
    let text = String(lines.prefix(4).joined(separator: " / ").prefix(500))
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

/// A folder that nobody else can look into, removed with this value.
final class PrivateFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and gives its path.
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try AtomicFile.write(bytes, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }
}
