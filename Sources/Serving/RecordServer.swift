package import Files
import FlyingSocks
import Foundation
import Replication
package import Reports

/// Serves the pages of ``RecordSite`` to this machine alone.
///
/// It listens on 127.0.0.1 and answers GET, if the request's Host names it: a page of somebody else's site whose name was
/// pointed at this address (DNS rebinding) names its own. Pages may fetch nothing and run nothing that is not in them.
///
/// Sockets are FlyingFox's; heads of requests are read here. FlyingFox 0.27.1 itself has no limit for them and takes a time
/// that grows with the square of a line's length, so that one header of 64 kB stops it.
package struct RecordServer: Sendable {
  /// Largest head of a request in bytes.
  static let largestHead = 1 << 16
  /// Seconds in which a head has to be there, and in which a client has to take its answer.
  private static let patience = 30

  private let site: RecordSite
  private let port: UInt16

  /// A server of these pages at a port; 0 takes a free one.
  package init(_ site: RecordSite, port: UInt16) {
    self.site = site
    self.port = port
  }

  /// Serves until the task is cancelled.
  ///
  /// - Parameter started: called with the port as soon as requests are taken.
  /// - Throws: ``ServingError`` when the port cannot be had; `CancellationError`.
  package func run(started: @escaping @Sendable (UInt16) async throws -> Void) async throws {
    let pool: SocketPool<ePoll> = .ePoll()
    try await pool.prepare()
    let socket = try listening()
    defer { try? socket.close() }
    let listener = try AsyncSocket(socket: socket, pool: pool)
    guard case .ip4(_, port: let port) = try socket.sockname() else { return }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pool.run() }
      group.addTask {
        try await withThrowingDiscardingTaskGroup { connections in
          for try await connection in listener.sockets {
            connections.addTask { await answer(connection) }
          }
        }
      }
      group.addTask {
        try await started(port)
        // Serving goes on; only an error ends it.
        try await Task.sleep(for: .seconds(Int32.max))
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func listening() throws(ServingError) -> Socket {
    do {
      let socket = try Socket(domain: AF_INET)
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: .inet(ip4: "127.0.0.1", port: port))
      try socket.listen()
      return socket
    } catch {
      throw ServingError(
        .port,
        "Port \(port) of this machine cannot be listened at (\(error.localizedDescription)); name another with --port, where 0 takes a free one."
      )
    }
  }

  // MARK: - Answering

  /// Reads one request, answers it and closes the connection; whatever goes wrong ends that connection and nothing else.
  private func answer(_ connection: AsyncSocket) async {
    defer { try? connection.close() }
    guard let head = try? await Self.within({ try await Self.head(of: connection) }) else { return }
    let page = await page(for: head)
    try? await Self.within {
      try await connection.write(Self.response(page))
      // Closed with something unread, the connection would be reset before the answer is read.
      _ = shutdown(connection.socket.file.rawValue, Int32(SHUT_WR))
      for _ in 0..<256 { _ = try await connection.read(atMost: 1 << 16) }
    }
  }

  /// The bytes before the first empty line; more than the largest head if that does not come.
  private static func head(of connection: AsyncSocket) async throws -> [UInt8] {
    let end = Array("\r\n\r\n".utf8)
    var bytes: [UInt8] = []
    while bytes.count <= largestHead {
      let start = max(0, bytes.count - end.count + 1)
      bytes += try await connection.read(atMost: 4096)
      if let found = bytes[start...].firstRange(of: end) {
        return Array(bytes[..<found.lowerBound])
      }
    }
    return bytes
  }

  /// The page that a request gets.
  private func page(for bytes: [UInt8]) async -> SitePage {
    guard bytes.count <= Self.largestHead else {
      return .problem(431, "Too much", "The request has more than 64 kB before its content.")
    }
    guard let head = RequestHead(bytes) else {
      return .problem(400, "Not a request", "This is no request of HTTP/1.")
    }
    guard head.method == "GET" else {
      return .problem(
        405, "Only to be read", "Records are only shown here: pages are fetched with GET.")
    }
    guard head.isForThisMachine else {
      return .problem(
        421, "Another server's name",
        "The request is for another server than this one, which is 127.0.0.1 or localhost.")
    }
    let made = try? await ComputeQueue.run { site.page(path: head.path, query: head.query) }
    return made ?? .problem(500, "No page", "The page could not be made.")
  }

  private static func response(_ page: SitePage) -> Data {
    let body = Data(page.html.utf8)
    var lines = [
      "HTTP/1.1 \(page.status) ", "Content-Type: text/html; charset=utf-8",
      "Content-Length: \(body.count)", "Connection: close",
      "Content-Security-Policy: \(page.policy); frame-ancestors 'none'",
      "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
      "Cross-Origin-Resource-Policy: same-origin", "Cross-Origin-Opener-Policy: same-origin",
      "Cache-Control: no-store",
    ]
    if page.status == 405 { lines.append("Allow: GET") }
    return Data(lines.map { $0 + "\r\n" }.joined().utf8) + Data("\r\n".utf8) + body
  }

  /// Does something unless it takes too long.
  private static func within<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: .seconds(patience))
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}

/// Why nothing could be served, in one sentence.
package typealias ServingError = CodedError<ServingErrorCode>

/// The kinds of failure of a server.
package enum ServingErrorCode: String, Sendable {
  /// The port cannot be listened at.
  case port
}
