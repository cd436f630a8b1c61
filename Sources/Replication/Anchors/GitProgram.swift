import Foundation
import Provenance

/// The programs that git works with, run as git itself would: with the user's keys, credentials, proxies and settings.
enum GitProgram {
  /// Runs `git` in the repository of a folder and gives its standard output.
  ///
  /// - Throws: ``AnchorError`` `transport` with git's own words if it does not end with 0.
  static func git(_ arguments: [String], in folder: String) async throws -> String {
    let git = ChildProcess(
      program: "git", arguments: ["-C", folder] + arguments, environment: ["LC_ALL": "C"],
      absence: "which anchors are moved with, was not found; install it")
    var output: [UInt8] = []
    let outcome = try await git.run { output += $0 }
    guard outcome.status == 0 else {
      throw AnchorError(
        .transport, "`git \(arguments[0])` ended with \(outcome.status): \(words(of: outcome)).")
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Makes the signature that a repository asks for.
  ///
  /// - Throws: ``AnchorError`` `signing` with the program's own words if it makes none.
  static func signature(_ signing: GitSigning, of commit: String) async throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write(Array(commit.utf8), to: "\(folder)/commit")
    let arguments: [String]
    switch signing.format {
    case .openpgp: arguments = ["--status-fd=2", "-bsau", signing.key]
    case .ssh: arguments = try sshArguments(key: signing.key, folder: folder)
    }
    let program = ChildProcess(
      program: signing.program, arguments: arguments, environment: [:], input: "\(folder)/commit",
      absence: "which git's settings name for signatures, was not found; install it")
    var output: [UInt8] = []
    let outcome: ChildProcess.Outcome
    do {
      outcome = try await program.run { output += $0 }
    } catch let error as AssetError {
      throw AnchorError(.signing, error.message)
    }
    let signature = String(decoding: output, as: UTF8.self)
      .filter { $0 != "\r" }.trimmingCharacters(in: .newlines)
    // GnuPG may end with 0 without having made anything; its status lines tell.
    let isMade =
      signing.format == .ssh || outcome.errorText.contains("[GNUPG:] SIG_CREATED ")
    guard outcome.status == 0, isMade, signature.hasPrefix("-----BEGIN ") else {
      throw AnchorError(
        .signing,
        "\(signing.program) could not sign with the key \(signing.key) (user.signingkey): \(words(of: outcome))."
      )
    }
    return signature
  }

  /// The arguments for a key in a file, or for a public key that an agent has the private half of.
  private static func sshArguments(key: String, folder: String) throws -> [String] {
    let literal = key.hasPrefix("key::") ? String(key.dropFirst(5)) : key
    guard key.hasPrefix("key::") || key.hasPrefix("ssh-") else {
      return ["-Y", "sign", "-n", "git", "-f", key]
    }
    try AtomicFile.write(Array((literal + "\n").utf8), to: "\(folder)/key.pub")
    return ["-Y", "sign", "-n", "git", "-f", "\(folder)/key.pub", "-U"]
  }

  /// What a program said of its failure, in one line.
  private static func words(of outcome: ChildProcess.Outcome) -> String {
    let lines = outcome.errorText.split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("[GNUPG:]") && !$0.hasPrefix("hint:") }
    guard !lines.isEmpty else { return "it said nothing" }
    let text = String(lines.prefix(4).joined(separator: " / ").prefix(500))
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
