import Files
import Testing

@testable import Evaluation
@testable import Scoring

/// The reference's Python knows Unicode 14, Swift a later one: code points that are new since then are left out.
struct PythonClassTests {
  private static let assigned = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter {
    $0.properties.age.map { $0.major <= 14 } ?? false
  }

  /// Code points that are lower case for one version of Unicode and not for the other.
  private static let changed: Set<Unicode.Scalar> = [
    "\u{295}", "\u{10FC}", "\u{A7F2}", "\u{A7F3}", "\u{A7F4}", "\u{AB69}",
  ]

  @Test("Word characters, digits and cases are Python's, for every code point of Unicode 14")
  func classes() throws {
    let expected = try IFEvalRules.load().classes
    expect(expected.word, PythonText.isWordCharacter)
    expect(expected.digit, PythonText.isDecimalDigit)
    expect(expected.upper) { PythonText.isUppercase([$0]) }
    expect(expected.lower) { PythonText.isLowercase([$0]) }
    expect(expected.notUpper) { !PythonText.isUppercase(["A", $0]) }
  }

  @Test("Code points match without regard to case where Python's re lets them")
  func caseKeys() throws {
    let classes = try IFEvalRules.load().classes.case
    var keys: [Unicode.Scalar: Int] = [:]
    var inClass: Set<Unicode.Scalar> = []
    for (index, codes) in classes.enumerated() {
      let scalars = codes.compactMap(Unicode.Scalar.init)
      let found = Set(scalars.map(PythonText.caseKey))
      #expect(found.count == 1, "\(codes)")
      for key in found { #expect(keys.updateValue(index, forKey: key) == nil, "\(codes)") }
      inClass.formUnion(scalars)
    }
    for scalar in Self.assigned where !inClass.contains(scalar) {
      let key = PythonText.caseKey(scalar)
      if keys.updateValue(-1, forKey: key) != nil { Issue.record("\(scalar) has a key of others.") }
    }
  }

  private func expect(_ ranges: [[UInt32]], _ belongs: (Unicode.Scalar) -> Bool) {
    var expected: Set<UInt32> = []
    for range in ranges { expected.formUnion(range[0]...range[1]) }
    let wrong = Self.assigned.filter { belongs($0) != expected.contains($0.value) }
    #expect(Set(wrong).isSubset(of: Self.changed))
  }
}
