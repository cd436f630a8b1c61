package import Files

/// Something that nobody can know from the evidence at hand, and what would tell.
package struct Unknown: Sendable, Equatable {
  /// What it is about.
  package let subject: String
  /// What is not known, in a sentence.
  package let sentence: String
  /// What would tell, in a sentence; nil where nothing would.
  package let remedy: String?
}

// MARK: - JSON

extension Unknown {
  /// The entry as JSON, as a record of what was imported keeps it.
  package var json: JSON {
    ["about": .string(subject), "unknown": .string(sentence), "remedy": JSON(remedy)]
  }

  /// Reads what ``json`` wrote; nil for anything else.
  init?(_ json: JSON) {
    guard let subject = json["about"]?.stringValue, let sentence = json["unknown"]?.stringValue
    else { return nil }
    self.init(subject: subject, sentence: sentence, remedy: json["remedy"]?.stringValue)
  }
}

extension RunSummary {
  /// The member of ``details`` that ``unknowns`` stand in.
  static let unknownDetails = "unknown"

  /// What an import could not know of what it brought; none for a run of this program.
  package var unknowns: [Unknown] {
    (details[Self.unknownDetails]?.arrayValue ?? []).compactMap { Unknown($0) }
  }
}
