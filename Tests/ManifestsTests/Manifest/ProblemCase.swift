import Foundation
import Testing

/// An edit of the valid manifest and what is reported about it; written in `problems.txt`.
struct ProblemCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Texts and what replaces them, once each.
  let edits: [(old: String, new: String)]
  /// The whole report.
  let expected: String

  var testDescription: String { name }

  /// What stands before the first case.
  static func header() throws -> String { try blocks().first ?? "" }

  private static func blocks() throws -> [String] {
    try String(
      contentsOf: ManifestFixtures.folder.appending(path: "problems.txt"), encoding: .utf8
    ).components(separatedBy: "\n### ")
  }

  /// This case as the fixture writes it, with another report.
  func block(report: String) -> String {
    func marked(_ text: String, _ mark: String) -> [String] {
      text.split(separator: "\n", omittingEmptySubsequences: true).map { mark + " " + $0 }
    }
    let changes = edits.flatMap { marked($0.old, "-") + marked($0.new, "+") }
    return ([name] + changes + marked(report, ">")).joined(separator: "\n") + "\n"
  }

  /// All cases of the fixture.
  static func all() throws -> [ProblemCase] {
    var cases: [ProblemCase] = []
    for block in try blocks().dropFirst() {
      let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
      var edits: [(old: String, new: String)] = []
      var expected: [Substring] = []
      var previous: Character = " "
      for line in lines.dropFirst() {
        let mark = line.first ?? " "
        switch mark {
        case "-":
          if previous != "-" { edits.append(("", "")) }
          edits[edits.count - 1].old += line.dropFirst(2) + "\n"
        case "+": edits[edits.count - 1].new += line.dropFirst(2) + "\n"
        case ">": expected.append(line.dropFirst(2))
        default: break
        }
        previous = mark
      }
      cases.append(
        ProblemCase(
          name: String(lines[0]), edits: edits, expected: expected.joined(separator: "\n")))
    }
    return cases
  }

  /// The edited manifest.
  func text() throws -> String {
    var text = try ManifestFixtures.validText()
    for edit in edits {
      let range = try #require(text.range(of: edit.old), "the fixture does not contain \(edit.old)")
      text.replaceSubrange(range, with: edit.new)
    }
    return text
  }
}
