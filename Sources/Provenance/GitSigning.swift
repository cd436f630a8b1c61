import Files

/// How commits of evidence are to be signed, and with whose key.
///
/// Whether to sign, how and with which key a repository may say; the program is named by the user's settings alone.
package struct GitSigning: Sendable, Equatable {
  /// What a signature is made by.
  package enum Format: String, Sendable {
    /// OpenSSH's `ssh-keygen -Y sign`.
    case ssh
    /// GnuPG, or a program that is used like it.
    case openpgp

    /// The program that makes and verifies signatures, a name or a path.
    func program(_ user: GitUserSettings) throws(GitFailure) -> String {
      switch self {
      case .ssh: return try user.string("gpg.ssh.program") ?? "ssh-keygen"
      case .openpgp:
        let (special, general) = (
          try user.string("gpg.openpgp.program"), try user.string("gpg.program")
        )
        return special ?? general ?? "gpg"
      }
    }
  }

  /// What the signature is made by.
  package let format: Format
  /// The program that makes it, a name or a path.
  package let program: String
  /// The user's key: for `ssh` the path of a file or a public key itself, for `openpgp` what the program knows it by.
  package let key: String

  /// Reads what git's settings ask for; nil if they ask for no signature.
  ///
  /// Throws a sentence for a format that is not known here, or a key that is not named.
  init?(of repository: borrowing GitRepository, committer: String) throws(GitFailure) {
    guard try repository.flag("commit.gpgsign") == true else { return nil }
    let name = try repository.setting("gpg.format") ?? Format.openpgp.rawValue
    guard let format = Format(rawValue: name) else {
      throw GitFailure(
        reason:
          "commit.gpgsign asks for a signature in the format \"\(name)\" (gpg.format), but only ssh and openpgp can be made",
        code: 0)
    }
    let key = try repository.setting("user.signingkey")
    guard let key = key ?? (format == .openpgp ? committer : nil) else {
      throw GitFailure(
        reason: "commit.gpgsign asks for a signature by ssh, but user.signingkey names no key",
        code: 0)
    }
    self.format = format
    self.key = key
    program = try format.program(repository.user)
  }
}

/// The signature of a commit, and what was signed.
package struct GitSignature: Sendable, Equatable {
  /// The signature in its armour.
  package let text: String
  /// The commit without it.
  package let signed: [UInt8]

  /// What it was made by; nil for a kind that is not known here.
  package var format: GitSigning.Format? {
    if text.hasPrefix("-----BEGIN SSH SIGNATURE-----") { return .ssh }
    return text.hasPrefix("-----BEGIN PGP ") ? .openpgp : nil
  }
}

extension GitUserSettings {
  /// The program that verifies signatures of a kind, a name or a path.
  package func program(for format: GitSigning.Format) throws(ProvenanceError) -> String {
    do throws(GitFailure) {
      return try format.program(self)
    } catch {
      throw AnchorStore.error("Your settings of git cannot be used", error)
    }
  }
}
