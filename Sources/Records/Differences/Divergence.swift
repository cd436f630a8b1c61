package import Files

/// Where two executions part: the first operation whose result differs, and how.
package struct Divergence: Sendable, Equatable {
  /// Which part of the work: "arm 'sft', seed 42, step 3".
  package let place: String
  /// The operation whose result differs while everything before it is the same.
  package let operation: String
  /// How the values differ; nil where they are not at hand.
  package var values: TensorDifference?
  /// What else there is to say, as a clause.
  package var note: String?
  /// Where a second execution finds the values.
  package var address: TensorAddress?

  package init(
    place: String, operation: String, values: TensorDifference? = nil, note: String? = nil,
    address: TensorAddress? = nil
  ) {
    self.place = place
    self.operation = operation
    self.values = values
    self.note = note
    self.address = address
  }

  /// The divergence as a sentence.
  package var sentence: String {
    var text = "\(place): the first result that differs is \"\(operation)\""
    if let values { text += ": \(values.text)" }
    if let note { text += "; \(note)" }
    return text + "."
  }

  /// The divergence as JSON.
  package var json: JSON {
    [
      "place": .string(place), "operation": .string(operation),
      "values": values.map(\.json) ?? .null, "note": JSON(note), "sentence": .string(sentence),
    ]
  }
}
