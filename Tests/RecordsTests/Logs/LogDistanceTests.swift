import Files
import Foundation
import Testing

@testable import Records

@Suite("Distances between logged values")
struct LogDistanceTests {
  @Test("Neighbouring floats are one ulp of single precision apart, however they were printed")
  func singlePrecision() throws {
    let a: Float = 0.1
    let exact = try #require(NumberDistance(Double(a), Double(a.nextUp)))
    #expect(exact.singleUlps == 1)
    #expect(exact.ulps == 1 << 29)
    let printed = try #require(
      NumberDistance(Double(a.description) ?? 0, Double(a.nextUp.description) ?? 0))
    #expect(printed.singleUlps == 1)
    // Sixteen digits are no float's shortest text.
    #expect(try #require(NumberDistance(0.1234567890123456, 0.25)).singleUlps == nil)
  }

  @Test("Ulps are counted across zero, and both zeros are the same place")
  func acrossZero() throws {
    let tiny = Double.leastNonzeroMagnitude
    #expect(try #require(NumberDistance(-tiny, tiny)).ulps == 2)
    #expect(try #require(NumberDistance(-0.0, 0)).ulps == 0)
    #expect(try #require(NumberDistance(-0.0, 0)).relative == 0)
    #expect(try #require(NumberDistance(1, 1.0.nextUp)).ulps == 1)
    let most = try #require(
      NumberDistance(-.greatestFiniteMagnitude, .greatestFiniteMagnitude))
    #expect(most.absolute == .infinity && most.relative == 2)
    #expect(most.ulps == 2 * Double.greatestFiniteMagnitude.bitPattern)
    #expect(most.singleUlps == nil)
    #expect(most.json["absolute"] == JSON.null)
    #expect(NumberDistance(.nan, 1) == nil && NumberDistance(1, -.infinity) == nil)
  }

  @Test("Texts differ at a code point, whatever a reader sees")
  func texts() throws {
    #expect(TextDifference("é", "é") == nil)
    let spelled = try #require(TextDifference("caf\u{e9}!", "cafe\u{301}!"))
    #expect(spelled.offset == 3)
    #expect(spelled.characters == ("U+00E9", "U+0065"))
    let shorter = try #require(TextDifference("abc", "ab"))
    #expect(shorter.offset == 2 && shorter.characters == ("U+0063", nil))
    #expect(shorter.lengths == (3, 2))
    let space = try #require(TextDifference("a b\n", "a\u{a0}b\n"))
    #expect(space.text == #"character 1 (U+0020 against U+00A0): "a b\n" against "a\u{a0}b\n""#)
    let long = String(repeating: "x", count: 1000)
    let excerpt = try #require(TextDifference(long + "a" + long, long + "b" + long)).excerpts.a
    #expect(excerpt.hasPrefix("…xxx") && excerpt.hasSuffix("xxx…"))
    #expect(excerpt.unicodeScalars.count == 24 + 48 + 2)
  }

  @Test("Values are the same bit by bit: NaN as NaN, −0 not as 0, 1 as 1.0, null not as missing")
  func values() throws {
    func first(_ a: String, _ b: String) throws -> ValueDifference? {
      try ValueDifference.first(
        JSONParser.parse(Array(a.utf8), dialect: .python),
        JSONParser.parse(Array(b.utf8), dialect: .python), at: "x")
    }
    for (a, b) in [
      ("NaN", "NaN"), ("1", "1.0"), ("[1,{}]", "[1.0,{}]"), ("Infinity", "Infinity"),
      (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#), ("\"NaN\"", "\"NaN\""),
    ] {
      #expect(try first(a, b) == nil, "\(a) and \(b)")
    }
    for (a, b, path) in [
      ("0.0", "-0.0", "x"), ("0", "-0.0", "x"), ("NaN", "1", "x"), ("NaN", "\"NaN\"", "x"),
      ("[]", "[null]", "x[0]"), (#"{"a":null}"#, "{}", "x.a"), ("1", "true", "x"),
      (#"{"b":1,"a":[1,2]}"#, #"{"a":[1,3],"b":1}"#, "x.a[1]"), ("Infinity", "-Infinity", "x"),
      ("9007199254740993", "9007199254740992.0", "x"),
      (#"{"a":1,"c":1}"#, #"{"a":1,"b":1}"#, "x.b"),
    ] {
      #expect(try first(a, b)?.path == path, "\(a) and \(b)")
      #expect(try first(b, a)?.path == path, "\(b) and \(a)")
    }
    let missing = try #require(try first("[1]", "[1,null]"))
    #expect(missing.a == nil && missing.b == .some(.null))
    #expect(missing.json == ["path": "x[1]", "b": nil])
    #expect(missing.text == "it is only in B (null)")
  }

  @Test("All differences are found in order")
  func all() {
    let a: JSON = ["x": [1, 2, 3], "y": "a", "z": nil]
    let b: JSON = ["x": [1, 5], "y": "a", "z": 0]
    #expect(ValueDifference.all(a, b, at: "").map(\.path) == ["x[1]", "x[2]", "z"])
  }
}
