import TestSupport
import Testing

@testable import Files

@Suite("Strict JSON")
struct JSONParserTests {
  private func parse(_ text: String) throws -> JSON { try JSONParser.parse(Array(text.utf8)) }

  @Test("Whole numbers that fit are integers, all others are doubles")
  func numbers() throws {
    guard case .integer(9_223_372_036_854_775_807) = try parse("9223372036854775807") else {
      Issue.record("The largest Int64 must stay an integer.")
      return
    }
    guard case .number(9_223_372_036_854_775_808) = try parse("9223372036854775808") else {
      Issue.record("A larger number must become a double.")
      return
    }
    guard case .number(let zero) = try parse("-0"), zero.sign == .minus else {
      Issue.record("-0 must keep its sign.")
      return
    }
    guard case .number(1) = try parse("1.0") else {
      Issue.record("1.0 is written as a double.")
      return
    }
    #expect(try parse("[1e2,-1.5E-1]") == [100, -0.15])
    #expect(try parse("1e2").integerValue == 100)
    #expect(try parse("1.5").integerValue == nil)
  }

  @Test("Strings keep every code point, escaped or not")
  func strings() throws {
    #expect(try parse(#""\u00e9\ud83d\ude00\n\/""#) == "\u{e9}\u{1F600}\n/")
    #expect(try parse(#""e\u0301""#) != "\u{e9}")
    #expect(try parse(#""\u0000""#) == "\0")
    let object = try parse("{\"\u{e9}\":1,\"e\u{301}\":2}")
    #expect(object["\u{e9}"] == 1)
    #expect(object["e\u{301}"] == 2)
    #expect(object["e"] == nil)
  }

  @Test("Members keep their order and can be changed")
  func objects() throws {
    var object = try #require(try parse(#"{"b":1,"a":2,"c":{"d":null}}"#).objectValue)
    #expect(object.keys == ["b", "a", "c"])
    object["a"] = 3
    object["b"] = nil
    object["e"] = "f"
    #expect(JSON.object(object) == ["c": ["d": nil], "a": 3, "e": "f"])
    #expect(JSON.object(object) != ["c": ["d": nil], "a": 3, "e": "g"])
    #expect(JSON.object(object) != ["c": ["d": nil], "a": 3])
  }

  @Test(
    "Everything outside the grammar is refused",
    arguments: [
      "", " ", "nul", "nulll", "True", "[", "]", "[1,]", "[1 2]", "{", "{\"a\"}", "{\"a\":}",
      "{\"a\":1,}", "{a:1}", "{'a':1}", "[1]x", "01", "-", "-01", "+1", ".5", "1.", "1e", "1e+",
      "0x1",
      "NaN", "Infinity", "1e400", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
      "\"\\ud800\"",
      "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "\"\\u\u{661}234\"", "// c\n1", "\u{FEFF}1",
      "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\u{a0}1", "[\"\t\"]",
    ])
  func refused(text: String) {
    #expect { try parse(text) } throws: { ($0 as? FileError)?.code == .invalidJSON }
  }

  @Test("Python's tokens for NaN and infinities are numbers in Python's dialect only")
  func pythonNumbers() throws {
    let text = Array(#"{"a":NaN,"b":[Infinity,-Infinity,-1.5],"c":"NaN"}"#.utf8)
    #expect(throws: FileError.self) { try JSONParser.parse(text) }
    let value = try JSONParser.parse(text, dialect: .python)
    #expect(value["a"]?.doubleValue?.isNaN == true)
    #expect(value["b"] == [.number(.infinity), .number(-.infinity), -1.5])
    #expect(value["c"] == "NaN")
    for text in ["nan", "NaNN", "Na", "Inf", "-Inf", "-NaN", "+Infinity", "Infinity1", "infinity"] {
      #expect(throws: FileError.self) {
        try JSONParser.parse(Array(text.utf8), dialect: .python)
      }
    }
  }

  @Test("An error names source, line, column, byte, what was expected and what was found")
  func messages() {
    #expect {
      try JSONParser.parse(Array("{\n  \"é\": 1,\n  \"b\": x\n}".utf8), source: "record.json")
    } throws: {
      "\($0)" == "record.json, line 3, column 8 (byte 20): expected a value, found 'x'."
    }
    #expect {
      try JSONParser.parse(Array("[1".utf8))
    } throws: {
      "\($0)" == "JSON, line 1, column 3 (byte 2): expected ',' or ']', found the end of the text."
    }
    #expect {
      try JSONParser.parse(Array("[\"ab".utf8) + [0xC3, 0x28] + Array("\"]".utf8))
    } throws: {
      "\($0)" == "JSON, line 1, column 5 (byte 4): the text is not valid UTF-8."
    }
  }

  @Test(
    "Invalid UTF-8 is refused wherever it stands",
    arguments: [
      [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
    ] as [[UInt8]])
  func invalidText(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: FileError.self) { try JSONParser.parse(bytes) }
    #expect(throws: FileError.self) { try JSONParser.parse([quote] + bytes + [quote]) }
    #expect(throws: FileError.self) {
      try JSONParser.parse(Array("\"\\n".utf8) + bytes + [quote])
    }
  }

  @Test("Nesting is limited, so that no text exhausts the stack")
  func depth() throws {
    let limit = JSONParser.defaultDepthLimit
    let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    _ = try parse(deepest)
    #expect(throws: FileError.self) { try parse("[" + deepest + "]") }
    #expect(throws: FileError.self) {
      try parse(String(repeating: "{\"a\":", count: 1_000_000))
    }
  }

  @Test("A mutated text is parsed or refused, and what is parsed survives a canonical round trip")
  func mutations() throws {
    let seed = Array(
      #"{"a":[1,2.5e-3,-0,null,true,"x\u00e9\ud83d\ude00\n"],"b":{"c":{},"d":[[],[[]]]},"é":"é"}"#
        .utf8)
    try fuzz(3000) { round, generator in
      let bytes = mutated(seed, &generator)
      guard let value = try? JSONParser.parse(bytes) else { return }
      let canonical = try CanonicalJSON.encode(value)
      #expect(try JSONParser.parse(canonical) == value, "round \(round)")
    }
  }
}
