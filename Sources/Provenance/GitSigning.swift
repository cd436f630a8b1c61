/// How a repository wants its commits to be signed, and with whose key.
package struct GitSigning: Sendable, Equatable {
  /// What a signature is made by.
  package enum Format: String, Sendable {
    /// OpenSSH's `ssh-keygen -Y sign`.
    case ssh
    /// GnuPG, or a program that is used like it.
    case openpgp
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
    let settings = try repository.settings([
      "gpg.format", "gpg.program", "gpg.openpgp.program", "gpg.ssh.program", "user.signingkey",
    ])
    let name = settings["gpg.format"] ?? Format.openpgp.rawValue
    guard let format = Format(rawValue: name) else {
      throw GitFailure(
        reason:
          "commit.gpgsign asks for a signature in the format \"\(name)\" (gpg.format), but only ssh and openpgp can be made",
        code: 0)
    }
    self.format = format
    switch format {
    case .ssh:
      guard let key = settings["user.signingkey"] else {
        throw GitFailure(
          reason: "commit.gpgsign asks for a signature by ssh, but user.signingkey names no key",
          code: 0)
      }
      self.key = key
      program = settings["gpg.ssh.program"] ?? "ssh-keygen"
    case .openpgp:
      key = settings["user.signingkey"] ?? committer
      program = settings["gpg.openpgp.program"] ?? settings["gpg.program"] ?? "gpg"
    }
  }
}
