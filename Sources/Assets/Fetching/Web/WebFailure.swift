/// Why a server did not give what it was asked for.
struct WebFailure: Error, Equatable {
  /// The reason in a few words, those of curl or of the server.
  private(set) var reason: String
  /// What the server answered, if it did.
  var head: HTTPHead?
  /// Whether another attempt would end the same way.
  let isFinal: Bool
  /// Whether there was no way to the server: a person without network is not kept waiting.
  private(set) var isUnreachable = false
  /// Whether the server cannot continue a file, so that it has to begin anew.
  var needsRestart = false
  /// Whether another server answered than the one that was asked first.
  var isElsewhere = false

  /// A failure with its reason.
  init(_ reason: String, head: HTTPHead? = nil, isFinal: Bool, needsRestart: Bool = false) {
    self.reason = reason
    self.head = head
    self.isFinal = isFinal
    self.needsRestart = needsRestart
  }

  /// The server's refusal.
  init(_ head: HTTPHead) {
    let message = head["x-error-message"].map { ": \($0.prefix(200))" } ?? ""
    reason = "the server answered \(head.status)\(message)"
    self.head = head
    isFinal = !([408, 425, 429].contains(head.status) || 500...599 ~= head.status)
  }

  /// What curl gave up with.
  init(_ outcome: ChildProcess.Outcome, head: HTTPHead?) {
    // Its own words alone: with the user's settings it may tell what it sends as well, which can be secret.
    let lines = outcome.errorText.split(whereSeparator: \.isNewline)
    let words = lines.filter { $0.hasPrefix("curl: ") }.joined(separator: " / ")
    reason = words.isEmpty ? "curl ended with status \(outcome.status)" : String(words.prefix(500))
    self.head = head
    isFinal = [
      // Bad usage, unsupported scheme, malformed address, TLS that cannot be trusted.
      1, 2, 3, 4, 26, 43, 51, 58, 60, 77, 83,
    ].contains(outcome.status)
    // Neither proxy nor host have an address, or nobody answers there.
    isUnreachable = [5, 6, 7].contains(outcome.status)
  }

  /// The same without a secret, which curl or a server may repeat.
  func hiding(_ token: HubToken?) -> WebFailure {
    var failure = self
    failure.reason = token?.hidden(in: reason) ?? reason
    return failure
  }

  /// The server's status; 0 if there was no answer.
  var status: Int { head?.status ?? 0 }
}
