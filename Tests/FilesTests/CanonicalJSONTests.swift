import Foundation
import Testing

@testable import Files

@Suite("Canonical JSON (RFC 8785)")
struct CanonicalJSONTests {
  private func canonical(_ text: String) throws -> String {
    String(decoding: try CanonicalJSON.encode(JSONParser.parse(Array(text.utf8))), as: UTF8.self)
  }

  @Test("The example of RFC 8785, section 3.2.2")
  func rfcExample() throws {
    let text = #"""
      {
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
      }
      """#
    let expected =
      #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
      + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    #expect(try canonical(text) == expected)
  }

  @Test("Keys are sorted by UTF-16 code units: the example of RFC 8785, section 3.2.3")
  func keyOrder() throws {
    let text = #"""
      {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
       "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
       "\u00f6": "Latin Small Letter O With Diaeresis"}
      """#
    let object = try #require(try JSONParser.parse(Array(try canonical(text).utf8)).objectValue)
    #expect(
      object.members.map(\.value.stringValue) == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
      ])
  }

  @Test("Every number of the fixture is printed as ECMAScript prints it, and reads back as itself")
  func numbers() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let bytes = try OpenFile.contents(of: url.appending(path: "numbers.json").path)
    let numbers = try #require(JSONParser.parse(bytes)["numbers"]?.arrayValue)
    #expect(numbers.count > 2000)
    for pair in numbers {
      let bits = try #require(pair.arrayValue?.first?.stringValue.flatMap { UInt64($0, radix: 16) })
      let expected = try #require(pair.arrayValue?.last?.stringValue)
      let value = Double(bitPattern: bits)
      #expect(CanonicalJSON.text(of: value) == expected)
      #expect(try JSONParser.parse(Array(expected.utf8)).doubleValue == value)
    }
  }

  @Test("Only quotes, backslashes and control characters are escaped")
  func escapes() throws {
    let scalars = (0..<0x80).compactMap(Unicode.Scalar.init)
    for scalar in scalars {
      let text = String(decoding: try CanonicalJSON.encode(.string(String(scalar))), as: UTF8.self)
      switch scalar {
      case "\"": #expect(text == #""\"""#)
      case "\\": #expect(text == #""\\""#)
      case "\u{8}": #expect(text == #""\b""#)
      case "\t": #expect(text == #""\t""#)
      case "\n": #expect(text == #""\n""#)
      case "\u{C}": #expect(text == #""\f""#)
      case "\r": #expect(text == #""\r""#)
      case ..<" ":
        #expect(
          text == "\"\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            + "\"")
      default: #expect(text == "\"\(scalar)\"")
      }
    }
    #expect(try CanonicalJSON.encode("\u{2028}\u{7f}é/") == Array("\"\u{2028}\u{7f}é/\"".utf8))
  }

  @Test("What other readers would change is refused: NaN, infinities, integers that are no doubles")
  func unrepresentable() throws {
    for value in [
      JSON.number(.nan), .number(.infinity), .number(-.infinity), .integer((1 << 53) + 1),
      .integer(-(1 << 53) - 1), .integer(.min), .integer(.max),
    ] {
      #expect { try CanonicalJSON.encode([value]) } throws: {
        ($0 as? FileError)?.code == .unrepresentable
      }
    }
    #expect(try CanonicalJSON.encode(.integer((1 << 53) - 1)) == Array("9007199254740991".utf8))
    #expect(try CanonicalJSON.encode(.integer(1 << 53)) == Array("9007199254740992".utf8))
    #expect(try CanonicalJSON.encode(.number(-0.0)) == Array("0".utf8))
  }

  @Test(
    "Encoding is a fixed point: parsing canonical bytes and encoding again gives the same bytes")
  func fixedPoint() throws {
    let value: JSON = [
      "z": [1, 2.5, -0.0, nil, true, "é", "e\u{301}"], "a": ["b": [:], "aa": [], "": "x"],
      "\u{1F600}": 1e300, "\u{FB33}": -1,
    ]
    let bytes = try CanonicalJSON.encode(value)
    let again = try JSONParser.parse(bytes)
    #expect(again == value)
    #expect(try CanonicalJSON.encode(again) == bytes)
    #expect(try CanonicalJSON.digest(of: again) == SHA256.digest(of: bytes))
  }

  @Test("Large whole doubles, whose text reads back as an integer, are a fixed point too")
  func largeWholeNumbers() throws {
    for value in [0x1p53, 0x1.fffffffffffffp62, 2_116_178_168_839_186_432, 1e18, -1e17] {
      let bytes = try CanonicalJSON.encode(.number(value))
      let again = try JSONParser.parse(bytes)
      #expect(again == .number(value))
      #expect(try CanonicalJSON.encode(again) == bytes)
    }
  }

  @Test("Exact numbers keep every bit, and an edited spelling is noticed")
  func exactNumbers() throws {
    for value in [
      0, -0.0, 0.1, 1.0 / 3, .leastNonzeroMagnitude, -.infinity, .greatestFiniteMagnitude,
    ] as [Double] {
      let read = try #require(
        try JSONParser.parse(CanonicalJSON.encode(.exact(value))).exactValue)
      #expect(read.bitPattern == value.bitPattern)
    }
    for value in [0, -0.0, 0.1, 1 / 3, .leastNonzeroMagnitude, .infinity, 16_777_216] as [Float] {
      let read = try #require(JSON.exact(value).exactValue)
      #expect(Float(read).bitPattern == value.bitPattern)
    }
    #expect(JSON.exact(Double.nan)["decimal"] == "nan")
    #expect(JSON.exact(Float(0.1)) == ["bits": "0x3dcccccd", "decimal": "0.1"])
    #expect(JSON.exact(0.1) == ["bits": "0x3fb999999999999a", "decimal": "0.1"])
    #expect(
      JSON(dictionaryLiteral: ("bits", "0x3fb999999999999a"), ("decimal", "0.2")).exactValue == nil)
    #expect(
      JSON(dictionaryLiteral: ("bits", "0x3FB999999999999A"), ("decimal", "0.1")).exactValue == nil)
    #expect(JSON.string("0.1").exactValue == nil)
  }
}
