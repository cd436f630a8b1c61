/// The address of a repository, as git takes it.
package struct GitAddress: Sendable, Equatable {
  /// What kind of place it is.
  package enum Place: Sendable, Equatable {
    /// A folder of this machine.
    case folder(String)
    /// Another machine, reached by a transport that git has of its own.
    case network(String)
  }

  /// The place.
  package let place: Place

  /// Transports that run no program which an address names.
  private static let schemes: Set = ["https", "http", "ssh", "git", "git+ssh", "ssh+git"]

  /// Reads an address; nil for one that names a program, such as `ext::`, or that a program could take for an option.
  package init?(_ address: String) {
    func isOption(_ text: some StringProtocol) -> Bool { text.isEmpty || text.hasPrefix("-") }
    guard !isOption(address), !address.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      return nil
    }
    if let separator = address.firstRange(of: "://") {
      let scheme = address[..<separator.lowerBound].lowercased()
      let rest = address[separator.upperBound...]
      if scheme == "file" {
        guard let path = rest.firstIndex(of: "/") else { return nil }
        place = .folder(String(rest[path...]))
        return
      }
      let host = GitAddress.withoutUser(rest.prefix { $0 != "/" })
      guard Self.schemes.contains(scheme), !isOption(host), !isOption(rest) else { return nil }
      place = .network(address)
      return
    }
    // "host:path" without a slash before the colon; "helper::address" names a program.
    if let colon = address.firstIndex(of: ":"), !address[..<colon].contains("/") {
      let rest = address[address.index(after: colon)...]
      guard !isOption(GitAddress.withoutUser(address[..<colon])), !rest.hasPrefix(":") else {
        return nil
      }
      place = .network(address)
      return
    }
    place = .folder(address)
  }

  private static func withoutUser(_ authority: Substring) -> Substring {
    authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
  }

  /// An address without what may be secret in it: the user and the password, the query and the fragment.
  package static func withoutSecrets(_ address: String) -> String {
    guard let scheme = address.firstRange(of: "://") else {
      // "user@host:path"; a path of this machine may hold anything.
      guard let colon = address.firstIndex(of: ":"), !address[..<colon].contains("/") else {
        return address
      }
      let path = address[colon...].prefix { $0 != "?" && $0 != "#" }
      return "\(withoutUser(address[..<colon]))\(path)"
    }
    var rest = address[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
    // A password may hold a slash, although it must not: then what looks like a port is no number.
    let port = rest.prefix { $0 != "/" }.split(separator: ":").dropFirst().last ?? "0"
    if let at = rest.lastIndex(of: "@"), !port.allSatisfy(\.isNumber), !port.contains("@") {
      rest = rest[rest.index(after: at)...]
    }
    let authority = rest.prefix { $0 != "/" }
    return "\(address[..<scheme.upperBound])\(withoutUser(authority))\(rest[authority.endIndex...])"
  }
}
