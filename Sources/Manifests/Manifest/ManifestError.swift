package import Files

/// Everything that is wrong with a manifest, in the order of the file.
package struct ManifestError: Error, Equatable, CustomStringConvertible {
  /// One thing that is wrong, and where.
  package struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// The kinds of problem that a caller may want to tell apart.
    package enum Code: String, Sendable, CaseIterable {
      /// A file that does not exist, cannot be read, is too large or no text.
      case unreadable
      /// A text that is no YAML, or uses what manifests may not use.
      case syntax
      /// A key that the schema does not have.
      case unknownKey
      /// A key that stands twice in one mapping.
      case duplicateKey
      /// A key that is required and absent.
      case missingKey
      /// A value of another type than the key asks for.
      case wrongType
      /// A value of the right type outside of its range or set.
      case invalidValue
      /// A name that nothing in the manifest has.
      case unknownReference
      /// An input without a digest that is not listed as unpinned.
      case missingPin
      /// Parts of the manifest that exclude each other.
      case contradiction
      /// An asset or wheel that nothing refers to.
      case unused
    }

    /// The kind of problem.
    package let code: Code
    /// One sentence for a person, without the place.
    package let message: String
    /// The file.
    package let file: String
    /// Line, from 1; nil if the problem is with the file as a whole.
    package let line: Int?
    /// Column in code points, from 1; nil if the problem is with the file as a whole.
    package let column: Int?
    /// The offending line, and a line with a caret under the place; empty if the problem is with the whole file.
    package let excerpt: [String]

    /// `file:line:column: message` and the excerpt, indented by two spaces.
    package var description: String { lines.joined(separator: "\n") }

    fileprivate var lines: [String] {
      let place = [line, column].compactMap { $0.map { "\($0):" } }.joined()
      return ["\(file):\(place) \(message)"] + excerpt.map { "  " + $0 }
    }
  }

  /// How many problems are reported at most.
  package static let largestCount = 20

  /// The problems, sorted by place; never empty.
  package let problems: [Problem]
  /// How many further problems there are.
  package let omittedCount: Int

  /// Creates a manifest error.
  package init(problems: [Problem], omittedCount: Int) {
    self.problems = problems
    self.omittedCount = omittedCount
  }

  /// Creates an error from problems in any order; the first of those that stand at the same place stays first.
  ///
  /// `uncounted` is the number of problems that were found and not kept.
  init(_ problems: [Problem], uncounted: Int = 0) {
    precondition(!problems.isEmpty, "An error needs a problem.")
    let sorted = problems.enumerated().sorted { left, right in
      let places = [left, right].map { ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset) }
      return places[0] < places[1]
    }
    self.problems = sorted.prefix(Self.largestCount).map(\.element)
    omittedCount = problems.count - self.problems.count + uncounted
  }

  /// The error for a file as a whole.
  package init(_ code: Problem.Code, file: String, _ message: String) {
    self.init([
      Problem(code: code, message: message, file: file, line: nil, column: nil, excerpt: [])
    ])
  }

  /// All problems, one after the other, and how many more there are.
  package var description: String { lines.joined(separator: "\n") }

  /// The same, for a person.
  package var text: ReportText { ReportText(lines) }

  private var lines: [String] {
    problems.flatMap(\.lines) + (omittedCount > 0 ? ["… and \(omittedCount) more."] : [])
  }
}
