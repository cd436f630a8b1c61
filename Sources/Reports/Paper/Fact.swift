import Files

/// A value that the paper quotes and the place that it was read from; the article names it and never writes it.
struct Fact: Sendable, Equatable {
  /// What the article calls it, such as "claim.eaft-forgets-less.estimate": ASCII letters, digits, points and hyphens.
  let key: String
  /// The value as it is printed, in visible characters.
  let text: String
  /// Where in its origin it stands.
  let place: String
  /// The file that it was read from.
  let origin: Origin

  /// A file that facts are read from.
  struct Origin: Sendable, Equatable {
    /// What it is, such as "record 177902949811".
    let name: String
    /// SHA-256 of its bytes.
    let digest: Digest
  }

  /// So many characters of a text are quoted at most; the record has all of them.
  private static let longest = 1200

  /// Takes a value; what strangers wrote into it, or into the parts of its key, stays text.
  init(_ text: String, _ key: [String], at place: String, of origin: Origin) {
    self.key = key.map(Self.word).joined(separator: ".")
    self.text = Self.shortened(text)
    self.place = place
    self.origin = origin
  }

  /// The beginning of a text that is too long to be quoted.
  static func shortened(_ text: String) -> String {
    // By scalars: a character may be made of any number of them.
    let scalars = text.unicodeScalars
    guard
      let end = scalars.index(scalars.startIndex, offsetBy: longest, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return Printable.text(text) }
    return Printable.text(String(scalars[..<end])) + "…"
  }

  private static func word(_ part: String) -> String {
    let characters = part.unicodeScalars.prefix(60).map { scalar -> Character in
      let isPlain =
        "a"..."z" ~= scalar || "A"..."Z" ~= scalar || "0"..."9" ~= scalar || scalar == "."
      return isPlain ? Character(scalar) : "-"
    }
    return characters.isEmpty ? "-" : String(characters)
  }
}

/// The facts that a paper quotes, each under a name of its own, in the order in which they are first quoted.
struct FactBook {
  /// The facts by their names.
  private(set) var entries: [(name: String, fact: Fact)] = []
  private var places: [String: Int] = [:]

  /// The name of a fact: its key or, if strangers' names have led to the same key for another one, that with a number.
  mutating func name(of fact: Fact) -> String {
    var (name, number) = (fact.key, 1)
    while let place = places[name] {
      if entries[place].fact == fact { return name }
      number += 1
      name = "\(fact.key).\(number)"
    }
    places[name] = entries.count
    entries.append((name, fact))
    return name
  }
}
