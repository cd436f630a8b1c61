/// What a server has to know of a request of HTTP/1: its first line, and whom it is for.
struct RequestHead: Equatable {
  /// The method, as in "GET".
  let method: String
  /// The path and what stands behind the question mark, as they were sent.
  let path: String
  let query: String
  /// The Host; nil unless there is exactly one.
  let host: String?

  /// Reads the lines before the empty one; nil if they are no head.
  init?(_ bytes: some Collection<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.allSatisfy({ $0 != 0 })
    else { return nil }
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.last == "\r" ? $0.dropLast() : $0)
    }
    let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, !parts[0].isEmpty, parts[2].hasPrefix("HTTP/1.") else { return nil }
    let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    method = parts[0]
    path = target.first.map(String.init) ?? ""
    query = target.count > 1 ? String(target[1]) : ""
    let hosts = lines.dropFirst().compactMap { line -> String? in
      let field = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard field.count == 2, field[0].lowercased() == "host" else { return nil }
      return field[1].trimmingPrefix { $0 == " " || $0 == "\t" }.description
    }
    host = hosts.count == 1 ? hosts[0] : nil
  }

  /// Whether the request is for this machine by itself, and not for a name that was pointed at it.
  var isForThisMachine: Bool {
    host?.wholeMatch(of: /(127\.0\.0\.1|localhost)(:[0-9]{1,5})?\s*/.ignoresCase()) != nil
  }
}
