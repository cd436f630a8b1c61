/// A repository of the Hugging Face Hub at one revision.
package struct HubRepository: Sendable, Equatable {
  /// What a repository holds; the raw value is the key that manifests name it by.
  package enum Kind: String, Sendable, CaseIterable {
    /// A model.
    case model = "hub"
    /// A data set.
    case dataset
  }

  /// What it holds.
  package let kind: Kind
  /// Owner and name, as in "google/gemma-3-1b-it".
  package let name: String
  /// A commit in 40 hexadecimal digits, or the name of a branch or tag, which can be moved.
  package let revision: String
  /// Whether its terms have to be accepted before anything can be downloaded.
  package let isGated: Bool

  /// Creates a hub repository.
  package init(kind: Kind, name: String, revision: String, isGated: Bool) {
    self.kind = kind
    self.name = name
    self.revision = revision
    self.isGated = isGated
  }

  /// The same repository at a commit.
  func at(commit: String) -> HubRepository {
    HubRepository(kind: kind, name: name, revision: commit, isGated: isGated)
  }

  /// Whether the revision is a commit, which says what every file holds.
  package var isCommit: Bool { revision.wholeMatch(of: /[0-9a-f]{40}/) != nil }

  /// What messages call its kind.
  package var word: String { kind == .dataset ? "data set" : "model" }

  /// The page where it is shown, and where its terms are accepted.
  package var page: String {
    "https://huggingface.co/" + (kind == .dataset ? "datasets/" : "") + name
  }

  /// The command of the Hub's own program that downloads files into a folder, under their paths in the repository.
  package func downloadCommand(files: [String], folder: String) -> String {
    (["hf download", name] + files + (kind == .dataset ? ["--repo-type dataset"] : [])
      + ["--revision \(revision)", "--local-dir \(folder)"]).joined(separator: " ")
  }

  // No text below reaches a command line, a path or a message in another form than the one that is meant.

  /// Whether a text is an owner and a name.
  package static func isName(_ text: String) -> Bool {
    text.utf8.count <= 200
      && text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
  }

  /// Whether a text can be a commit, a branch or a tag.
  package static func isRevision(_ text: String) -> Bool {
    text.utf8.count <= 200 && text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
  }

  /// Whether a text is the path of a file in a repository, in plain characters and with no hidden part.
  package static func isPath(_ text: String) -> Bool {
    text.utf8.count <= 400
      && text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._+=-]*(\/[A-Za-z0-9_][A-Za-z0-9._+=-]*)*/)
        != nil
  }
}

/// A file of a repository.
package struct HubFile: Sendable, Equatable {
  /// The repository at its revision.
  package let repository: HubRepository
  /// Path in the repository.
  package let path: String

  /// Creates a hub file.
  package init(repository: HubRepository, path: String) {
    self.repository = repository
    self.path = path
  }
}
