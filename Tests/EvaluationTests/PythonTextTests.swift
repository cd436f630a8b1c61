import Files
import Testing

@testable import Evaluation
@testable import Scoring

struct PythonTextTests {
  @Test("Whitespace is what Python's str.isspace says, for every code point")
  func whitespace() throws {
    let expected = try PythonRules.load().whitespace
    let found = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init)
      .filter(PythonText.isWhitespace).map(\.value)
    #expect(found == expected)
  }

  @Test("Stripping, lower case and capitals equal Python's on mixed scripts, clusters and controls")
  func textOperations() throws {
    for expected in try PythonRules.load().texts {
      let (text, whitespace) = PythonText.splitTrailingWhitespace(expected.text)
      #expect(codePoints(text) == codePoints(expected.rstrip))
      #expect(codePoints(text + whitespace) == codePoints(expected.text))
      #expect(codePoints(PythonText.stripped(expected.text)) == codePoints(expected.strip))
      #expect(codePoints(PythonText.lowercased(expected.text)) == codePoints(expected.lower))
      #expect(codePoints(PythonText.capitalized(expected.text)) == codePoints(expected.capitalize))
    }
  }

  @Test("Searching and replacing see code points, not grapheme clusters")
  func searching() {
    #expect(PythonText.prefix(of: "a\r\nb", before: "\n") == "a\r")
    #expect(PythonText.prefix(of: "abc", before: "x") == "abc")
    #expect(codePoints(PythonText.prefix(of: "e\u{301}x", before: "\u{301}")) == [0x65])
    #expect(PythonText.replacing("aa", in: "aaaaa", with: "b") == "bba")
    #expect(PythonText.replacing("\n", in: "\r\n", with: "-") == "\r-")
    #expect(!PythonText.areEqual("\u{E9}", "e\u{301}"))
    #expect(PythonText.hasPrefix("e", in: "e\u{301}"))
  }
}
