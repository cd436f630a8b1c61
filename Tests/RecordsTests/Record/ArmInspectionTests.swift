import Files
import TestSupport
import Testing

@testable import Records

@Suite("An inspection in a record") struct ArmInspectionTests {
  private func inspection(_ density: ArmInspection.Density?) -> ArmInspection {
    let sums = ArmInspection.Sums(loss: 1, gradientNorm: 2)
    return ArmInspection(
      distances: [],
      tokens: ArmInspection.Tokens(
        examples: 2, entropyThreshold: 0.5, probabilityThreshold: 0.1,
        groups: [
          ArmInspection.Group(
            isEntropyLow: true, isProbabilityLow: false, count: 3, before: sums, after: sums)
        ], density: density))
  }

  private let density = ArmInspection.Density(
    entropyCells: 2, probabilityCells: 3, largestEntropy: 3, before: [0, 1, 2, 3, 4, 5],
    after: [5, 4, 3, 2, 1, 0], weights: [0.1, nil])

  private func read(_ json: JSON) throws -> ArmInspection {
    try ArmInspection(JSONField(json, source: "test"))
  }

  @Test("is read as it was written, with its grid of tokens and without one, as before")
  func roundTrip() throws {
    for inspection in [inspection(density), inspection(nil)] {
      #expect(try read(inspection.json) == inspection)
    }
    #expect(inspection(nil).json["tokens"]?.objectValue?["density"] == nil)
  }

  @Test("is refused if a grid has other numbers of cells than it says, or none that can be drawn")
  func damaged() throws {
    let text = String(decoding: try CanonicalJSON.encode(inspection(density).json), as: UTF8.self)
    for (old, new) in [
      ("[0,1,2,3,4,5]", "[0,1,2,3,4]"), ("[5,4,3,2,1,0]", "[]"),
      ("\"entropy_cells\":2", "\"entropy_cells\":3"), ("[0,1,2", "[9223372036854775807,1,2"),
      ("\"probability_cells\":3", "\"probability_cells\":9223372036854775807"),
    ] {
      let edited = text.replacing(old, with: new)
      #expect(edited != text, "\(old)")
      let json = try JSONParser.parse(Array(edited.utf8), source: "edited")
      #expect(throws: FileError.self, "\(new)") { try read(json) }
    }
    for largest in [0, -1, .infinity, .nan, 1e300] {
      let odd = ArmInspection.Density(
        entropyCells: 1, probabilityCells: 1, largestEntropy: largest, before: [1], after: [1],
        weights: [1])
      #expect(throws: FileError.self, "\(largest)") { try read(inspection(odd).json) }
    }
  }
}
