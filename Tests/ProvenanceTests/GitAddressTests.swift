import Foundation
import TestSupport
import Testing

@testable import Provenance

@Suite("Addresses of repositories") struct GitAddressTests {
  /// Addresses, and what of them may be recorded.
  private static let shown = [
    ("https://name:secret@example.org/a/b@c.git", "https://example.org/a/b@c.git"),
    ("https://u:t@example.org/x?token=1#f", "https://example.org/x"),
    ("https://example.org/x?token=1", "https://example.org/x"),
    ("https://u:pa/ss@example.org/x", "https://example.org/x"),
    ("https://example.org:8080/a@b", "https://example.org:8080/a@b"),
    ("https://u@example.org:80/x#y", "https://example.org:80/x"),
    ("ssh://git@example.org/a", "ssh://example.org/a"), ("/a/b@c?x", "/a/b@c?x"),
    ("git@example.org:a/b.git", "example.org:a/b.git"), ("u@h:p?x", "h:p"), ("h:p", "h:p"),
    ("../x:y@z", "../x:y@z"),
  ]

  @Test("are shown without user, password, query and fragment")
  func secrets() {
    for (address, text) in Self.shown { #expect(GitAddress.withoutSecrets(address) == text) }
  }

  @Test(
    "are built into the program without them",
    .enabled(if: GitFixture.isAvailable, "there is no git program"))
  func builtIn() throws {
    let fixture = try BuildFixture()
    for (address, text) in Self.shown {
      try fixture.git.git("config", "remote.origin.url", address)
      #expect(try fixture.state().contains("origin: \"\(text)\""), "\(address)")
    }
  }

  @Test("of folders and of networks are told apart, and those that name a program are refused")
  func places() {
    #expect(GitAddress("/a/b")?.place == .folder("/a/b"))
    #expect(GitAddress("a/b:c")?.place == .folder("a/b:c"))
    #expect(GitAddress("file:///a/b")?.place == .folder("/a/b"))
    for address in ["https://example.org/x", "ssh://git@h:22/x", "git@h:x", "git://h/x", "h:x"] {
      #expect(GitAddress(address)?.place == .network(address))
    }
    for address in [
      "", "-x", "ext::sh -c x", "fd::3", "gcrypt::rsync://h/x", "ftp://h/x",
      "ssh://-oProxyCommand=x/y",
      "ssh://u@-oProxyCommand=x/y", "-oProxyCommand=x:y", "u@-o:x", "https://h/\u{1B}x", "a\nb",
      "file://",
    ] {
      #expect(GitAddress(address) == nil, "\(address)")
    }
  }
}
