import Files
import Foundation

/// A score in a log of inspect_ai as a number, the way its own `value_to_float` makes one.
enum InspectScore: Equatable {
  /// A number; NaN where there is no score.
  case number(Double)
  /// A text that says nothing, which counts as 0.
  case unknown
  /// A list, which is no single score.
  case list

  /// Reads a value.
  ///
  /// "C", "P", "I" and "N" are 1, 0.5, 0 and 0; "yes" and "true" in any case are 1, "no" and "false" 0; a text that Python
  /// reads as a finite number is that number.
  init(_ value: JSON) {
    switch value {
    case .null: self = .number(.nan)
    case .bool(let value): self = .number(value ? 1 : 0)
    case .integer, .number: self = .number(value.doubleValue ?? .nan)
    case .string(let text): self = Self.named[text].map { .number($0) } ?? Self.read(text)
    case .array, .object: self = .list
    }
  }

  private static let named: [String: Double] = ["C": 1, "P": 0.5, "I": 0, "N": 0]
  private static let words: [String: Double] = ["yes": 1, "true": 1, "no": 0, "false": 0]

  private static func read(_ text: String) -> InspectScore {
    let text = text.lowercased()
    if let value = words[text] { return .number(value) }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    // Swift reads hexadecimal numbers, Python does not.
    let isDecimal = trimmed.utf8.allSatisfy { "0123456789+-.e".utf8.contains($0) }
    guard isDecimal, let value = Double(trimmed), value.isFinite else { return .unknown }
    return .number(value)
  }

  /// The scores of a scorer's value by the names of their metrics: one, or one for each member of an object.
  static func named(_ name: String, _ value: JSON) -> [(metric: String, score: InspectScore)] {
    guard let object = value.objectValue else { return [(name, InspectScore(value))] }
    return object.members.map { ("\(name)/\($0.key)", InspectScore($0.value)) }
  }
}
