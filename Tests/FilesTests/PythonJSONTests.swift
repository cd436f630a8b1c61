import Files
import Foundation
import Testing

@Suite struct PythonJSONTests {
  @Test("floats are written as Python's repr writes them")
  func floats() throws {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let file = folder.appending(path: "python_floats.json")
    let cases = try JSONParser.parse([UInt8](Data(contentsOf: file)))["cases"]?.arrayValue ?? []
    #expect(cases.count == 800)
    for entry in cases {
      let bits = try #require(entry["bits"]?.stringValue.flatMap { UInt64($0, radix: 16) })
      let text = try #require(entry["repr"]?.stringValue)
      #expect(PythonJSON.text(of: Double(bitPattern: bits)) == text)
    }
  }

  static let value: JSON = [
    "text": "é\u{1F600}\"\\/\n\t\u{8}\u{C}\r\u{1}\u{7F}\u{2028}",
    "empty": ["list": [], "object": [:]],
    "numbers": [1, 1.0, -0.5, 1e-7, 1e16], "flags": [true, false, nil],
  ]

  @Test("one line has spaces after commas and colons and keeps letters beyond ASCII")
  func line() {
    #expect(
      PythonJSON.line(Self.value)
        == "{\"text\": \"é\u{1F600}\\\"\\\\/\\n\\t\\b\\f\\r\\u0001\u{7F}\u{2028}\", "
        + "\"empty\": {\"list\": [], \"object\": {}}, "
        + "\"numbers\": [1, 1.0, -0.5, 1e-07, 1e+16], \"flags\": [true, false, null]}")
  }

  @Test("indented text has one part a line, but nothing between empty brackets")
  func indented() {
    #expect(
      PythonJSON.indented(["a": [1, ["b": []]], "c": [:]]) == """
        {
          "a": [
            1,
            {
              "b": []
            }
          ],
          "c": {}
        }
        """)
  }

  @Test("NaN, infinities and integers of any size are Python's")
  func unusualNumbers() throws {
    let text = "[NaN, Infinity, -Infinity, 18446744073709551616, -1]"
    let value = try JSONParser.parse(Array(text.utf8), dialect: .python)
    #expect(PythonJSON.line(value) == text)
  }
}
