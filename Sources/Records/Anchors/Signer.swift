import Assets
import Files
import Foundation
package import Provenance

/// Whose signature an anchor carries, as far as the user's own settings of git can tell.
package enum Signer: Sendable, Equatable {
  /// The commit is not signed.
  case none
  /// The signature is valid and made with this key.
  case key(Key)
  /// The signature is not one of this commit, or its key was revoked.
  case invalid(reason: String)
  /// Whether the signature is valid could not be found out.
  case unverified(reason: String)

  /// A key that made a signature.
  package struct Key: Sendable, Equatable {
    /// What the user's settings, or keys that GnuPG trusts, call its owner: names and e-mail addresses; empty if nobody.
    package var principals: [String]
    /// Its fingerprints: `SHA256:…` of ssh, hexadecimal digits of OpenPGP, of which a key that another one certifies has two.
    package var fingerprints: [String]
    /// What keeps it from being attributed to anybody; nil if nothing does.
    package var doubt: String?
  }

  /// Whether the signature is valid and by this signer: a name that the user's settings know, or a fingerprint.
  package func isMade(by signer: String) -> Bool {
    guard case .key(let key) = self else { return false }
    let digits = signer.filter { $0 != " " }.uppercased()
    return key.principals.contains(signer)
      || key.fingerprints.contains { $0 == signer || $0.uppercased() == digits && !isSSH($0) }
  }

  private func isSSH(_ fingerprint: String) -> Bool { fingerprint.hasPrefix("SHA256:") }

  /// What follows "the commit is".
  package var text: String {
    switch self {
    case .none: "not signed"
    case .key(let key):
      if let name = key.principals.first {
        "signed by \(name) (\(key.fingerprints.joined(separator: ", ")))"
      } else {
        "signed with the key \(key.fingerprints.joined(separator: ", ")), \(key.doubt ?? "whose owner is not known")"
      }
    case .invalid(let reason): "signed, but the signature does not hold: \(reason)"
    case .unverified(let reason): "signed, but the signature could not be verified: \(reason)"
    }
  }
}

// MARK: - Verifying

extension Signer {
  /// Verifies the signature of an anchor with the programs that the user's settings name, and no others.
  package init(of anchor: GitAnchor, user: GitUserSettings) async {
    guard let signature = anchor.signature else {
      self = .none
      return
    }
    do {
      let folder = try PrivateFolder()
      let text = try folder.write(
        Array((signature.text.trimmingCharacters(in: .newlines) + "\n").utf8), to: "signature")
      let signed = try folder.write(signature.signed, to: "commit")
      switch signature.format {
      case .ssh:
        self = try await Self.ssh(text, signed, time: anchor.time, user)
      case .openpgp:
        self = try await Self.openPGP(text, signed, user)
      case nil: self = .unverified(reason: "it is of a kind that is not known here")
      }
    } catch {
      self = .unverified(reason: "\(error)")
    }
  }

  private static func ssh(
    _ signature: String, _ signed: String, time: Int, _ user: GitUserSettings
  ) async throws -> Signer {
    let program = try user.program(for: .ssh)
    let known = try await GitProgram.run(
      program, ["-Y", "check-novalidate", "-n", "git", "-s", signature], input: signed)
    guard known.outcome.status == 0,
      let fingerprint = known.text.split(whereSeparator: \.isWhitespace).last,
      fingerprint.hasPrefix("SHA256:")
    else { return .invalid(reason: GitProgram.words(of: known.outcome)) }
    var key = Key(principals: [], fingerprints: [String(fingerprint)])
    guard let signers = try user.value("gpg.ssh.allowedSignersFile") else {
      key.doubt = "and your gpg.ssh.allowedSignersFile, which would say whose it is, is not set"
      return .key(key)
    }
    let digits = Timestamp.text(seconds: time, milliseconds: 0).prefix(19).filter(\.isNumber)
    let date = "-Overify-time=\(digits)"
    let owners = try await GitProgram.run(
      program, ["-Y", "find-principals", "-f", signers, "-s", signature, date])
    let revoked = try user.value("gpg.ssh.revocationFile").map { ["-r", $0] } ?? []
    for owner in owners.text.split(separator: "\n") where owners.outcome.status == 0 {
      let verified = try await GitProgram.run(
        program,
        ["-Y", "verify", "-n", "git", "-f", signers, "-I", String(owner), "-s", signature, date]
          + revoked, input: signed)
      guard verified.outcome.status == 0 else {
        return .invalid(reason: GitProgram.words(of: verified.outcome))
      }
      key.principals.append(String(owner))
    }
    if key.principals.isEmpty { key.doubt = "which \(signers) names nobody for" }
    return .key(key)
  }

  private static func openPGP(
    _ signature: String, _ signed: String, _ user: GitUserSettings
  ) async throws -> Signer {
    let verified = try await GitProgram.run(
      try user.program(for: .openpgp),
      ["--status-fd=1", "--keyid-format=long", "--verify", signature, signed])
    let lines = verified.text.split(separator: "\n").compactMap { line -> [Substring]? in
      guard line.hasPrefix("[GNUPG:] ") else { return nil }
      return line.dropFirst(9).split(separator: " ")
    }
    func line(_ keyword: String) -> [Substring]? { lines.first { $0.first == keyword[...] } }
    if let missing = line("NO_PUBKEY")?.last {
      return .unverified(reason: "GnuPG has not the key \(missing)")
    }
    let verdicts: Set<Substring> = [
      "GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG",
    ]
    let given = lines.filter { verdicts.contains($0.first ?? "") }
    guard given.count == 1, let good = line("GOODSIG"), let valid = line("VALIDSIG"),
      valid.count > 1, verified.outcome.status == 0
    else {
      return .invalid(
        reason: given.first.map { $0.joined(separator: " ") }
          ?? GitProgram.words(of: verified.outcome))
    }
    var key = Key(principals: [], fingerprints: [String(valid[1])])
    if let primary = valid.last, primary.count >= 40, primary != valid[1] {
      key.fingerprints.append(String(primary))
    }
    let owner = good.dropFirst(2).joined(separator: " ")
    if line("TRUST_FULLY") != nil || line("TRUST_ULTIMATE") != nil {
      key.principals = [owner]
      if let begin = owner.lastIndex(of: "<"), owner.hasSuffix(">") {
        key.principals.append(String(owner[owner.index(after: begin)...].dropLast()))
      }
    } else {
      key.doubt = "which says it is \(owner)'s, and which you have not told GnuPG to trust"
    }
    return .key(key)
  }
}
