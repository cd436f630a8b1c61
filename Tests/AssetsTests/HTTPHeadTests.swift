import Foundation
import TestSupport
import Testing

@testable import Assets

@Suite("Answers of servers") struct HTTPHeadTests {
  private func head(_ lines: String...) throws -> HTTPHead {
    try #require(HTTPHead(Array(lines.joined(separator: "\r\n").utf8)))
  }

  /// Reads an answer that comes in pieces.
  private func read(_ answer: [UInt8], pieces: Int) throws -> (head: HTTPHead?, body: [UInt8]) {
    var (reader, body) = (HTTPAnswerReader(), [UInt8]())
    for start in stride(from: 0, to: answer.count, by: pieces) {
      let piece = Array(answer[start..<min(start + pieces, answer.count)])
      try piece.withUnsafeBytes { body += try reader.take($0) }
    }
    return (reader.head, body)
  }

  @Test("Head and body are told apart wherever the pieces are cut, interim answers passed over")
  func tellsApart() throws {
    let answer =
      "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/2 200 \r\nETag: \"x\"\r\n\r\nbody\r\n\r\n"
    for pieces in 1...answer.utf8.count {
      let (head, body) = try read(Array(answer.utf8), pieces: pieces)
      #expect(head?.status == 200 && head?["etag"] == "\"x\"" && head?.nextPage == nil)
      #expect(body == Array("body\r\n\r\n".utf8))
    }
  }

  @Test("What is no answer, and a head without end, are failures")
  func refuses() {
    for text in ["<html>\n\n", "HTTP/1.1 20 OK\r\n\r\n", "\r\n\r\n\r\n", "HTTP/1.1 2000 OK\n\n"] {
      #expect(throws: WebFailure.self) { try read(Array(text.utf8), pieces: 7) }
    }
    let endless = "HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 20_000)
    #expect(throws: WebFailure.self) { try read(Array(endless.utf8), pieces: 4096) }
    let interim = String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 4000)
    #expect(throws: WebFailure.self) { try read(Array(interim.utf8), pieces: 4096) }
  }

  @Test("Any bytes are an answer or none, and never a crash")
  func fuzzed() {
    let answer = Array(
      "HTTP/1.1 206 Partial\r\nContent-Range: bytes 1-2/3\r\nLink: <x>; rel=\"next\"\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: 3\r\nratelimit: \"api\";r=0;t=5\r\n\r\nbody"
        .utf8)
    fuzz(2000) { _, generator in
      let bytes = mutated(answer, &generator)
      guard let head = try? read(bytes, pieces: 16).head else { return }
      _ = (head.nextPage, head.contentRange, head.contentLength, head.pauseSeconds, head.encoding)
    }
  }

  @Test("Fields count without case, the first of several, without what is no plain text")
  func fields() throws {
    let head = try head(
      "HTTP/1.1 200 OK", "X-A:  one two\t", "x-a: three", "no field", "X-B: a\u{7}b", "X-C:")
    #expect(head["x-a"] == "one two" && head["x-b"] == nil && head["x-c"] == "")
  }

  @Test(
    "The next page is that of the relation, wherever it stands",
    arguments: [
      (#"<https://a/?b=c&d>; rel="next""#, "https://a/?b=c&d"), ("<a>; rel=next", "a"),
      (#"<first>; rel="first", <second>; title="x"; rel="next last""#, "second"),
      (#"<a>; rel="xet-auth""#, nil), (#"<a>; rel="nextpage""#, nil), ("a; rel=next", nil),
      ("", nil),
    ] as [(String, String?)])
  func links(field: String, page: String?) throws {
    #expect(try head("HTTP/1.1 200 OK", "Link: \(field)").nextPage == page)
    #expect(
      try head("HTTP/1.1 200 OK", "Link: <x>; rel=\"prev\"", "Link: \(field)").nextPage == page)
  }

  @Test(
    "Places of parts are read exactly, or not at all",
    arguments: [
      ("bytes 0-9/10", 0, 10), ("bytes 5-5/*", 5, nil), ("bytes 9-5/10", nil, nil),
      ("bytes */10", nil, nil), ("bytes 0-99999999999999999999/1", nil, nil), ("0-9/10", nil, nil),
    ] as [(String, Int?, Int?)])
  func ranges(field: String, first: Int?, total: Int?) throws {
    let range = try head("HTTP/1.1 206 OK", "Content-Range: \(field)").contentRange
    #expect(range?.first == first && range?.total == total)
  }

  @Test(
    "Times of servers are those of the calendar",
    arguments: [
      "Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT",
      "Tue, 29 Feb 2028 23:59:59 GMT",
      "Sun, 01 Mar 2026 00:00:00 GMT", "Sat, 31 Dec 2044 12:00:00 GMT",
    ])
  func dates(text: String) throws {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let date = try #require(formatter.date(from: text))
    #expect(WebDate.seconds(text) == Int(date.timeIntervalSince1970))
    #expect(WebDate.seconds(text.lowercased()) == nil)
  }

  @Test(
    "A server's references are resolved as browsers do, and never to a plain address",
    arguments: [
      ("https://h/a/b?c", "/x?y#z", "https://h/x?y"), ("https://h/a/b?c", "x", "https://h/a/x"),
      ("https://h/a/b?c", "//other:8/x", "https://other:8/x"), ("https://h", "x", "https://h/x"),
      ("https://h/a/b?c", "?d", "https://h/a/b?d"), ("https://h/a", "https://o/", "https://o/"),
      ("https://h/a", "http://127.0.0.1/", nil),
      ("http://127.0.0.1:1/a", "https://o/b", "https://o/b"),
      ("http://127.0.0.1:1/a", "http://127.0.0.1:2/b", "http://127.0.0.1:2/b"),
      ("https://h/a", "file:///etc/passwd", nil), ("https://h/a", "https://u:p@o/", nil),
      ("https://h/a", "javascript:x", nil), ("https://h/a", "x y", nil),
    ] as [(String, String, String?)])
  func references(base: String, reference: String, expected: String?) throws {
    #expect(try #require(AssetAddress(base)).resolving(reference)?.text == expected)
  }

  @Test("An origin is scheme, host and port, the usual port said or not")
  func origins() {
    func origin(_ text: String) -> String? { AssetAddress(text)?.origin }
    #expect(origin("https://Example.org/a") == origin("https://example.org:443"))
    #expect(origin("https://example.org:8443") != origin("https://example.org"))
    #expect(origin("http://127.0.0.1:443") != origin("https://127.0.0.1:443"))
    #expect(origin("http://[::1]:80/x") == "http://[::1]:80")
  }
}
