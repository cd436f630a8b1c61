/// A web address that assets may be fetched from.
package struct AssetAddress: Sendable, Equatable {
  /// The address as it was given.
  let text: String
  /// Whether it is plain http, which only loopback addresses may be.
  let isPlain: Bool
  /// Scheme, host and port, which say whose server it is: "https://example.org:443".
  let origin: String
  /// Where the path begins in the text.
  private let authorityEnd: String.Index
  /// The last part of the path, which the file is called by in a mirror folder; empty if the path ends with "/".
  let fileName: String

  /// Accepts `https://host…` and, for tests and tunnels on this machine, `http://` to a loopback host; nil otherwise.
  ///
  /// User names in the address are refused: they would end up in records and error messages.
  package init?(_ text: String) {
    let lowered = text.prefix(8).lowercased()
    let isPlain = lowered.hasPrefix("http://")
    guard isPlain || lowered == "https://" else { return nil }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
      return nil
    }
    let rest = text.dropFirst(isPlain ? 7 : 8)
    let authority = rest.prefix { !"/?#".contains($0) }
    guard !authority.contains("@"), let (host, port) = AssetAddress.parts(of: authority),
      !host.isEmpty
    else { return nil }
    if isPlain, !["127.0.0.1", "localhost", "[::1]"].contains(host.lowercased()) { return nil }
    let path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }
    self.text = text
    self.isPlain = isPlain
    origin = "\(isPlain ? "http" : "https")://\(host.lowercased()):\(port ?? (isPlain ? 80 : 443))"
    authorityEnd = authority.endIndex
    fileName = String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
  }

  /// The address that a server means by `reference`, which may be relative to this one (RFC 3986); nil for none that
  /// files may be fetched from, and for a plain one instead of a secure one.
  package func resolving(_ reference: String) -> AssetAddress? {
    let reference = String(reference.prefix { $0 != "#" })
    let scheme = text.prefix { $0 != ":" } + ":"
    let path = text[authorityEnd...].prefix { !"?#".contains($0) }
    let absolute: String
    if reference.wholeMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:.*/) != nil {
      absolute = reference
    } else if reference.hasPrefix("//") {
      absolute = scheme + reference
    } else if reference.hasPrefix("/") {
      absolute = text[..<authorityEnd] + reference
    } else if reference.hasPrefix("?") || reference.isEmpty {
      absolute = text[..<authorityEnd] + path + reference
    } else {
      let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
      absolute = text[..<authorityEnd] + folder + reference
    }
    guard let address = AssetAddress(absolute), isPlain || !address.isPlain else { return nil }
    return address
  }

  /// Host and port; nil if the port is no number.
  private static func parts(of authority: Substring) -> (host: Substring, port: UInt16?)? {
    let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
    guard let colon = authority[afterBracket...].firstIndex(of: ":") else {
      return (authority, nil)
    }
    guard let port = UInt16(authority[authority.index(after: colon)...]) else { return nil }
    return (authority[..<colon], port)
  }
}
