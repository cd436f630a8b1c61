import Yams

/// A manifest that is being read: its text, the tree of YAML nodes, and the problems found so far.
final class ManifestDecoding {
  /// How many problems are kept; further ones are only counted.
  private static let largestKeptCount = 200

  /// The text.
  let source: ManifestSource
  /// What messages call the file, such as "the manifest".
  let subject: String
  /// Whether the key `overrides` sets other values of the same text.
  let takesOverrides: Bool
  /// Takes what is asked for; nil if nobody wants to know.
  let schema: ManifestSchema?
  /// The problems in the order in which they were found.
  private(set) var problems: [ManifestError.Problem] = []
  /// Number of problems beyond those kept.
  private(set) var uncountedProblems = 0
  /// Keys that stand for a second use of another key, which has been reported.
  private var renamedKeys: [String] = []
  /// Where those keys stand.
  private var renamedPositions: [SourcePosition] = []

  /// Starts with a text.
  init(
    _ source: ManifestSource, subject: String = "the manifest", takesOverrides: Bool = false,
    schema: ManifestSchema? = nil
  ) {
    self.takesOverrides = takesOverrides
    self.source = source
    self.subject = subject
    self.schema = schema
  }

  /// Whether further problems are only counted.
  var isFull: Bool { problems.count >= Self.largestKeptCount }

  /// Notes a problem.
  ///
  /// `length` code points are underlined.
  func report(
    _ code: ManifestError.Problem.Code, at position: SourcePosition, length: Int = 1,
    _ message: String
  ) {
    guard !isFull else {
      uncountedProblems += 1
      return
    }
    problems.append(source.problem(code, at: position, length: length, message))
  }

  /// Takes a problem back: the one with this message at this place.
  func withdraw(_ message: String, at position: SourcePosition) {
    problems.removeAll {
      $0.message == message && $0.line == position.line && $0.column == position.column
    }
  }

  /// Throws what was reported, if anything was.
  func throwProblems() throws(ManifestError) {
    if !problems.isEmpty { throw ManifestError(problems, uncounted: uncountedProblems) }
  }

  /// What was read of the file, if nothing was wrong with it; else throws everything that was.
  func finished<Result>(_ result: Result?) throws(ManifestError) -> Result {
    try throwProblems()
    guard let result else {
      throw ManifestError(.syntax, file: source.name, "\(subject) cannot be read")
    }
    return result
  }

  /// The document as a mapping; nil if it is not one, which has been reported.
  ///
  /// Duplicate keys, at which the YAML library stops, are reported and read past.
  func root() -> MappingReader? {
    var text = source.text
    for _ in 0...ManifestError.largestCount {
      do {
        guard var node = try Yams.Parser(yaml: text, encoding: .utf8).singleRoot() else { break }
        if takesOverrides { node = overridden(node) }
        let reader = NodeReader(
          node: node, name: subject, place: "", position: SourcePosition(line: 1, column: 1),
          decoding: self)
        return reader.mapping(path: "")
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        guard let next = renamingDuplicate(of: keys.first ?? "", at: context.mark, in: text)
        else { return nil }
        text = next
      } catch {
        reportSyntax(error)
        return nil
      }
    }
    if problems.isEmpty {
      report(.syntax, at: SourcePosition(line: 1, column: 1), "\(subject) is empty")
    }
    return nil
  }

  /// The document with the values of its own key `overrides` in their places.
  private func overridden(_ document: Node) -> Node {
    var document = document
    for entry in document.mapping?["overrides"]?.sequence.map(Array.init) ?? [] {
      guard let text = entry.string else { continue }
      do throws(ManifestOverride.Obstacle) {
        document = try ManifestOverride(text, at: entry.mark).applied(to: document)
      } catch {
        report(
          .invalidValue,
          at: entry.mark.map(SourcePosition.init) ?? SourcePosition(line: 1, column: 1),
          "'\(NodeReader.shortened(text))' \(error.message)")
      }
    }
    return document
  }

  /// Whether a key was put in place of a duplicate.
  func isRenamed(_ key: String) -> Bool { renamedKeys.contains(key) }

  private func reportSyntax(_ error: any Error) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      var sentence = problem
      if let context {
        // "expected one thing" + "but found another", or "found something" + "while doing something".
        sentence =
          problem.hasPrefix("but ")
          ? "\(context.text), \(problem)"
          : "\(problem) (\(context.text) at line \(context.mark.line))"
      }
      report(.syntax, at: SourcePosition(mark), "this is not valid YAML: \(sentence)")
    default:
      report(
        .syntax, at: SourcePosition(line: 1, column: 1), "\(subject) cannot be read as YAML")
    }
  }
}

// MARK: - Duplicate keys

extension ManifestDecoding {
  /// Reports the second use of a key, and gives the text with that use renamed to something of the same length.
  ///
  /// The first use stands at `mark`. Nil if the second was not found (flow mappings, quoted keys): then the first is
  /// reported instead.
  private func renamingDuplicate(of key: String, at mark: Mark, in text: String) -> String? {
    let first = SourcePosition(mark)
    let message = "duplicate key '\(key)'"
    let scalars = Array(key.unicodeScalars)
    // One private-use character for each renamed key, then filler: no such key is ever read.
    let marker = Unicode.Scalar(0xE000 + UInt32(renamedKeys.count))
    guard let marker, let second = secondUse(of: scalars, after: first) else {
      report(.duplicateKey, at: first, length: scalars.count, message + ", used twice here")
      return nil
    }
    report(
      .duplicateKey, at: second, length: scalars.count,
      message + ", first used on line \(first.line)")
    let filler = String(repeating: "\u{E0FF}", count: scalars.count - 1)
    let renamed = String(marker) + filler
    renamedKeys.append(renamed)
    renamedPositions.append(second)
    return replacing(length: scalars.count, at: second, with: renamed, in: text)
  }

  /// The next use of a key in the same block mapping: a later line with the same indentation, before any with less.
  private func secondUse(of key: [Unicode.Scalar], after first: SourcePosition) -> SourcePosition? {
    guard !key.isEmpty, first.line < source.lineCount else { return nil }
    for number in (first.line + 1)...source.lineCount {
      let line = source.line(number)
      guard let indent = line.firstIndex(where: { $0 != " " }), line[indent] != "#" else {
        continue
      }
      if indent < first.column - 1 { return nil }
      let position = SourcePosition(line: number, column: first.column)
      guard indent == first.column - 1, line[indent...].starts(with: key),
        !renamedPositions.contains(position)
      else { continue }
      let rest = line[(indent + key.count)...].drop { $0 == " " }
      if rest.first == ":", rest.dropFirst().first ?? " " == " " { return position }
    }
    return nil
  }

  private func replacing(
    length: Int, at position: SourcePosition, with replacement: String, in text: String
  ) -> String {
    // Lines and columns of the text are those of the source: every replacement has the length of what it replaces.
    var scalars = Array(text.unicodeScalars)
    var line = 1
    var index = 0
    while line < position.line, index < scalars.count {
      let isPair = scalars[index] == "\r" && scalars.dropFirst(index + 1).first == "\n"
      if "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalars[index]) { line += 1 }
      index += isPair ? 2 : 1
    }
    let start = index + position.column - 1
    guard start + length <= scalars.count else { return text }
    scalars.replaceSubrange(start..<(start + length), with: replacement.unicodeScalars)
    return String(String.UnicodeScalarView(scalars))
  }
}

extension SourcePosition {
  /// The place of a mark, whose line and column Yams counts the same way.
  init(_ mark: Mark) {
    self.init(line: mark.line, column: mark.column)
  }
}
