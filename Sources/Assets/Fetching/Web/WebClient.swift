import Files

/// Asks servers, follows where they send it, and tries again what may succeed later.
struct WebClient: Sendable {
  /// What waits between two attempts.
  typealias Wait = @Sendable (Duration) async throws -> Void

  /// Redirections that are followed for one request.
  private static let redirections = 10

  /// How long servers may take.
  var patience = WebPatience()
  /// Variables for curl besides the inherited ones, or (nil) not inherited.
  var environment: [String: String?] = [:]
  /// What waits between two attempts; tests do not.
  var wait: Wait = { try await Task.sleep(for: $0) }

  /// Asks once for a file or a part of it.
  ///
  /// The token goes to the server of `address` alone: once sent to another, even back, this asks without it.
  ///
  /// `inspect` takes the head of the first answer, be it a redirection or not, `begin` that of the last one, whose status
  /// is one of success, and `body` pieces of its body.
  ///
  /// - Throws: ``WebFailure``; ``AssetError`` if curl cannot be started; what `inspect`, `begin` and `body` throw.
  func get(
    _ address: AssetAddress, token: HubToken? = nil, bytes: CurlRequest.Bytes? = nil,
    inspect: (HTTPHead) throws -> Void = { _ in }, begin: (HTTPHead) throws -> Void,
    body: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    var request = CurlRequest(
      address: address, token: token, bytes: bytes, patience: patience, environment: environment)
    for hop in 0...Self.redirections {
      do {
        return try await request.send { head in
          if hop == 0 { try inspect(head) }
          if [301, 302, 303, 307, 308].contains(head.status) { throw Redirection(head: head) }
          guard 200..<300 ~= head.status else { throw WebFailure(head) }
          try begin(head)
        } body: {
          try body($0)
        }
      } catch let redirection as Redirection {
        request = try Self.following(redirection.head, request)
      } catch var failure as WebFailure {
        failure.isElsewhere = request.address.origin != address.origin
        throw failure.hiding(token)
      }
    }
    throw WebFailure("it was sent on more than \(Self.redirections) times", isFinal: true)
  }

  /// An answer that names another address; the rest of it is not waited for.
  private struct Redirection: Error {
    let head: HTTPHead
  }

  private static func following(_ head: HTTPHead, _ request: CurlRequest) throws(WebFailure)
    -> CurlRequest
  {
    guard let location = head["location"], let target = request.address.resolving(location) else {
      throw WebFailure(
        "it was sent on to what is no https address (status \(head.status))", isFinal: true)
    }
    var next = request
    if target.origin != request.address.origin { next.token = nil }
    return CurlRequest(
      address: target, token: next.token, bytes: next.bytes, patience: next.patience,
      environment: next.environment)
  }

  /// Asks for something short, of at most `limit` bytes, until it is there.
  ///
  /// - Throws: ``WebFailure`` for what no attempt changes, and the last one.
  func text(
    _ address: AssetAddress, token: HubToken?, limit: Int, retrying: (Int, String) -> Void
  ) async throws -> (head: HTTPHead, body: [UInt8]) {
    var attempts = WebAttempts()
    while true {
      do {
        var (head, text) = (HTTPHead?.none, [UInt8]())
        try await get(address, token: token) {
          head = $0
        } body: { piece in
          guard text.count + piece.count <= limit else {
            throw WebFailure("its answer is larger than \(limit) bytes", isFinal: true)
          }
          text += piece
        }
        guard let head else { preconditionFailure("What has a body has a head.") }
        if let encoding = head.encoding {
          throw WebFailure("its answer is compressed (\(encoding.prefix(20)))", isFinal: true)
        }
        return (head, text)
      } catch let failure as WebFailure {
        let pause = try attempts.pause(after: failure, hasProgressed: false)
        retrying(attempts.count, failure.reason)
        try await wait(pause)
      }
    }
  }
}

/// Counts attempts, and says how long to wait before the next.
struct WebAttempts {
  /// Attempts in a row that bring no byte before it is given up, and of those to reach a server at all.
  private static let (fruitlessLimit, unreachedLimit) = (5, 3)
  /// Attempts in all: a connection that breaks again and again makes progress only so often.
  private static let limit = 50
  /// Seconds that a server may ask to wait; for more a person does not sit there.
  private static let longestPause = 300

  /// Number of the attempt that is under way, from 1.
  private(set) var count = 1
  private var fruitless = 0

  /// How long to wait before the next attempt.
  ///
  /// - Throws: The failure, if there is to be none.
  mutating func pause(after failure: WebFailure, hasProgressed: Bool) throws(WebFailure) -> Duration
  {
    fruitless = hasProgressed ? 0 : fruitless + 1
    let limit = failure.isUnreachable ? Self.unreachedLimit : Self.fruitlessLimit
    guard !failure.isFinal else { throw failure }
    let seconds = failure.head?.pauseSeconds
    if let seconds, seconds > Self.longestPause {
      throw WebFailure(
        "\(failure.reason), and asks to come back in \(Durations.text(Double(seconds)))",
        head: failure.head, isFinal: true)
    }
    guard count < Self.limit, fruitless < limit else { throw failure }
    count += 1
    return seconds.map { .seconds($0) } ?? .milliseconds(250 << min(fruitless, 5))
  }
}

extension HTTPHead {
  /// How many seconds the server asks to wait before the next request; nil if it asks for nothing.
  ///
  /// `Retry-After` as seconds or, with the server's own `Date`, as a time (RFC 9110); else `ratelimit`, when nothing
  /// remains in its window (`"api";r=0;t=55`), with a second for what was rounded.
  var pauseSeconds: Int? {
    guard status == 429 || status == 503 else { return nil }
    if let text = self["retry-after"] {
      if let seconds = Int(text), seconds >= 0 { return seconds }
      if let then = WebDate.seconds(text), let now = self["date"].flatMap(WebDate.seconds) {
        return max(0, then - now)
      }
    }
    guard let match = self["ratelimit"]?.firstMatch(of: /;\s*r\s*=\s*0\s*;\s*t\s*=\s*([0-9]{1,9})/),
      let seconds = Int(match.1)
    else { return nil }
    return seconds + 1
  }
}

/// Times as servers write them.
enum WebDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since 1970 of a time such as "Wed, 21 Oct 2015 07:28:00 GMT" (RFC 9110, IMF-fixdate); nil for anything else.
  static func seconds(_ text: String) -> Int? {
    guard
      let match = text.wholeMatch(
        of:
          /[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT/
      ),
      let month = months.firstIndex(of: String(match.2)), let day = Int(match.1),
      let year = Int(match.3), let hour = Int(match.4), let minute = Int(match.5),
      let second = Int(match.6)
    else { return nil }
    // Days since 1970 in the Gregorian calendar, whose years are counted from March on.
    let shifted = month < 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second
  }
}
