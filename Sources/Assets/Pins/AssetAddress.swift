/// A web address that assets may be fetched from.
package struct AssetAddress: Sendable, Equatable {
  /// The address as it was given.
  let text: String
  /// Whether it is plain http, which only loopback addresses may be.
  let isPlain: Bool
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
    guard !authority.contains("@"), let host = AssetAddress.host(of: authority), !host.isEmpty
    else { return nil }
    if isPlain, !["127.0.0.1", "localhost", "[::1]"].contains(host.lowercased()) { return nil }
    let path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }
    self.text = text
    self.isPlain = isPlain
    fileName = String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
  }

  /// The host without its port; nil if the port is no number.
  private static func host(of authority: Substring) -> Substring? {
    let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
    guard let colon = authority[afterBracket...].firstIndex(of: ":") else { return authority }
    let port = authority[authority.index(after: colon)...]
    guard UInt16(port) != nil else { return nil }
    return authority[..<colon]
  }
}
