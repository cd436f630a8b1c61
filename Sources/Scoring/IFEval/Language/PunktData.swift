import Files

/// What Punkt learnt of English: nltk's `punkt_tab/english`.
///
/// Words are lower-case types in UTF-8; a number is the type `##number##`.
package struct PunktData: Sendable {
  /// Types that end in a period without ending a sentence, without that period.
  let abbreviationTypes: Set<[UInt8]>
  /// Pairs of types, parted by a tab, with no sentence's end between them.
  let collocations: Set<[UInt8]>
  /// Types that often start a sentence.
  let sentenceStarters: Set<[UInt8]>
  /// Where and in which case each type was seen.
  let orthographicContexts: [[UInt8]: OrthographicContext]

  /// Parses the bytes of `abbrev_types.txt`, `collocations.tab`, `sent_starters.txt` and `ortho_context.tab`.
  ///
  /// Throws an ``EvaluationError`` that names file and line where one is not in its format.
  package init(
    abbreviationTypes: [UInt8], collocations: [UInt8], sentenceStarters: [UInt8],
    orthographicContext: [UInt8]
  ) throws {
    self.abbreviationTypes = Set(
      try Self.rows(of: abbreviationTypes, file: "abbrev_types.txt", fields: 1))
    self.collocations = Set(try Self.rows(of: collocations, file: "collocations.tab", fields: 2))
    self.sentenceStarters = Set(
      try Self.rows(of: sentenceStarters, file: "sent_starters.txt", fields: 1))
    var contexts: [[UInt8]: OrthographicContext] = [:]
    let file = "ortho_context.tab"
    for (index, row) in try Self.rows(of: orthographicContext, file: file, fields: 2).enumerated() {
      let fields = row.split(separator: Self.tab)
      guard let type = fields.first, let field = fields.last,
        let bits = UInt8(String(decoding: field, as: UTF8.self))
      else {
        throw Self.error(file, line: index + 1, "its second field is no number from 0 to 255")
      }
      contexts[Array(type)] = OrthographicContext(rawValue: bits)
    }
    orthographicContexts = contexts
  }

  private static let tab = UInt8(ascii: "\t")

  /// The lines of a file, each of which must have that many fields between tabs, none of them empty.
  private static func rows(of bytes: [UInt8], file: String, fields: Int) throws -> [[UInt8]] {
    var rows = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if rows.last?.isEmpty == true { rows.removeLast() }
    guard !rows.isEmpty else {
      throw EvaluationError(
        .invalidLanguageData, "Punkt's \(file) has no line; put the file of nltk's punkt_tab there."
      )
    }
    return try rows.enumerated().map { index, bytes in
      var row = bytes
      if row.last == UInt8(ascii: "\r") { row.removeLast() }
      let found = row.split(separator: tab, omittingEmptySubsequences: false)
      guard found.count == fields, !found.contains(where: \.isEmpty) else {
        throw error(
          file, line: index + 1,
          "expected \(fields) \(fields == 1 ? "field" : "fields between tabs"), none of them empty")
      }
      guard String(validating: row, as: UTF8.self) != nil else {
        throw error(file, line: index + 1, "it is not UTF-8")
      }
      return Array(row)
    }
  }

  private static func error(_ file: String, line: Int, _ cause: String) -> EvaluationError {
    EvaluationError(
      .invalidLanguageData,
      "Line \(line) of Punkt's \(file) cannot be read: \(cause); put the file of nltk's punkt_tab there."
    )
  }
}

/// The positions in a sentence, and the cases, in which Punkt saw a type.
struct OrthographicContext: OptionSet {
  let rawValue: UInt8

  static let startUppercase = Self(rawValue: 1 << 1)
  static let middleUppercase = Self(rawValue: 1 << 2)
  static let unknownUppercase = Self(rawValue: 1 << 3)
  static let startLowercase = Self(rawValue: 1 << 4)
  static let middleLowercase = Self(rawValue: 1 << 5)
  static let unknownLowercase = Self(rawValue: 1 << 6)

  /// In upper case, anywhere.
  static let uppercase: Self = [.startUppercase, .middleUppercase, .unknownUppercase]
  /// In lower case, anywhere.
  static let lowercase: Self = [.startLowercase, .middleLowercase, .unknownLowercase]
}
