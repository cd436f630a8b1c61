import Files

/// What the Hub answered instead of what it was asked for, as a sentence with the click or the command that helps.
struct HubRefusal {
  /// The failure.
  let failure: WebFailure
  /// The repository that was asked for.
  let repository: HubRepository
  /// The server that was asked.
  let endpoint: AssetAddress
  /// Who asked.
  let token: HubToken?
  /// The file that was asked for, if it was one.
  var path: String?

  /// A refusal of a repository, or of one of its files.
  init(
    _ failure: WebFailure, repository: HubRepository, endpoint: AssetAddress, token: HubToken?,
    path: String? = nil
  ) {
    self.failure = failure
    self.repository = repository
    self.endpoint = endpoint
    self.token = token
    self.path = path
  }

  /// The error for a person.
  var error: AssetError {
    let (code, text) = answer
    return AssetError(code: code, message: token?.hidden(in: text) ?? text)
  }

  private var answer: (AssetError.Code, String) {
    let name = "the \(repository.word) \(repository.name)"
    guard let head = failure.head, !failure.isElsewhere else {
      return (.downloadFailed, unreachable)
    }
    switch head["x-error-code"] {
    case "GatedRepo": return (.missing, Self.gated(repository, token: token))
    case "RevisionNotFound":
      return (
        .missing,
        "The revision \(repository.revision) of \(name) is not on the Hub: look at \(repository.page)/commits/main, and correct 'revision' in the manifest."
      )
    case "EntryNotFound":
      return (.missing, Self.noEntry(path ?? "that was asked for", of: repository, among: []))
    case "RepoNotFound": return (.missing, noRepository)
    default: break
    }
    if head["x-error-message"] == "Access to this resource is disabled." {
      return (
        .missing, "The Hub has disabled access to \(name); \(repository.page) may say why."
      )
    }
    switch head.status {
    case 401 where head["x-error-message"]?.contains("Invalid credentials") == true && token != nil:
      return (.missing, refusedToken)
    case 401:
      return (.missing, repository.isGated ? Self.gated(repository, token: token) : noRepository)
    case 403:
      return (
        .missing,
        token.map {
          "The Hub does not let \($0) read \(name) (403): look at https://huggingface.co/settings/tokens what it may read."
        }
          ?? "The Hub lets nobody read \(name) without a token (403): `hf auth login`, or set HF_TOKEN."
      )
    case 404: return (.missing, noRepository)
    case 429:
      return (
        .downloadFailed,
        "The Hub has answered as often as it does for now, and \(failure.reason), for \(name): give the same command again later\(token == nil ? ", or log in with `hf auth login` or HF_TOKEN, which is answered more often" : ""); what was downloaded is kept."
      )
    default: return (.downloadFailed, unreachable)
    }
  }

  /// What is said when there is no answer, or none that a person could do something about.
  private var unreachable: String {
    let what =
      path.map { "\($0) of \(repository.name)" } ?? "the list of files of \(repository.name)"
    return
      "The Hub at \(endpoint.text) did not give \(what): \(failure.reason); check the network and HF_ENDPOINT and give the same command again, or bring the files with --asset or --mirror."
  }

  private var refusedToken: String {
    "The Hub does not accept \(token.map { "\($0)" } ?? "the token") for \(repository.name) (401): log in anew with `hf auth login`, or correct or unset HF_TOKEN."
  }

  private var noRepository: String {
    let other = repository.kind == .dataset ? "hub" : "dataset"
    let rest =
      token.map { "or \($0) may not see it" }
      ?? "or it is private, and then needs `hf auth login` or HF_TOKEN"
    return
      "There is no \(repository.word) \(repository.name) on the Hub, \(rest): look at \(repository.page), and whether '\(other):' is meant in the manifest."
  }

  // MARK: - Sentences that are needed without an answer, too

  /// What is said of a repository whose terms have to be accepted.
  static func gated(_ repository: HubRepository, token: HubToken?) -> String {
    guard let token else {
      return
        "The \(repository.word) \(repository.name) is given only to those who have accepted its terms: accept them at \(repository.page), then `hf auth login`, or set HF_TOKEN."
    }
    return
      "The account of \(token) has not been given access to the \(repository.word) \(repository.name): accept the terms at \(repository.page) with that account (where its owners decide, wait for them), and let the token read gated repositories at https://huggingface.co/settings/tokens."
  }

  /// What is said of a file that is not there.
  static func noEntry(
    _ path: String, of repository: HubRepository, among paths: [String]
  ) -> String {
    let hint = NearestWord.hint(for: path, among: paths)
    return
      "The \(repository.word) \(repository.name) has no file \(path) at the revision \(repository.revision), which the manifest names under 'files'\(hint.isEmpty ? "." : hint)"
  }
}
